"""Followed grids -> two distinct answers for each test input. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from random import Random

from pydantic import Field

from nlevolve.evolve.fitness import Rank
from nlevolve.evolve.policy import Settings
from nlevolve.evolve.population import Candidate, Population
from nlevolve.puzzle.grids import Grid
from nlevolve.puzzle.symmetry import SYMMETRIES, Transform, relabelling
from nlevolve.records import Answer, AnswerFollowed, Followed, Proposal


class AnswerPolicy(Settings):
    """How the two answers are found. Presets set these under [answers]."""

    perfect: int = Field(4, ge=1)
    """At most this many distinct perfect descriptions are followed on each test input."""
    imperfect: int = Field(2, ge=0)
    """The best imperfect descriptions that are followed while there are fewer than two distinct answers."""
    samples: int = Field(1, ge=1)
    """How often each description is followed on each test input."""
    views: int = Field(1, ge=1, le=8)
    """Under how many symmetries of the whole task each description is followed, the inverse applied to what comes back."""
    second: int = Field(0, ge=0)
    """Births spent on looking for a second answer when all perfect descriptions agree on one."""


def views(number: int) -> list[Transform]:
    """The ways of looking under which a description is followed: as it is, then symmetries, every second with other colours."""
    return [view.then(relabelling(Random(i))) if i % 2 else view for i, view in enumerate(SYMMETRIES[:number])]


@dataclass(frozen=True, slots=True)
class Vote:
    """One grid that somebody got for a test input, and what the vote counts."""

    grid: Grid
    weight: float


def followers(population: Population, policy: AnswerPolicy, rank: Rank) -> list[Candidate]:
    """The candidates worth following on the test inputs, best first: the perfect ones, then the best of the others."""
    ranked = population.ranked(rank)
    perfect = [c for c in ranked if c.fitness.perfect][: policy.perfect]
    return perfect + [c for c in ranked if not c.fitness.perfect][: policy.imperfect]


def weight(candidate: Candidate) -> float:
    """What a follower's vote counts: a perfect candidate outweighs any number of imperfect ones that we ask.

    Evidence that the rule is general (a pair that was hidden came out exact) adds half.
    """
    if candidate.fitness.perfect:
        return 100.0 * (1.5 if candidate.fitness.unseen else 1.0)
    return (candidate.fitness.exact + candidate.fitness.cells) / (candidate.fitness.pairs + 1)


def choose(test: Grid, votes: Iterable[Vote]) -> Answer:
    """Group equal grids, add their votes, and answer with the two heaviest groups (voting over identical grids: Poetiq).

    A grid equal to the input drops out unless there is no other (Greenblatt). Ties go to the grid proposed first.
    """
    groups: dict[Grid, float] = {}
    for vote in votes:
        groups[vote.grid] = groups.get(vote.grid, 0.0) + vote.weight
    changed = {g: w for g, w in groups.items() if g != test} or groups
    proposed = tuple(Proposal(grid=g, votes=changed[g]) for g in sorted(changed, key=lambda g: -changed[g]))
    first, second = [*(one.grid for one in proposed), None, None][:2]
    return Answer(attempt_1=first, attempt_2=second, proposed=proposed)


def answer(
    tests: Sequence[Grid], population: Population, followed: Iterable[AnswerFollowed], order: Sequence[int]
) -> tuple[Answer, ...]:
    """One Answer for each test input, from what was followed; `order` lists the births asked, best first."""
    rows = sorted((f for f in followed if f.birth in order), key=lambda f: (order.index(f.birth), f.view, f.sample))
    return tuple(
        choose(
            test,
            (
                Vote(f.attempt.grid, weight(population.members[f.birth]))
                for f in rows
                if isinstance(f.attempt, Followed) and f.attempt.pair == number
            ),
        )
        for number, test in enumerate(tests)
    )
