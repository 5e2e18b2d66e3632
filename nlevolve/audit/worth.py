"""What descriptions are worth by their grids, their order, and where a search had to end: computed anew from the pairs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nlevolve.audit.truth import accuracy
from nlevolve.puzzle.tasks import Pair
from nlevolve.records import Attempt, CandidateChecked, Followed, Garbled, MoveFailed, Unreached

FULL_VOTE = 100.0
GENERAL = 1.5
"""A perfect description's vote counts so many times as much where a pair that its writer had not seen came out exact."""


@dataclass(frozen=True)
class Worth:
    """One candidate, judged by its grids alone."""

    event: CandidateChecked
    shares: tuple[float, ...]
    """Cell accuracy on each training pair, in order; 0 where there is no grid."""

    @property
    def index(self) -> int:
        return self.event.birth.index

    @property
    def exact(self) -> int:
        return sum(share == 1.0 for share in self.shares)

    @property
    def cells(self) -> float:
        return sum(self.shares) / len(self.shares)

    @property
    def judged(self) -> bool:
        """Whether every pair has a grid, or a reply that was none."""
        return all(isinstance(attempt, Followed | Garbled) for attempt in self.event.attempts)

    @property
    def perfect(self) -> bool:
        return self.judged and self.exact == len(self.shares)

    @property
    def general(self) -> bool:
        blind = self.event.birth.blind
        return blind is not None and blind < len(self.shares) and self.shares[blind] == 1.0

    @property
    def lost(self) -> bool:
        return any(isinstance(attempt, Unreached) for attempt in self.event.attempts)

    @property
    def vote(self) -> float:
        if self.perfect:
            return FULL_VOTE * (GENERAL if self.general else 1.0)
        return (self.exact + self.cells) / (len(self.shares) + 1)

    def standing(self, rank: str) -> tuple[float, ...]:
        """The largest is the best of a task."""
        first = (self.exact, self.cells) if rank == "pairs" else (self.cells, self.exact)
        words = self.event.description.words
        return (self.judged, *first, self.perfect and self.general, -words, -self.index)


def worth(event: CandidateChecked, pairs: Sequence[Pair]) -> Worth:
    """Judge a candidate. A pair without an attempt of its own counts nothing."""
    return Worth(event, tuple(_share(attempt, pair) for attempt, pair in zip(event.attempts, pairs, strict=False)) or (0.0,))


def _share(attempt: Attempt, pair: Pair) -> float:
    return accuracy(attempt.grid, pair.output) if isinstance(attempt, Followed) else 0.0


def best_first(candidates: Iterable[Worth], rank: str) -> list[Worth]:
    """Each description once."""
    found: dict[str, Worth] = {}
    for one in sorted(candidates, key=lambda one: one.standing(rank), reverse=True):
        found.setdefault(one.event.description.normalised, one)
    return list(found.values())


@dataclass
class Born:
    """What came of a task's births by the latest word of the log on each."""

    members: dict[int, Worth]
    failed: dict[int, MoveFailed]

    def upto(self, last: int) -> Born:
        return Born(
            {k: one for k, one in self.members.items() if k <= last}, {k: one for k, one in self.failed.items() if k <= last}
        )

    @property
    def unreached(self) -> int:
        """Births that a provider's failure left without a description, or without a grid."""
        moves = sum(move.reason == "unreached" for move in self.failed.values())
        return moves + sum(one.lost for one in self.members.values())


@dataclass(frozen=True)
class Schedule:
    """When a search ends, from the settings of its run."""

    phases: tuple[int, ...]
    """How many births each has."""
    stop_perfect: int
    stop_at: str
    second: int
    """Births that may be spent on a second answer."""

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> Schedule:
        policy, answers = settings.get("policy", {}), settings.get("answers", {})
        phases = tuple(int(phase["births"]) for phase in policy.get("phases", ()))
        return cls(phases, policy.get("stop_perfect", 1), policy.get("stop_at", "birth"), answers.get("second", 0))

    def goal(self, born: Born, more: int = 0) -> int | None:
        """The birth at which there are enough perfect descriptions, in the order of births; None where there never are."""
        texts: set[str] = set()
        for k in sorted(born.members):
            if born.members[k].perfect:
                texts.add(born.members[k].event.description.normalised)
            if len(texts) >= self.stop_perfect + more:
                return k if self.stop_at == "birth" else self._end_of_phase(k)
        return None

    def last(self, born: Born, *, second: bool) -> int:
        """The last birth that counts; `second`: a second answer was looked for."""
        end, goal = sum(self.phases) - 1, self.goal(born)
        if goal is None or not second:
            return end if goal is None else goal
        further = self.goal(born, more=1)
        return min(end, goal + self.second, end if further is None else further)

    def _end_of_phase(self, k: int) -> int:
        end = -1
        for births in self.phases:
            end += births
            if k <= end:
                return end
        return k
