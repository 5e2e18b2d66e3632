"""What descriptions are worth by their grids, their order, and where a search had to end: computed anew from the pairs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from nlevolve.audit.truth import accuracy
from nlevolve.puzzle.grids import Grid
from nlevolve.puzzle.tasks import Pair, Task
from nlevolve.records import Attempt, CandidateChecked, Followed, Garbled, MoveFailed, Unreached

PASSED_ON = ("revise", "recombine", "generalise", "alternative")
"""Moves whose descriptions owe something to what they were shown."""
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


def examples_row(births: Iterable[tuple[Worth, Task, bool]]) -> dict[str, Any] | None:
    """(birth, its task, whether that is solved by it) of each -> what results.json has of births that were shown examples."""
    found: dict[str, list[tuple[bool, float, bool]]] = {"shown": [], "plain": []}
    for one, task, solves in births:
        if one.event.birth.operator == "write":
            copied = sum(accuracy(pair.input, pair.output) for pair in task.pairs) / len(task.pairs)
            gained = max(0.0, (one.exact / len(one.shares) + one.cells - copied) / 2)
            found["shown" if one.event.birth.examples else "plain"].append((one.perfect, gained, solves))
    return {kind: _written(those) for kind, those in found.items()} if found["shown"] else None


def _written(births: Sequence[tuple[bool, float, bool]]) -> dict[str, Any]:
    fit, gain, solved = (sum(one[n] for one in births) for n in range(3))
    return {"births": len(births), "fit": fit, "solved": solved, "gain": round(gain / len(births), 6) if births else None}


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
    on_tests: dict[int, tuple[Grid, ...]] = field(default_factory=dict)
    """Birth -> its grids on all test inputs, where it was followed on each to the letter."""

    def upto(self, last: int) -> Born:
        return Born(
            {k: one for k, one in self.members.items() if k <= last},
            {k: one for k, one in self.failed.items() if k <= last},
            self.on_tests,
        )

    def fitting_line(self, birth: int) -> set[int]:
        """The birth and all that stand behind its words, those of them that fit every pair."""
        event = self.members[birth].event
        parents = event.birth.parents if event.birth.operator in PASSED_ON else ()
        known = [one for one in parents if one in self.members and one < birth]
        behind = [one for one in known if not _another_rule(event, self.members[one].event)]
        line = {birth} if self.members[birth].perfect else set()
        return line.union(*map(self.fitting_line, behind))

    @property
    def unreached(self) -> int:
        """Births that a provider's failure left without a description, or without a grid."""
        moves = sum(move.reason == "unreached" for move in self.failed.values())
        return moves + sum(one.lost for one in self.members.values())


def _another_rule(child: CandidateChecked, parent: CandidateChecked) -> bool:
    """Whether an alternative shares less than half of what it says with one that it was shown."""
    mine, theirs = (one.description.normalised.splitlines() for one in (child, parent))
    return child.birth.operator == "alternative" and sum(line in theirs for line in dict.fromkeys(mine)) < len(set(mine)) / 2


def agreeing(born: Born, perfect: Sequence[int], number: int) -> tuple[int, ...]:
    """So many of these births with the same grids on the test inputs, no two of which go back to one that fits every pair."""
    for some in combinations(perfect, number):
        grids = {born.on_tests.get(k) for k in some}
        lines = [born.fitting_line(k) for k in some]
        if len(grids) == 1 and None not in grids and not any(a & b for a, b in combinations(lines, 2)):
            return some
    return ()


@dataclass(frozen=True)
class Schedule:
    """When a search ends, from the settings of its run."""

    phases: tuple[int, ...]
    """How many births each has."""
    stop_perfect: int
    stop_at: str
    second: int
    """Births that may be spent on a second answer."""
    agree: int = 0
    """How many perfect descriptions have to agree on the test inputs; 0: they are counted."""
    agree_cap: int = 0
    """Births that may be made for that, of those that could see the first perfect one."""
    flights: tuple[tuple[int, bool], ...] = ()
    """Of each phase, how many births are in flight, and whether they see those before the phase alone."""
    given: int = 0
    """How many births are given before: the others see them all."""

    @classmethod
    def of(cls, settings: Mapping[str, Any], before: int = 0) -> Schedule:
        """`before`: births that are given before those of the settings."""
        policy, answers = settings.get("policy", {}), settings.get("answers", {})
        phases = tuple(int(phase["births"]) for phase in policy.get("phases", ()))
        flights = tuple((int(phase.get("overlap", 8)), bool(phase.get("barrier"))) for phase in policy.get("phases", ()))
        if before:
            phases, flights = (before, *phases), ((before, True), *flights)
        agree = policy.get("agree", 2) if policy.get("stop_when", "count") == "agree" else 0
        counted = policy.get("stop_perfect", 1), policy.get("stop_at", "birth"), answers.get("second", 0)
        return cls(phases, *counted, agree, policy.get("agree_cap", 0), flights, before)

    def goal(self, born: Born, more: int = 0) -> int | None:
        """The birth at which there are enough perfect descriptions, in the order of births; None where there never are."""
        texts: dict[str, int] = {}
        for k in sorted({*born.members, *range(sum(self.phases))}):
            if k in born.members and born.members[k].perfect:
                texts.setdefault(born.members[k].event.description.normalised, k)
            if self._enough(born, sorted(texts.values()), k, more):
                return k if self.stop_at == "birth" else self._end_of_phase(k)
        return None

    def _enough(self, born: Born, perfect: Sequence[int], k: int, more: int) -> bool:
        """Whether these perfect ones, each of other words, end the search with birth k."""
        if not self.agree:
            return len(perfect) >= self.stop_perfect + more
        cap = self._cap(perfect[0]) if perfect else sum(self.phases)
        return cap <= k < sum(self.phases) or bool(agreeing(born, perfect, self.agree))

    def _cap(self, first: int) -> int:
        """The last birth that is made for an agreement with the first that fits."""
        begins, end = [], 0
        for births, (overlap, barrier) in zip(self.phases, self.flights, strict=True):
            begins += [end if barrier else max(self.given, k - overlap + 1) for k in range(end, end + births)]
            end += births
        know = [k for k in range(first + 1, end) if begins[k] > first]
        return max(first, (know[0] if know else end) + self.agree_cap - 1) if self.agree_cap else first

    def ends_as(self, born: Born) -> str:
        """What a search that ended by itself is said to have come to."""
        fits = any(one.perfect for k, one in born.members.items() if k < sum(self.phases))
        return "perfect" if self.goal(born) is not None or (self.agree and fits) else "exhausted"

    def who_agrees(self, born: Born) -> tuple[int, ...]:
        """The births that end the search by agreeing; none where they were not asked to, or do not by its end."""
        told: dict[str, int] = {}
        for k, one in sorted(born.upto(self.last(born, second=False)).members.items()):
            if one.perfect:
                told.setdefault(one.event.description.normalised, k)
            if self.agree and (found := agreeing(born, list(told.values()), self.agree)):
                return found
        return ()

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
