"""What happens in a run: its events, one class each, and their union.

An event's `v` is the version of its format; a log of any version ever written must load (lines.py).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from nlevolve.puzzle.grids import Grid
from nlevolve.records.nouns import Answer, Attempt, Birth, Bought, Description, Loss, Purpose, Record, Role, Stopped, Text, Usage


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
    reads: bool = False
    """Whether this log says of each reply that nobody could read (ReplyUnread). Before version 0.2 logs did not."""


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
    trimmed: Text = ""
    """What was left out of the prompt, so that it fits the model's window; empty for a whole one."""
    source: Literal["provider", "cache", "failed"]
    finish: str = "stop"
    """stop, length, refused, filtered, empty, or for a failure its kind (rate_limit, timeout, …)."""
    usage: Usage = Usage()
    cost_usd: float | None = 0.0
    """None: the price is unknown, or the reply was lost and may have been billed."""
    unknown_usd: float = 0.0
    """So much more may have been billed, at most: its last try was lost and this was reserved for it, or its tokens are
    estimated."""
    seconds: float = 0.0
    """From sending to the reply, without waiting for a slot; 0 from the cache."""
    tries: int = 1
    """How often it was sent."""
    looping: bool = False
    """Whether a reply that was cut ends in the same again and again."""
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
    trimmed: Text = ""
    request: str
    """Digest of the request, as in CallFinished."""
    tries: int = 1
    """Which try of its call this is, from 1."""
    reserved_usd: float | None = None
    """What it may be billed at most: of a try that was lost, nobody knows more. None: its price is not known, or it is an
    older log, which does not say."""


class ReplyUnread(Event):
    """A reply came and could not be read: what was wrong with it. Where a log has none for a reply, it was read."""

    kind: Literal["reply_unread"] = "reply_unread"
    task: str
    role: Role
    purpose: Purpose
    model: str
    birth: int | None = None
    target: int | None = None
    repair: bool = False
    request: str = ""
    """Digest of the request it answers, as in CallFinished."""
    why: Text


class CallRetried(Event):
    """A try failed in a way that can pass; it will be sent again after `wait` seconds."""

    kind: Literal["call_retried"] = "call_retried"
    task: str
    model: str
    failure: str = ""
    """What kind of failure it was: rate_limit, provider_down, timeout."""
    request: str = ""
    why: Text
    wait: float
    """Seconds."""
    unknown_usd: float | None = 0.0
    """Up to so much the try may have been billed, though it brought nothing; None: the price is not known."""

    @model_validator(mode="before")
    @classmethod
    def _kind_told_in_words(cls, said: Any) -> Any:
        """Logs before version 0.2 have the kind at the head of `why` alone."""
        if isinstance(said, dict) and "failure" not in said:
            kind = str(said.get("why", "")).partition(":")[0]
            return {**said, "failure": kind if kind in ("rate_limit", "provider_down", "timeout") else ""}
        return said


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
    """Whether a second sample of a perfect candidate's check agreed; None when none was asked for."""


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
    losses: tuple[Loss, ...] = ()
    """Why births and follows brought nothing, the commonest first: those unreached, and those refused for their content."""
    unfinished: bool = False
    """Whether the answers are from a search that had not come to its own end: a cap, or an interruption, came before."""
    seconds: float = 0.0
    """Since the task was taken up."""


class LimitChanged(Event):
    """A provider showed that it takes fewer calls at once, or more."""

    kind: Literal["limit_changed"] = "limit_changed"
    model: str
    in_flight: int
    """How many calls may be in flight for this model from now on."""
    per_minute: float | None = None
    """Requests a minute that it seems to allow, learned from what it refuses; none where there seems to be no limit."""
    why: Text


class TrafficSeen(Event):
    """How it stands between us and a model, every few seconds while it changes: who waits to be sent, how fast replies come."""

    kind: Literal["traffic_seen"] = "traffic_seen"
    model: str
    waiting: int
    """Calls that wait for a place in flight."""
    paced: bool = False
    """They wait for the pace (so many a minute) rather than for a place."""
    writing: int = 0
    """Replies that are heard as they come."""
    tokens_per_second: float = 0.0
    """Of all these together, about, since it was last said."""


class ModelStopped(Event):
    """Key refused, quota exhausted, model unknown: nothing more is sent to this model."""

    kind: Literal["model_stopped"] = "model_stopped"
    model: str
    why: Text


class ServerAway(Event):
    """Nothing answers at a model's address. Nothing is sent there until it does; no call and no retry is spent on the wait."""

    kind: Literal["server_away"] = "server_away"
    model: str
    address: str
    """Scheme, host and port."""
    why: Text
    patience: float
    """Seconds for which it is waited from now on."""


class ServerBack(Event):
    """It answers again, and what waited goes on."""

    kind: Literal["server_back"] = "server_back"
    model: str
    address: str
    seconds: float
    """How long it was away, as far as we saw."""


class MixLearned(Event):
    """A model mix's posterior for a task: (model, births, mean gain over the parent, mean cost) rows."""

    kind: Literal["mix_learned"] = "mix_learned"
    task: str
    rows: tuple[tuple[str, int, float, float], ...]


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
    """0 every task was answered, 3 a cap reached, 4 a provider unusable, 130 interrupted."""
    why: Text = ""
    resumable: bool = True
    """Whether to resume it may bring more: what fails for what is asked fails again."""


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
    | TaskAnswered
    | LimitChanged
    | TrafficSeen
    | ModelStopped
    | ServerAway
    | ServerBack
    | MixLearned
    | Noticed
    | RunFinished,
    Field(discriminator="kind"),
]
