"""A solution does not leave in a text, however it is written; what a task shows anyhow may."""

from __future__ import annotations

from random import Random

import pytest

from benchmarks.leaks import told_in
from nlevolve.puzzle.grids import Grid, render
from nlevolve.puzzle.symmetry import Transform, relabelling
from nlevolve.puzzle.tasks import Pair, Task
from nlevolve.view.export.spills import shows, spills

TASK = Task("t", (Pair(((0, 0, 1), (2, 0, 0)), ((1, 0, 0), (0, 0, 2))),), (((3, 3, 0), (0, 0, 4)),))
OUTPUT: Grid = ((1, 2, 3, 0), (4, 5, 1, 0), (2, 0, 0, 5))


def test_every_way_of_writing_it_is_seen() -> None:
    told = list(told_in(TASK, OUTPUT))
    assert len({way for way, _ in told}) == 25
    assert [way for way, text in told if not spills(text, TASK, [OUTPUT])] == []


@pytest.mark.parametrize(
    "text",
    [
        "Mirror the grid left to right, then colour 3 cells in each of the 4 rows; row 1 is the top one.",
        "1. Find the red object.\n2. Move it 3 cells down.\n3. Colour it blue, green or yellow.",
        "def f(grid):\n    for r in range(0, 3):\n        for c in range(0, 4):\n            grid[r][c] = 5 if r == 1 else 0\n",
        render(TASK.pairs[0].output),
    ],
)
def test_what_tells_nothing_is_told(text: str) -> None:
    assert not spills(text, TASK, [OUTPUT])


def test_what_the_task_shows_turned_or_in_other_colours_is_no_secret() -> None:
    turned, recoloured = Transform(turns=1).grid(OUTPUT), relabelling(Random(1), ()).grid(OUTPUT)
    assert spills(render(turned), TASK, [OUTPUT])
    assert not spills(render(turned), Task("t", (Pair(OUTPUT, turned),), ()), [OUTPUT])
    assert spills(render(recoloured), TASK, [OUTPUT])
    other = relabelling(Random(2), ()).grid(OUTPUT)
    assert not spills(render(recoloured), Task("t", (Pair(other, other),), ()), [OUTPUT])


def test_grids_alone_are_looked_at_turned_and_not_in_other_colours() -> None:
    """A training grid in other colours may be anything, and is its task's own."""
    assert shows(render(Transform(turns=3).grid(OUTPUT)), TASK, [OUTPUT])
    assert not shows(render(relabelling(Random(1), ()).grid(OUTPUT)), TASK, [OUTPUT])
