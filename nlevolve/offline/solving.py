"""A puzzle solved without a description: by one idea, as a bare call would, or looked at long enough to see through it."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace

from nlevolve.offline.english import follow
from nlevolve.offline.generator import EFFORTS, Effort, first_ideas, generate, puzzle_of_prompt
from nlevolve.offline.hypotheses import Meter, Puzzle, explore
from nlevolve.offline.prompt_reading import Asked
from nlevolve.offline.scene import Cells, Scene

LOOK = EFFORTS["strong"]
TRIED_FURTHER = 3
"""First ideas behind which a second step is looked for."""
MOST_SEEN = 1_000
"""Puzzles of which is kept what was seen in them: a grid each."""
_seen: OrderedDict[str, Cells | None] = OrderedDict()


def solve_at_once(asked: Asked, seed: int, effort: Effort) -> Cells:
    """The output by the rule that a generator of this effort would write down: one idea, followed."""
    assert asked.target is not None
    return follow(generate(replace(asked, tests=[asked.target]), seed, effort), Scene(asked.target)).scene.grid


def see_through(asked: Asked) -> Cells | None:
    """The output by a rule of one or two steps that makes every example come out right; None where none is found.

    A run asks the same of many descriptions, so what was found is kept: that changes no answer.
    """
    assert asked.target is not None
    puzzle = puzzle_of_prompt(replace(asked, tests=[asked.target]))
    if puzzle.digest not in _seen:
        _seen[puzzle.digest] = _seen_through(puzzle)
        if len(_seen) > MOST_SEEN:
            _seen.popitem(last=False)
    return _seen[puzzle.digest]


def _seen_through(puzzle: Puzzle) -> Cells | None:
    if not puzzle.pairs:
        return None
    ideas = first_ideas(puzzle, LOOK.first, LOOK.glance)
    tried = (explore(idea, Meter(LOOK.second))[:1] for idea in ideas[:TRIED_FURTHER])
    found = ideas[:1] if not ideas or ideas[0].is_exact else next((told for told in tried if told and told[0].is_exact), [])
    return found[0].puzzle.tests[0].grid if found else None
