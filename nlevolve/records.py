"""The vocabulary: descriptions, births, attempts, usage, and the union of events that a run is made of.

Everything is frozen pydantic. An event's `v` is the version of its format; a log of any version ever written must load.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cached_property
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter

from nlevolve.puzzle.grids import Grid

Text = Annotated[str, AfterValidator(lambda text: text.encode("utf-8", "replace").decode())]
"""Words from outside. JSON can spell half of a character pair, which nothing will then encode: it becomes a question mark."""

Role = Literal["generator", "reviser", "recombiner", "checker", "answerer"]
Operator = Literal["write", "revise", "recombine"]
Purpose = Literal["write", "revise", "recombine", "check", "follow"]
Stopped = Literal["perfect", "exhausted", "budget", "failed", "interrupted"]


class Record(BaseModel):
    """Frozen; unknown fields are ignored, so that an older program can read a newer log."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Usage(Record):
    """Tokens as the provider billed them. `prompt` includes `prompt_cached`; `completion` includes `reasoning`."""

    prompt: int = 0
    prompt_cached: int = 0
    completion: int = 0
    reasoning: int = 0

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            prompt=self.prompt + other.prompt,
            prompt_cached=self.prompt_cached + other.prompt_cached,
            completion=self.completion + other.completion,
            reasoning=self.reasoning + other.reasoning,
        )


class Description(Record):
    """A rule in plain English: bullets, applied in order."""

    bullets: tuple[Text, ...]

    @property
    def words(self) -> int:
        return sum(len(bullet.split()) for bullet in self.bullets)

    @cached_property
    def plain(self) -> Description:
        """The form a checker is shown: spacing, the first letter and closing punctuation made alike.

        Descriptions that differ in these alone are then one request, and are never checked twice.
        """
        return Description(bullets=tuple(_plain(bullet) for bullet in self.bullets))

    @cached_property
    def normalised(self) -> str:
        """Equal for descriptions that differ in case, spacing or closing punctuation alone."""
        return "\n".join(self.plain.bullets).lower()


def _plain(bullet: str) -> str:
    words = " ".join(bullet.split()).rstrip(".;,! ")
    return words[:1].upper() + words[1:] + "."


class Birth(Record):
    """How candidate `index` of a task came to be asked for."""

    index: int
    operator: Operator
    parents: tuple[int, ...] = ()
    """Births whose descriptions the model was shown, best first."""
    model: str
    """litellm model string; of a mix, the one that was chosen."""
    view: str = "plain"
    """Name of the prompt's way of looking at the grids (a file in prompts/views/)."""
    blind: int | None = None
    """The training pair (from 0) hidden from the generator, if any."""
    phase: int = 0
    """Which of the schedule's phases it belongs to, from 0."""
    temperature: float | None = None
    """Where the policy rotates through several; None: the role's own."""


class Followed(Record):
    """The model answered with a valid grid. `accuracy` is its share of equal cells, 0..1 (None for a test input)."""

    kind: Literal["followed"] = "followed"
    pair: int
    grid: Grid
    accuracy: float | None = None
    note: Text = ""
    """What the checker had to say, such as a bullet that it skipped: for people, never fed to a model."""


class Garbled(Record):
    """The model answered, but after its repair request there is still no valid grid: counts as wrong."""

    kind: Literal["garbled"] = "garbled"
    pair: int
    why: Text
    """What was wrong with the reply, in one line."""


class Unreached(Record):
    """The provider failed: no evidence. Asked again when the run is resumed."""

    kind: Literal["unreached"] = "unreached"
    pair: int
    why: Text


class Skipped(Record):
    """Not asked, because the candidate could no longer reach its rivals: no evidence either way, never exact."""

    kind: Literal["skipped"] = "skipped"
    pair: int


Attempt = Annotated[Followed | Garbled | Unreached | Skipped, Field(discriminator="kind")]


class Event(Record):
    """What every event carries. `at` is UTC."""

    v: Literal[1] = 1
    at: datetime = Field(default_factory=lambda: datetime.now(UTC))


class RunStarted(Event):
    """First event of a run, and of every resumption of it (`resumed`)."""

    kind: Literal["run_started"] = "run_started"
    run: str
    models: dict[str, str]
    """Role -> litellm model string."""
    preset: str
    tasks: tuple[str, ...]
    """Ids of the tasks selected, in order."""
    budget_usd: float | None = None
    """None: no cap."""
    max_calls: int | None = None
    """None: no cap."""
    concurrency: int
    """How many calls may be in flight over all models."""
    rank: Literal["pairs", "cells"] = "pairs"
    """What counts first in a candidate's fitness (policy.rank)."""
    resumed: bool = False


class TaskStarted(Event):
    """A task is taken up; carries what may be shown of it (never a test output)."""

    kind: Literal["task_started"] = "task_started"
    task: str
    pairs: tuple[tuple[Grid, Grid], ...]
    """Training pairs: input, output."""
    tests: tuple[Grid, ...]
    """Test inputs."""
    copy_accuracy: float
    """Mean cell accuracy, 0..1, of a rule that copies the input: what there is to beat."""
    births: int
    """How many births the schedule plans at most."""


class BirthPlanned(Event):
    """A birth is begun: what it will ask, decided from the births that it may see."""

    kind: Literal["birth_planned"] = "birth_planned"
    task: str
    birth: Birth


class Bought(Record):
    """What a reply took when it was bought, in this run or another."""

    usage: Usage = Usage()
    cost_usd: float | None = 0.0
    """None: the price is unknown."""
    seconds: float = 0.0


class CallFinished(Event):
    """One logical call is over: a reply of the provider, of the cache, or a failure."""

    kind: Literal["call_finished"] = "call_finished"
    task: str
    role: Role
    purpose: Purpose
    model: str
    birth: int | None = None
    target: int | None = None
    """Training pair (check) or test input (follow), from 0."""
    repair: bool = False
    """Whether it asks for a reply that can be read, after one that could not."""
    source: Literal["provider", "cache", "failed"]
    finish: str = "stop"
    """stop, length, refused, filtered, empty, or for a failure its kind (rate_limit, timeout, …)."""
    usage: Usage = Usage()
    cost_usd: float | None = 0.0
    """None: the price is unknown."""
    seconds: float = 0.0
    """From sending to the reply, without waiting for a slot; 0 from the cache."""
    tries: int = 1
    """How often it was sent."""
    reasoning: Text = ""
    """The model's thinking where the provider returns it: for people, never fed to a model."""
    error: Text = ""
    """Why it failed, in one line."""
    request: str = ""
    """Digest of the request, the key in the sample bank."""
    bought: Bought | None = None
    """Of a reply from the cache: what it took once. In no account of this run, but a fair comparison of two runs needs it."""


class CallSent(Event):
    """A try leaves for a provider: it is in flight, and may be billed, until its call is finished or retried."""

    kind: Literal["call_sent"] = "call_sent"
    task: str
    role: Role
    purpose: Purpose
    model: str
    birth: int | None = None
    target: int | None = None
    repair: bool = False
    request: str
    """Digest of the request, as in CallFinished."""
    tries: int = 1
    """Which try of its call this is, from 1."""


class CallRetried(Event):
    """A try failed in a way that can pass; it will be sent again after `wait` seconds."""

    kind: Literal["call_retried"] = "call_retried"
    task: str
    model: str
    failure: str = ""
    """What kind of failure it was: rate_limit, provider_down, timeout; empty in logs before version 0.2."""
    request: str = ""
    why: Text
    wait: float
    """Seconds."""


class CandidateChecked(Event):
    """A birth gave a description, and the checker followed it: one attempt for each training pair, in order."""

    kind: Literal["candidate_checked"] = "candidate_checked"
    task: str
    birth: Birth
    description: Description
    attempts: tuple[Attempt, ...]
    duplicate_of: int | None = None
    """An earlier birth with the same normalised bullets, whose attempts these are."""
    generator_usd: float | None = None
    """What the description cost when it was bought, by this run or an earlier one; None when the price is unknown."""
    confirmed: bool | None = None
    """Whether a second sample of a perfect candidate's check agreed; None when none was asked for."""


class MoveFailed(Event):
    """A birth gave no description. `unreached` births are asked again when the run is resumed."""

    kind: Literal["move_failed"] = "move_failed"
    task: str
    birth: Birth
    reason: Literal["garbled", "unreached", "refused"]
    why: Text


class AnswerFollowed(Event):
    """A description was followed on a test input; `attempt.pair` is the test input's index."""

    kind: Literal["answer_followed"] = "answer_followed"
    task: str
    birth: int
    sample: int
    """Which sample of the same question it is, from 0."""
    attempt: Attempt
    view: str = ""
    """The symmetry and relabelling under which it was followed, undone again; empty for none."""


class Answer(Record):
    """Two answers for one test input, different where two distinct grids were found."""

    attempt_1: Grid | None
    attempt_2: Grid | None
    candidates: tuple[Grid, ...] = ()
    """All distinct grids proposed, by votes, best first: what coverage is computed from."""
    votes: tuple[float, ...] = ()
    """What each of them weighs."""


class TaskAnswered(Event):
    """A task is over, with answers or without."""

    kind: Literal["task_answered"] = "task_answered"
    task: str
    answers: tuple[Answer, ...]
    stopped: Stopped
    best: int | None
    """Birth of the best candidate."""
    error: Text = ""
    """Why it failed, or what cap was reached, in one line."""
    unreached: int = 0
    """Births and follows that a provider's failure left without evidence: they are asked again when the run is resumed."""
    seconds: float = 0.0
    """Since the task was taken up."""


class LimitChanged(Event):
    """A provider showed that it takes fewer calls at once, or more."""

    kind: Literal["limit_changed"] = "limit_changed"
    model: str
    in_flight: int
    """How many calls may be in flight for this model from now on."""
    why: Text


class ModelStopped(Event):
    """Key refused, quota exhausted, model unknown: nothing more is sent to this model."""

    kind: Literal["model_stopped"] = "model_stopped"
    model: str
    why: Text


class MixLearned(Event):
    """A model mix's posterior for a task: (model, births, mean gain over the parent, mean cost) rows."""

    kind: Literal["mix_learned"] = "mix_learned"
    task: str
    rows: tuple[tuple[str, int, float, float], ...]


class Noticed(Event):
    """Something people should know, said once (a setting a model does not take, a mended log, a slow disk)."""

    kind: Literal["noticed"] = "noticed"
    text: Text


class RunFinished(Event):
    """Last event of a run, and of every resumption that came to an end of its own."""

    kind: Literal["run_finished"] = "run_finished"
    reason: Literal["done", "budget", "failed", "interrupted"]
    exit_code: int
    """0 every task was answered, 3 a cap reached, 4 a provider unusable, 130 interrupted."""
    why: Text = ""


AnyEvent = Annotated[
    RunStarted
    | TaskStarted
    | BirthPlanned
    | CallSent
    | CallFinished
    | CallRetried
    | CandidateChecked
    | MoveFailed
    | AnswerFollowed
    | TaskAnswered
    | LimitChanged
    | ModelStopped
    | MixLearned
    | Noticed
    | RunFinished,
    Field(discriminator="kind"),
]

_events: TypeAdapter[AnyEvent] = TypeAdapter(AnyEvent)


def read_event(line: str | bytes) -> AnyEvent:
    """One line of events.jsonl. Raises pydantic.ValidationError when it is none."""
    return _events.validate_json(line)


def write_event(event: Event) -> str:
    """The event as one line of JSON, without the line's end."""
    return event.model_dump_json()
