"""A choice between grids: the rule behind each followed and weighed, and one's own look at the pairs beside them."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

import numpy as np

from nlevolve.offline.believing import Rule, rule, told
from nlevolve.offline.hypotheses import Hypothesis, Puzzle
from nlevolve.offline.prompt_reading import Asked, Candidate

OVERLOOKS = 0.15
"""Chance in one call that somebody careless does not read a description."""


@dataclass(frozen=True)
class Choice:
    """Letters of two candidates, the likelier one first; the second may be empty."""

    first: str
    second: str
    reason: str


def choose(asked: Asked, puzzle: Puzzle, own: list[Hypothesis], careless: bool, rng: Random) -> Choice:
    """The two candidates whose rules are most to be trusted. `own` are rules that the judge finds by itself, best first.

    A rule counts for a grid only if it leads there: who followed it carelessly has no rule. Then votes decide.
    """
    read = [parent for parent in asked.parents if not careless or rng.random() >= OVERLOOKS]
    rules = [told(parent.bullets, puzzle) for parent in read] + [rule(idea, puzzle) for idea in own[:1]]
    ranked = sorted(asked.candidates, key=lambda one: (_doubts(one, rules), -one.votes))
    first, second = [*(one.letter for one in ranked), "", ""][:2]
    fits = any(one.fits for one in _behind(ranked[0], rules))
    why = (
        "The rule behind it fits the pairs and takes least for granted."
        if fits
        else "No rule that fits the pairs leads to another."
    )
    return Choice(first, second, why)


def _doubts(candidate: Candidate, rules: list[Rule]) -> tuple[int, ...]:
    """Of the best rule that leads to a candidate; none is worse than any."""
    return min((one.doubts for one in _behind(candidate, rules)), default=(2,))


def _behind(candidate: Candidate, rules: list[Rule]) -> list[Rule]:
    if candidate.grid is None:
        return []
    ends = ((one, one.end.puzzle.tests[0].grid) for one in rules if one.puzzle.tests)
    return [one for one, grid in ends if np.array_equal(grid, candidate.grid)]
