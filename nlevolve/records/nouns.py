"""What a run is about: descriptions and their births, attempts at grids, answers, what a reply took; what every event carries.

Frozen pydantic.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from functools import cached_property
from itertools import zip_longest
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from nlevolve.puzzle.grids import Grid
from nlevolve.puzzle.notations import Grids

Text = Annotated[str, AfterValidator(lambda text: text.encode("utf-8", "replace").decode())]
"""Words from outside. JSON can spell half of a character pair, which nothing will then encode: it becomes a question mark."""

Role = Literal["generator", "reviser", "recombiner", "checker", "answerer", "reviewer", "judge", "coder"]
Move = Literal["write", "revise", "recombine", "generalise", "alternative", "restart"]
Operator = Literal[Move, "given"]
"""given: by a file or another run, and no model of this one."""
Purpose = Literal[Move, "check", "follow", "solve", "review", "judge", "code"]
Reader = Literal["checker", "coder"]
Arm = Literal["empty", "shuffled", "direct"]
"""Of a control: a description that says nothing, another task's, or no description and no loop."""
Verdict = Literal["accept", "doubt", "stuck"]
"""Of a review: the description will hold on the test inputs, will probably not, or cannot be followed on one of them."""
Eye = Literal["none", "inputs", "all"]
"""Which grids go as pictures, beside their text."""
Unseen = Literal["pictures", "facts"]
"""What of the way in which a task was to be shown is left out of a prompt, since it did not fit or was refused."""
Stopped = Literal["perfect", "exhausted", "budget", "failed", "interrupted"]


class Record(BaseModel):
    """Frozen; unknown fields are ignored, so that an older program can read a newer log."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Event(Record):
    """What every event carries. `at` is UTC."""

    v: Literal[1] = 1
    at: datetime = Field(default_factory=lambda: datetime.now(UTC))


class Usage(Record):
    """Tokens as the provider billed them. `prompt` includes `prompt_cached`; `completion` includes `reasoning`."""

    prompt: int = 0
    prompt_cached: int = 0
    completion: int = 0
    reasoning: int = 0
    estimated: bool = False
    """Whether some of it is ours, from the length of the texts, because the provider did not say."""

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            prompt=self.prompt + other.prompt,
            prompt_cached=self.prompt_cached + other.prompt_cached,
            completion=self.completion + other.completion,
            reasoning=self.reasoning + other.reasoning,
            estimated=self.estimated or other.estimated,
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

    index: Annotated[int, Field(ge=0, lt=100_000)]
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
    examples: Annotated[tuple[str, ...], Field(max_length=8)] = ()
    """Ids of the library's entries that the model was shown as examples of good descriptions, the best fitting first."""
    grids: Grids = "digits"
    """How the grids were written for the model."""
    facts: bool = False
    """Whether it was told what a program sees in them."""
    eye: Eye = "none"
    """Which of them it saw as pictures, too."""

    @property
    def look(self) -> str:
        """How the model was shown the task, in a word for each: `digits`, `names facts`, `digits pictures:all`."""
        facts, eye = ["facts"] * self.facts, [f"pictures:{self.eye}"] * (self.eye != "none")
        return " ".join([self.grids, *facts, *eye])

    def less(self, unseen: Collection[Unseen]) -> Birth:
        """The same, shown less of what it was to be shown."""
        left: Mapping[Unseen, dict[str, Any]] = {"pictures": {"eye": "none"}, "facts": {"facts": False}}
        return self.model_copy(update={name: value for one in unseen for name, value in left[one].items()})


class OtherReading(Record):
    """What the other reader made of the same words on the same pair, where both read them: what is no better."""

    by: Reader
    grid: Grid | None = None
    """None: it gave no valid grid."""
    accuracy: float = 0.0
    """Share of equal cells, 0..1."""
    why: Text = ""
    """Why there is no grid, in one line."""


class Outcome(Record):
    """What can be asked of every attempt at a grid, whatever became of it."""

    by: Reader = "checker"
    """Who read the words: a checker that followed them, or a program that a coder made of them."""
    other: OtherReading | None = None

    @property
    def cells(self) -> float:
        """Its cell accuracy: the share of equal cells, 0..1; 0 without a valid grid, and where the truth is not known."""
        return 0.0

    @property
    def exact(self) -> bool:
        return self.cells == 1.0


class Followed(Outcome):
    """The model answered with a valid grid. `accuracy` is its share of equal cells, 0..1 (None for a test input)."""

    kind: Literal["followed"] = "followed"
    pair: int
    grid: Grid
    accuracy: float | None = None
    note: Text = ""
    """What the checker had to say, such as a bullet that it skipped: for people, never fed to a model."""

    @property
    def cells(self) -> float:
        return self.accuracy or 0.0


class Garbled(Outcome):
    """The model answered, but after its repair request there is still no valid grid: counts as wrong."""

    kind: Literal["garbled"] = "garbled"
    pair: int
    why: Text
    """What was wrong with the reply, in one line."""


class Unreached(Outcome):
    """The provider failed: no evidence. Asked again when the run is resumed."""

    kind: Literal["unreached"] = "unreached"
    pair: int
    why: Text
    failure: str = ""
    """What kind of failure it was: timeout, rate_limit, too_long, …"""


class Refused(Outcome):
    """The provider refused it for its content: no evidence either way, never exact, and final, for it would be refused again."""

    kind: Literal["refused"] = "refused"
    pair: int
    why: Text


class Skipped(Outcome):
    """Not asked, because the candidate could no longer reach its rivals: no evidence either way, never exact."""

    kind: Literal["skipped"] = "skipped"
    pair: int


Attempt = Annotated[Followed | Garbled | Unreached | Refused | Skipped, Field(discriminator="kind")]


class Opinion(Record):
    """What was asked of a reviewer or a judge, whether or not it came to say something."""

    missing: Literal["garbled", "unreached", "refused"] | None = None
    """Why there is none: nobody could read the reply, the provider failed (asked again on resume), or it refused for the
    content."""
    why: Text = ""
    """Its reason, in its own words; of a missing one, what went wrong."""
    failure: str = ""
    """Of one unreached: what kind of failure it was."""


class Review(Opinion):
    """What a reviewer says of a description that is right on every training pair."""

    verdict: Verdict | None = None
    test: int | None = None
    """The test input (from 0) that it is about; None for all of them, or none in particular."""


class Choice(Opinion):
    """Which of the candidates for a test input's output a judge picks."""

    picks: Annotated[tuple[int, ...], Field(max_length=2)] = ()
    """Places (from 0) in the order in which they were shown, the likelier one first."""


class Proposal(Record):
    """One grid that was proposed for a test input, and what the votes for it add up to."""

    grid: Grid
    votes: float
    """Sum of the weights of the followers that got it."""


class Answer(Record):
    """Two answers for one test input, different where two distinct grids were found."""

    attempt_1: Grid | None
    attempt_2: Grid | None
    proposed: tuple[Proposal, ...] = ()
    """All distinct grids that were proposed, by votes, best first: what coverage is computed from."""

    @model_validator(mode="before")
    @classmethod
    def _two_lists(cls, said: Any) -> Any:
        """Logs before version 0.2 have the grids in `candidates`, and what each got at the same place in `votes`."""
        if isinstance(said, dict) and "candidates" in said and "proposed" not in said:
            rows = zip_longest(said["candidates"], said.get("votes", ()), fillvalue=0.0)
            return {**said, "proposed": [{"grid": grid, "votes": votes} for grid, votes in rows]}
        return said


class Loss(Record):
    """Requests of a task that brought no reply, all for one reason."""

    failure: str
    """What kind of failure it was: timeout, too_long, filtered, …"""
    count: int
    why: Text
    """What the provider said to one of them."""


class Bought(Record):
    """What a reply took when it was bought, in this run or another."""

    usage: Usage = Usage()
    cost_usd: float | None = 0.0
    """None: the price is unknown."""
    seconds: float = 0.0


class LookRow(Record):
    """What births gave for which a task was shown in one way."""

    births: int = 0
    """Those that asked a model. Those that gave no description count, and gained nothing."""
    exact: int = 0
    """Of them, descriptions that fit every training pair."""
    gain: float = 0.0
    """How much nearer, 0..1 each, they came than their best parents, or than copying the input: the sum."""
    cost_usd: float = 0.0
    """What writing them took, as far as it is known; of those that gave no description it is not."""
    best: int = 0
    """Tasks whose best description is one of them."""
    tasks: int = 0
    """Tasks of which there is any of them."""
    fits: int = 0
    """Of these, tasks with one that fits every training pair."""
    alone: int = 0
    """Of those that fit, tasks of which some were shown otherwise, too, and none of these fits."""
    unseen: int = 0
    """Births that were to be shown it so and were not, since it did not fit or was refused: they count where they belong."""


class ProgramsRow(Record):
    """What programs did in the checker's place, over distinct descriptions."""

    made: int = 0
    """Descriptions that a coder said in Python."""
    failed: int = 0
    """Programs that gave no valid grid on some pair."""
    pairs: int = 0
    """Grids that programs gave for training pairs."""
    saved: int = 0
    """Pairs that a program read and nobody else was asked to: checks saved."""
    differ: int = 0
    """Pairs on which both readers gave grids, and not the same: the words can be read in two ways."""
