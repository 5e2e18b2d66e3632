"""What happens in a run: its events, one class each (those of calls and servers in calls.py), and their union.

An event's `v` is the version of its format; a log of any version ever written must load (lines.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from nlevolve.puzzle.grids import Grid
from nlevolve.records.calls import (
    CallFinished,
    CallRetried,
    CallSent,
    LimitChanged,
    ModelStopped,
    ReplyUnread,
    ServerAway,
    ServerBack,
    TrafficSeen,
)
from nlevolve.records.nouns import (
    Answer,
    Attempt,
    Birth,
    Choice,
    Description,
    Event,
    Loss,
    Review,
    Role,
    Stopped,
    Text,
    Unseen,
)


class RunStarted(Event):
    """First event of a run, and of every resumption of it (`resumed`)."""

    kind: Literal["run_started"] = "run_started"
    run: str
    models: dict[str, str]
    """Role -> litellm model string."""
    asked: tuple[Role, ...] = ()
    """Roles that are asked anything: where programs read, or no description is written, there is nothing for others to do. Empty
    in older logs."""
    preset: str
    tasks: tuple[str, ...]
    """Ids of the tasks selected, in order."""
    budget_usd: float | None = None
    """None: no cap."""
    max_calls: int | None = None
    """None: no cap."""
    max_tokens: int | None = None
    """Of prompts and replies over the whole run; None: no cap."""
    concurrency: int
    """How many calls may be in flight over all models."""
    rank: Literal["pairs", "cells"] = "pairs"
    """What counts first in a candidate's fitness (policy.rank)."""
    resumed: bool = False
    reads: bool = False
    """Whether this log says of each reply that nobody could read (ReplyUnread). Before version 0.2 logs did not."""
    shard: str = ""
    """`2/7` where the run has the second of seven parts of what was selected; empty for all of it."""
    part: str = ""
    """In the log of a merged run: whose session this was, as `merged` in config.json names it."""
    config: Mapping[str, str] = {}
    """Key of config.json -> the first 16 digits of the SHA-256 of its canonical JSON when this session began: what is changed in
    that file alone shows. Without places on this machine, and `limits` without the budget, which may be changed while it goes on.
    Empty in older logs."""

    @property
    def playing(self) -> dict[str, str]:
        """Role, or "phase 2" -> model string, of all that are asked anything, as far as the log tells."""
        return {role: model for role, model in self.models.items() if role in self.asked or not self.asked or " " in role}


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


class CandidateChecked(Event):
    """A birth gave a description, and the checker followed it: one attempt for each training pair, in order."""

    kind: Literal["candidate_checked"] = "candidate_checked"
    task: str
    birth: Birth
    description: Description
    attempts: Annotated[tuple[Attempt, ...], Field(min_length=1)]
    duplicate_of: int | None = None
    """An earlier birth with the same normalised bullets, whose attempts these are."""
    generator_usd: float | None = None
    """What the description cost when it was bought, by this run or an earlier one; None when the price is unknown."""
    confirmed: bool | None = None
    """Whether a second sample of a perfect candidate's check agreed, or, where its program is exact on all pairs, a checker's
    reading of one of them; None when none was asked for."""
    program: Text = ""
    """The text of the program that a coder made of the description; empty where there is none. Only a sandbox ever runs it."""
    unsaid: Text = ""
    """What the coder says that no program can do; empty where there is a program, or nobody was asked for one."""
    unseen: tuple[Unseen, ...] = ()
    """What whoever wrote it was to be shown and was not: it did not fit, or its provider refused it."""

    @property
    def shown(self) -> Birth:
        """The birth as it was carried out."""
        return self.birth.less(self.unseen)


class MoveFailed(Event):
    """A birth gave no description. `unreached` births are asked again when the run is resumed."""

    kind: Literal["move_failed"] = "move_failed"
    task: str
    birth: Birth
    reason: Literal["garbled", "unreached", "refused"]
    """refused: for its content, and so for ever."""
    why: Text
    failure: str = ""
    """Of one unreached: what kind of failure it was (timeout, rate_limit, too_long, …)."""
    unseen: tuple[Unseen, ...] = ()
    """What whoever replied was to be shown and was not, as far as is known."""

    @property
    def shown(self) -> Birth:
        """Its birth as it was carried out."""
        return self.birth.less(self.unseen)


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


class AnswerGuessed(Event):
    """A test input was answered from the pairs alone, with no description (`answers.direct`); `attempt.pair` is the test input's
    index."""

    kind: Literal["answer_guessed"] = "answer_guessed"
    task: str
    sample: int
    """Which sample of the same question it is, from 0."""
    attempt: Attempt


class CandidateReviewed(Event):
    """A reviewer was asked whether a description that fits every pair will hold on the test inputs (`policy.review`): once for
    each distinct one."""

    kind: Literal["candidate_reviewed"] = "candidate_reviewed"
    task: str
    birth: int
    review: Review


class AnswerJudged(Event):
    """A judge was asked which of the grids that lead is a test input's output (`answers.judge`)."""

    kind: Literal["answer_judged"] = "answer_judged"
    task: str
    test: int
    """The test input, from 0."""
    sample: int
    """How many times it was asked before: each time in another order."""
    shown: tuple[Grid, ...]
    """The grids in the order in which it was shown them."""
    choice: Choice


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
    remedy: Text = ""
    """What has to be changed before its requests can pass: a key, a model's name, an address; empty where that is not known."""
    unreached: int = 0
    """Births and follows that a provider's failure left without evidence: they are asked again when the run is resumed."""
    losses: tuple[Loss, ...] = ()
    """Why births and follows brought nothing, the commonest first: those unreached, and those refused for their content."""
    unfinished: bool = False
    """Whether the answers, if there are any, are from a search that had not come to its own end: a cap, or an interruption, came
    before."""
    agreed: tuple[int, ...] = ()
    """Births of the rules that fit, were found apart and agree on all test inputs, where the search waited for that."""
    seconds: float = 0.0
    """Since the task was taken up."""

    @property
    def given(self) -> bool:
        """Whether any test input has an answer."""
        return any(answer.attempt_1 is not None for answer in self.answers)


class MixLearned(Event):
    """A model mix's posterior for a task: (model, births, mean gain over the parent, mean cost) rows."""

    kind: Literal["mix_learned"] = "mix_learned"
    task: str
    rows: tuple[tuple[str, int, float, float], ...]


class Paused(Event):
    """The user held the run: nothing new is sent, what is in flight ends. Or let it go on."""

    kind: Literal["paused"] = "paused"
    on: bool
    """False: it goes on."""


class BudgetChanged(Event):
    """The user changed the run's budget while it went on."""

    kind: Literal["budget_changed"] = "budget_changed"
    budget_usd: float
    """From now on, with what is spent already."""


CLUSTER = "cluster: "
"""With what begins what is noticed of the workers that come."""


class Noticed(Event):
    """Something people should know, said once (a setting a model does not take, a mended log, a slow disk)."""

    kind: Literal["noticed"] = "noticed"
    text: Text


class LogDamaged(Event):
    """The log has lines that cannot be read, so that figures made from it are too low. Told by whoever reads it; never in it."""

    kind: Literal["log_damaged"] = "log_damaged"
    garbled: int = 0
    """Lines that are no JSON."""
    altered: int = 0
    """Lines whose check digit is wrong."""
    strange: int = 0
    """Lines whose event is none, though its kind is known."""

    @property
    def lines(self) -> int:
        return self.garbled + self.altered + self.strange

    @property
    def words(self) -> str:
        """How many lines of which kind."""
        kinds = {"garbled": self.garbled, "with a wrong check digit": self.altered, "with wrong fields": self.strange}
        told = ", ".join(f"{number} {kind}" for kind, number in kinds.items() if number)
        return f"{self.lines} line{'' if self.lines == 1 else 's'} of the log cannot be read ({told})"


class RunFinished(Event):
    """Last event of a run, and of every resumption that came to an end of its own."""

    kind: Literal["run_finished"] = "run_finished"
    reason: Literal["done", "budget", "failed", "interrupted"]
    exit_code: int
    """0 every task was answered, 3 a cap reached, 4 a provider unusable, or (`done`) a task without an answer since nobody could
    read the replies, 130 interrupted."""
    why: Text = ""
    resumable: bool = True
    """Whether to resume it may bring more: what fails for what is asked fails again."""
    remedy: Text = ""
    """What has to be changed first: the key, a model's name, an address; empty where nothing is known to be wrong."""


AnyEvent = Annotated[
    RunStarted
    | TaskStarted
    | BirthPlanned
    | CallSent
    | CallFinished
    | ReplyUnread
    | CallRetried
    | CandidateChecked
    | MoveFailed
    | AnswerFollowed
    | AnswerGuessed
    | CandidateReviewed
    | AnswerJudged
    | TaskAnswered
    | LimitChanged
    | TrafficSeen
    | ModelStopped
    | ServerAway
    | ServerBack
    | MixLearned
    | Paused
    | BudgetChanged
    | Noticed
    | RunFinished,
    Field(discriminator="kind"),
]
