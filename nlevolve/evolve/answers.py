"""Followed grids -> two distinct answers for each test input. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Literal

from pydantic import Field

from nlevolve.evolve.fitness import Rank
from nlevolve.evolve.policy import Settings
from nlevolve.evolve.population import Candidate, Population
from nlevolve.puzzle.grids import Grid
from nlevolve.puzzle.symmetry import SYMMETRIES, Transform, relabelling
from nlevolve.records import Answer, AnswerFollowed, AnswerGuessed, Followed, Proposal, Review


class AnswerPolicy(Settings):
    """How the two answers are found. Presets set these under [answers]."""

    perfect: int = Field(4, ge=1)
    """At most this many distinct perfect descriptions are followed on each test input."""
    imperfect: int = Field(2, ge=0)
    """The best imperfect descriptions that are followed while there are fewer than two distinct answers."""
    samples: int = Field(1, ge=1)
    """How often each description is followed on each test input."""
    agree_early: bool = False
    """Whether to stop following it when two of its grids are equal: `samples` is then the most there may be, not the number."""
    views: int = Field(1, ge=1, le=8)
    """Under how many symmetries of the whole task each description is followed, the inverse applied to what comes back."""
    second: int = Field(0, ge=0)
    """Births spent on looking for a second answer when all perfect descriptions agree on one."""
    direct: int = Field(0, ge=0)
    """Calls a test input that solve it from the pairs alone, with no description: each has a small vote."""
    judge: Literal["off", "differ"] = "off"
    """Whether a judge picks the two answers of a test input for which rules that fit the pairs give different grids."""
    judge_samples: int = Field(3, ge=1)
    """How often a judge is asked, each time in another order."""
    fill: int = Field(0, ge=0)
    """Where a test input still has one answer: another reading of the best description, then at most this many further
    descriptions, one after another, until there is another grid."""


DOUBTED = 0.4
"""What a doubted description's vote counts for: less than another that is right on every pair, more than any that is not."""
STUCK = 0.2
"""Likewise, on a test input where it cannot be followed as it is written: what came out there was the checker's own idea."""
GUESS = 0.2
"""What a vote counts that came without a description: less than any rule that is right on a good part of the pairs."""


def views(number: int) -> list[Transform]:
    """The ways of looking under which a description is followed: as it is, then symmetries, every second with other colours."""
    return [view.then(relabelling(Random(i))) if i % 2 else view for i, view in enumerate(SYMMETRIES[:number])]


@dataclass(frozen=True, slots=True)
class Vote:
    """One grid that somebody got for a test input, and what the vote counts."""

    grid: Grid
    weight: float
    perfect: bool = False
    """Whether a description that is right on every training pair gave it."""


def followers(population: Population, policy: AnswerPolicy, rank: Rank) -> list[Candidate]:
    """The candidates worth following on the test inputs, best first: the perfect ones, then the best of the others."""
    ranked = population.ranked(rank)
    perfect = [c for c in ranked if c.fitness.perfect][: policy.perfect]
    return perfect + [c for c in ranked if not c.fitness.perfect][: policy.imperfect]


def others(population: Population, policy: AnswerPolicy, rank: Rank) -> list[Candidate]:
    """Whom to follow, one after another, where the followers leave a test input with one answer: perfect ones first."""
    asked = {c.index for c in followers(population, policy, rank)}
    rest = [c for c in population.ranked(rank) if c.index not in asked]
    return sorted(rest, key=lambda c: not c.fitness.perfect)[: policy.fill]


def weight(candidate: Candidate, test: int = 0) -> float:
    """What a follower's vote counts on a test input (from 0): a perfect candidate outweighs any number of imperfect ones that
    we ask.

    Evidence that the rule is general (a pair that was hidden came out exact) adds half; a reviewer's doubt takes its share.
    """
    if candidate.fitness.perfect:
        return 100.0 * (1.5 if candidate.fitness.unseen else 1.0) * trust(candidate.review, test)
    return (candidate.fitness.exact + candidate.fitness.cells) / (candidate.fitness.pairs + 1)


def trust(review: Review | None, test: int) -> float:
    """The share of a vote that a review leaves, 0..1; who is stuck on one input says nothing of the others."""
    if review is None or review.verdict in (None, "accept"):
        return 1.0
    if review.verdict == "doubt":
        return DOUBTED
    return STUCK if review.test == test else 1.0


def choose(test: Grid, votes: Iterable[Vote]) -> Answer:
    """Group equal grids, add their votes, and answer with the two heaviest groups (voting over identical grids: Poetiq).

    A grid equal to the input drops out unless there is no other (Greenblatt): of rules that miss, most leave something as it
    was. Where a perfect description gave it, it is what the rule says, and counts as any other. Ties go to the grid proposed
    first.
    """
    groups: dict[Grid, float] = {}
    trusted: set[Grid] = set()
    for vote in votes:
        groups[vote.grid] = groups.get(vote.grid, 0.0) + vote.weight
        if vote.perfect:
            trusted.add(vote.grid)
    kept = {g: w for g, w in groups.items() if g != test or g in trusted} or groups
    proposed = tuple(Proposal(grid=g, votes=kept[g]) for g in sorted(kept, key=lambda g: -kept[g]))
    first, second = [*(one.grid for one in proposed), None, None][:2]
    return Answer(attempt_1=first, attempt_2=second, proposed=proposed)


def answer(
    tests: Sequence[Grid],
    population: Population,
    followed: Iterable[AnswerFollowed],
    order: Sequence[int],
    guessed: Iterable[AnswerGuessed] = (),
) -> tuple[Answer, ...]:
    """One Answer for each test input, from what was followed and guessed; `order` lists the births asked, best first."""
    guesses = sorted(guessed, key=lambda g: g.sample)
    rows = sorted((f for f in followed if f.birth in order), key=lambda f: (order.index(f.birth), f.view, f.sample, f.attempt.by))
    return tuple(
        choose(
            test,
            [
                *(
                    _vote(f.attempt.grid, population.members[f.birth], number)
                    for f in rows
                    if isinstance(f.attempt, Followed) and f.attempt.pair == number
                ),
                *(Vote(g.attempt.grid, GUESS) for g in guesses if isinstance(g.attempt, Followed) and g.attempt.pair == number),
            ],
        )
        for number, test in enumerate(tests)
    )


def fitting_grids(grown: Population, followed: Iterable[AnswerFollowed], number: int) -> frozenset[Grid]:
    """The grids that descriptions which fit all training pairs gave for a test input (from 0)."""
    return frozenset(
        f.attempt.grid
        for f in followed
        if isinstance(f.attempt, Followed) and f.attempt.pair == number and grown.members[f.birth].fitness.perfect
    )


def _vote(grid: Grid, by: Candidate, test: int) -> Vote:
    return Vote(grid, weight(by, test), by.fitness.perfect)
