"""A puzzle solved without a description: by one idea, as a bare call would, or looked at long enough to see through it."""

from __future__ import annotations

from dataclasses import replace

from nlevolve.offline.english import follow
from nlevolve.offline.generator import EFFORTS, Effort, first_ideas, generate, puzzle_of_prompt
from nlevolve.offline.hypotheses import Hypothesis, Meter, explore
from nlevolve.offline.prompt_reading import Asked
from nlevolve.offline.remembering import remembered
from nlevolve.offline.scene import Cells, Scene

TRIED_FURTHER = 3
"""First ideas behind which a second step is looked for."""


def solve_at_once(asked: Asked, seed: int, effort: Effort) -> Cells:
    """The output by the rule that a generator of this effort would write down: one idea, followed."""
    assert asked.target is not None
    return follow(generate(replace(asked, tests=[asked.target]), seed, effort), Scene(asked.target)).scene.grid


def see_through(asked: Asked) -> Cells | None:
    """The output by a rule of one or two steps that makes every example come out right; None where none is found."""
    assert asked.target is not None
    puzzle = puzzle_of_prompt(replace(asked, tests=[asked.target]))
    if not puzzle.pairs:
        return None
    strong = EFFORTS["strong"]
    ideas = first_ideas(puzzle, strong.first, strong.glance)
    if not ideas or ideas[0].is_exact:
        return _output(ideas[:1])
    return _output(remembered((puzzle.digest, "further"), lambda: _further(ideas, strong.second)))


def _further(ideas: list[Hypothesis], work: int) -> list[Hypothesis]:
    """The first exact description of two steps, if one is found."""
    tried = (explore(idea, Meter(work))[:1] for idea in ideas[:TRIED_FURTHER])
    return next((found for found in tried if found and found[0].is_exact), [])


def _output(ideas: list[Hypothesis]) -> Cells | None:
    return ideas[0].puzzle.tests[0].grid if ideas else None
