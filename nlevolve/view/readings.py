"""What became of the replies: how many were read, at once or after a repair, and how many were not, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from nlevolve.puzzle.grids import shape
from nlevolve.records import CallFinished, CandidateChecked, Followed, ReplyUnread, Role, TaskStarted
from nlevolve.view.lost import in_short
from nlevolve.view.text import percent, plural

Outcome = Literal["read", "repaired", "cut", "looping", "unreadable", "refused", "untold"]
OUTCOMES: tuple[Outcome, ...] = ("read", "repaired", "cut", "looping", "unreadable", "refused", "untold")
"""Read at once; read, and asked for as a repair; cut at its length; cut because it only repeated itself; not to be read;
declined or filtered; not in the log."""
LOST = OUTCOMES[1:-1]
UNREAD = OUTCOMES[2:-1]
ENDS: Mapping[str, Outcome] = {"length": "cut", "refused": "refused", "filtered": "refused"}
NO_LOSS = frozenset({"interrupted", "budget", "abandoned"})
"""Ways to end without a reply that say nothing of a model: the call was held back by us."""
KEPT_REASONS = 200
"""Different reasons that are counted; a model may find more ways to be wrong than anybody reads."""


@dataclass(slots=True)
class Readings:
    """Replies by what became of them; each is in one of them."""

    outcomes: Counter[Outcome] = field(default_factory=Counter)
    lengths: Counter[int] = field(default_factory=Counter)
    """Completion tokens of the replies that were cut -> how many."""
    reasons: Counter[str] = field(default_factory=Counter)
    """What was wrong with those that could not be read -> how many."""
    wrong_size: int = 0
    """Grids that were read and have not the size of the right one, of the checks of training pairs."""
    notes: int = 0
    """Grids that came with a note: what the checker could not follow, or found unclear."""
    said: Counter[str] = field(default_factory=Counter)
    """The notes -> how often."""
    never: Counter[str] = field(default_factory=Counter)
    """Kind of failure -> calls to which no reply came. A refusal is a reply, and not among them."""

    @property
    def replies(self) -> int:
        return self.outcomes.total()

    @property
    def unread(self) -> int:
        return sum(self.outcomes[name] for name in UNREAD)

    def share(self, number: int) -> float:
        """Of all replies, 0..1."""
        return number / self.replies if self.replies else 0.0


@dataclass(slots=True)
class Reader:
    """Told of calls, replies and checks by `History`; keeps readings by role and model, and by task."""

    by_role: dict[tuple[Role, str], Readings] = field(default_factory=dict)
    by_task: dict[str, Readings] = field(default_factory=dict)
    total: Readings = field(default_factory=Readings)
    _became: dict[str, Outcome] = field(default_factory=dict)
    """Digest of a request -> what became of its reply. Equal requests have one reply."""
    _told: bool = False
    """This session's log says of each reply that could not be read."""

    def began(self, tells: bool) -> None:
        self._told = tells

    def replied(self, call: CallFinished) -> None:
        """A call is over. Without word to the contrary its reply was read; of one that failed only a refusal is a reply."""
        if call.source == "failed" and call.finish not in ENDS:
            for readings in self._readings(call.task, call.role, call.model):
                readings.never[call.finish] += call.finish not in NO_LOSS
            return
        if call.request in self._became:
            return
        usual: Outcome = ("repaired" if call.repair else "read") if self._told else "untold"
        became = "looping" if call.looping else ENDS.get(call.finish, usual)
        if call.request:
            self._became[call.request] = became
        length = (call.bought.usage if call.bought else call.usage).completion
        for readings in self._readings(call.task, call.role, call.model):
            readings.outcomes[became] += 1
            if became == "cut":
                readings.lengths[length] += 1

    def unread(self, reply: ReplyUnread) -> None:
        """It could not be read. Why it was cut or refused is told by how it ended."""
        before = self._became.get(reply.request)
        if before not in ("read", "repaired", "untold"):
            return
        self._became[reply.request] = "unreadable"
        for readings in self._readings(reply.task, reply.role, reply.model):
            readings.outcomes[before] -= 1
            readings.outcomes["unreadable"] += 1
            if reply.why in readings.reasons or len(readings.reasons) < KEPT_REASONS:
                readings.reasons[reply.why] += 1

    def checked(self, event: CandidateChecked, started: TaskStarted | None, model: str) -> None:
        """A description was followed on the training pairs: which grids have the wrong size, which came with a note."""
        if event.duplicate_of is not None or started is None:
            return
        followed = [one for one in event.attempts if isinstance(one, Followed) and one.by == "checker"]
        wrong = sum(shape(one.grid) != shape(started.pairs[one.pair][1]) for one in followed)
        notes = [one.note for one in followed if one.note]
        for readings in self._readings(event.task, "checker", model):
            readings.wrong_size += wrong
            readings.notes += len(notes)
            readings.said.update(note for note in notes if note in readings.said or len(readings.said) < KEPT_REASONS)

    def _readings(self, task: str, role: Role, model: str) -> tuple[Readings, Readings, Readings]:
        return (
            self.total,
            self.by_task.setdefault(task, Readings()),
            self.by_role.setdefault((role, model), Readings()),
        )


def telling(row: Mapping[str, Any]) -> bool:
    """Whether there is more to say of a `replies` row than that all were read at once."""
    return any(row.get(name) for name in (*LOST, "notes", "never"))


def in_words(row: Mapping[str, Any]) -> str:
    """A `replies` row of results.json in one line: "91% of 120 read, 4% cut, 5% unreadable; 12 of the wrong size"."""
    replies = sum(row.get(name, 0) for name in OUTCOMES)
    never = row.get("never") or {}
    gone = [f"{sum(never.values()):,} never came ({in_short(never)})"] if never else []
    if not replies:
        return "; ".join(["no replies", *gone])
    first = plural(replies, "reply", "replies") if row["untold"] else f"{percent(row['read'] / replies, 0)} of {replies:,} read"
    lost = [f"{percent(row[name] / replies, 0)} {name}" for name in LOST if row.get(name)]
    more = [f"{row['wrong_size']:,} of the wrong size"] if row["wrong_size"] else []
    more += [f"{row['notes']:,} with a note"] if row["notes"] else []
    return "; ".join([", ".join([first, *lost]), *more, *gone])


def read_share(row: Mapping[str, Any]) -> float | None:
    """The share of replies that could be read, at once or after a repair, 0..1; None where the log does not say."""
    replies = sum(row.get(name, 0) for name in OUTCOMES)
    return (row["read"] + row["repaired"]) / replies if replies and not row["untold"] else None


def readings_row(readings: Readings | None) -> dict[str, Any]:
    """Readings as JSON."""
    told = readings or Readings()
    outcomes: dict[str, int] = {name: told.outcomes[name] for name in OUTCOMES}
    return {**outcomes, "wrong_size": told.wrong_size, "notes": told.notes, "never": dict((+told.never).most_common())}
