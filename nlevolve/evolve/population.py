"""The population of one task: a fold over its events that does not mind their order or repetition."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property

from nlevolve.evolve.fitness import Fitness, Rank, fitness
from nlevolve.puzzle.grids import Grid
from nlevolve.records import (
    AnswerFollowed,
    Attempt,
    Birth,
    CandidateChecked,
    CandidateReviewed,
    Description,
    Event,
    Followed,
    MoveFailed,
    Operator,
    Review,
    TaskStarted,
    Unreached,
    Unseen,
)

AFRESH: tuple[Operator, ...] = ("write", "given", "restart")
"""Moves that begin a line of their own: a restart is told what failed, and goes on from none of it."""
UNSAID = "it may not hold on every test input"
"""What a doubt comes to that gave no reason."""


@dataclass(frozen=True)
class Candidate:
    """A description that was checked: one attempt for each training pair, in order."""

    birth: Birth
    description: Description
    attempts: tuple[Attempt, ...]
    fitness: Fitness
    dollars: float | None = None
    """What its description cost when it was bought."""
    duplicate_of: int | None = None
    """An earlier birth that said the same, whose attempts these are."""
    confirmed: bool | None = None
    """Whether a second sample of a perfect candidate's check agreed; None when none was asked for."""
    program: str = ""
    """The program that a coder made of its description; empty where there is none."""
    unsaid: str = ""
    """What the coder said that no program can do."""
    review: Review | None = None
    """What a reviewer said of its words; None where none was asked, or as long as none has answered."""
    unseen: tuple[Unseen, ...] = ()
    """What whoever wrote it was to be shown and was not."""

    @property
    def index(self) -> int:
        return self.birth.index

    @property
    def shown(self) -> Birth:
        """Its birth as it was carried out."""
        return self.birth.less(self.unseen)

    @property
    def doubt(self) -> str:
        """What speaks against it though it fits every pair; empty where nobody doubts it."""
        said = self.review
        return (said.why or UNSAID) if said is not None and said.verdict in ("doubt", "stuck") else ""

    def standing(self, rank: Rank = "pairs") -> tuple[float, ...]:
        """Sorts ascending; the largest is the best of a task. Of equals the earliest is."""
        return (*self.fitness.key(rank), -self.index)

    @cached_property
    def solved(self) -> frozenset[int]:
        """The training pairs it gets exactly right."""
        return frozenset(i for i, a in enumerate(self.attempts) if a.exact)

    @property
    def forebears(self) -> tuple[int, ...]:
        """The births whose descriptions it was made from."""
        return () if self.birth.operator in AFRESH else self.birth.parents

    def says_another(self, parent: Candidate) -> bool:
        """Whether it is a rule of its own beside a parent's: an alternative that has most of its bullets to itself.

        It was asked for a rule that fits otherwise than those it was shown; one that says theirs again is their child.
        """
        bullets = set(self.description.normalised.split("\n"))
        shared = bullets & set(parent.description.normalised.split("\n"))
        return self.birth.operator == "alternative" and 2 * len(shared) < len(bullets)

    @cached_property
    def behaviour(self) -> tuple[Grid, ...] | None:
        """Its grids on all training pairs; None when any is missing."""
        grids = tuple(a.grid for a in self.attempts if isinstance(a, Followed))
        return grids if len(grids) == len(self.attempts) else None


@dataclass(frozen=True)
class Population:
    """Candidates by birth, and the births that gave none, with why."""

    members: dict[int, Candidate] = field(default_factory=dict)
    failed: dict[int, MoveFailed] = field(default_factory=dict)
    unreached: frozenset[int] = frozenset()
    """Births that a provider's failure left without a description or without some grid: asked again on resume."""
    reviews: dict[int, Review] = field(default_factory=dict)
    """Birth -> what was said of its description, and holds of all that say the same."""
    tests: int = 0
    """How many test inputs the task has."""
    followed: dict[int, dict[int, AnswerFollowed]] = field(default_factory=dict)
    """Birth -> test input -> the first sample that gave a grid, plainly followed."""

    def __contains__(self, birth: int) -> bool:
        return birth in self.members or birth in self.failed

    def before(self, birth: int) -> Population:
        """The population made of births below `birth` alone."""
        return replace(
            self,
            members={k: c for k, c in self.members.items() if k < birth},
            failed={k: move for k, move in self.failed.items() if k < birth},
            unreached=frozenset(k for k in self.unreached if k < birth),
            reviews={k: review for k, review in self.reviews.items() if k < birth},
            followed={k: grids for k, grids in self.followed.items() if k < birth},
        )._reviewed()

    def ranked(self, rank: Rank = "pairs", *, same_behaviour: bool = True) -> list[Candidate]:
        """Best first, each description once; without `same_behaviour`, of equal grids only the best ranked."""
        best = sorted(self.members.values(), key=lambda c: c.standing(rank), reverse=True)
        distinct = _first_of_each(best, lambda c: c.description.normalised)
        return distinct if same_behaviour else _first_of_each(distinct, lambda c: c.behaviour or c.index)

    def perfect(self) -> list[Candidate]:
        """Distinct perfect candidates, best first."""
        return [c for c in self.ranked() if c.fitness.perfect]

    @property
    def unreviewed(self) -> int:
        """Reviews that a provider's failure left without a verdict: asked again on resume."""
        return sum(review.missing == "unreached" for review in self.reviews.values())

    def _reviewed(self) -> Population:
        """With each candidate's review, by its words."""
        said = {self.members[k].description.normalised: self.reviews[k] for k in sorted(self.reviews) if k in self.members}
        if not any(one.review for one in self.members.values()) and not said:
            return self
        told = {k: replace(one, review=said.get(one.description.normalised)) for k, one in self.members.items()}
        return replace(self, members=told)

    def on_tests(self, birth: int) -> tuple[Grid, ...] | None:
        """The birth's grids on all test inputs, followed plainly; None when any is missing."""
        attempts = [event.attempt for _, event in sorted(self.followed.get(birth, {}).items())]
        grids = tuple(attempt.grid for attempt in attempts if isinstance(attempt, Followed))
        return grids if grids and len(grids) == self.tests else None

    def echoed(self, birth: int) -> int | None:
        """The parent that gives the very grids of this perfect candidate, on the test inputs too: then it is no new idea."""
        own, child = self.on_tests(birth), self.members[birth]
        parents = [p for p in child.birth.parents if p in self.members and self.members[p].fitness.perfect]
        same = (p for p in parents if child.fitness.perfect and own is not None and self.on_tests(p) == own)
        return next((p for p in same if not child.says_another(self.members[p])), None)

    def same_text(self, description: Description, program: str = "") -> Candidate | None:
        """The earliest candidate with the same normalised bullets; of those that brought a program, with the same one."""
        same = (
            c for c in self.members.values() if c.description.normalised == description.normalised and program in ("", c.program)
        )
        return min(same, key=lambda c: c.index, default=None)


def grow(population: Population, event: Event) -> Population:
    """The population after one more event. Folding an event twice, or events in another order, changes nothing."""
    if isinstance(event, CandidateChecked):
        k = event.birth.index
        lost = {k} if any(isinstance(a, Unreached) for a in event.attempts) else frozenset()
        failed = {j: move for j, move in population.failed.items() if j != k}
        members = {**population.members, k: _candidate(event)}
        return replace(population, members=members, failed=failed, unreached=population.unreached - {k} | lost)._reviewed()
    if isinstance(event, MoveFailed) and event.birth.index not in population.members:
        k = event.birth.index
        lost = {k} if event.reason == "unreached" else frozenset()
        return replace(population, failed={**population.failed, k: event}, unreached=population.unreached - {k} | lost)
    if isinstance(event, CandidateReviewed):
        return replace(population, reviews={**population.reviews, event.birth: event.review})._reviewed()
    if isinstance(event, TaskStarted):
        return replace(population, tests=len(event.tests))
    if isinstance(event, AnswerFollowed) and not event.view and isinstance(event.attempt, Followed):
        grids = population.followed.get(event.birth, {})
        first = min(grids.get(event.attempt.pair, event), event, key=lambda one: (one.sample, one.attempt.by))
        return replace(population, followed={**population.followed, event.birth: {**grids, event.attempt.pair: first}})
    return population


def _candidate(event: CandidateChecked) -> Candidate:
    return Candidate(
        birth=event.birth,
        description=event.description,
        attempts=event.attempts,
        fitness=fitness(event.attempts, event.description.words, event.birth.blind),
        dollars=event.generator_usd,
        duplicate_of=event.duplicate_of,
        confirmed=event.confirmed,
        program=event.program,
        unsaid=event.unsaid,
        unseen=event.unseen,
    )


def population(events: Iterable[Event]) -> Population:
    """Fold one task's events."""
    grown = Population()
    for event in events:
        grown = grow(grown, event)
    return grown


def _first_of_each(candidates: list[Candidate], sort: Callable[[Candidate], object]) -> list[Candidate]:
    seen: dict[object, Candidate] = {}
    for candidate in candidates:
        seen.setdefault(sort(candidate), candidate)
    return list(seen.values())
