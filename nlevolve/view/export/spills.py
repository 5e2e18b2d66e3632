"""Whether a text gives a task's solution away: what is exported to learn from holds no test output."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from nlevolve.puzzle.grids import Grid, render
from nlevolve.puzzle.tasks import Task

LEAST = 4
"""Cells of an output that is looked for: a smaller one stands in any text by chance."""

NOTATIONS: tuple[Callable[[Grid], str], ...] = (
    render,
    lambda grid: "\n".join("".join(map(str, row)) for row in grid),
    lambda grid: "\n".join(",".join(map(str, row)) for row in grid),
    lambda grid: str([list(row) for row in grid]),
    lambda grid: str([list(row) for row in grid]).replace(" ", ""),
    lambda grid: str(grid),
)
"""Ways to write a grid: digits with spaces, digits alone, commas, JSON wide and narrow, tuples."""


def spills(text: str, task: Task, outputs: Iterable[Grid]) -> bool:
    """Whether a test output stands in the text, in any notation, that is not within what the task shows anyhow."""
    shown = (*(grid for pair in task.pairs for grid in (pair.input, pair.output)), *task.tests)
    large = [grid for grid in outputs if len(grid) * len(grid[0]) >= LEAST]
    return any(
        (said := note(grid)) in text and not any(said in note(one) for one in shown) for grid in large for note in NOTATIONS
    )
