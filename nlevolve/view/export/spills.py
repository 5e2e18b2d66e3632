"""Whether a text gives a task's solution away: what is exported to learn from holds no test output."""

from __future__ import annotations

from collections.abc import Iterable

from nlevolve.puzzle.cells_in import cells_in
from nlevolve.puzzle.grids import Grid
from nlevolve.puzzle.tasks import Task

LEAST = 4
"""Cells of an output that is looked for: a smaller one stands in any text by chance."""


def spills(text: str, task: Task, outputs: Iterable[Grid]) -> bool:
    """Whether a test output stands in the text, however it is written, that is not within what the task shows anyhow."""
    shown = (*(grid for pair in task.pairs for grid in (pair.input, pair.output)), *task.tests)
    said = cells_in(text)
    large = [_flat(grid) for grid in outputs if len(grid) * len(grid[0]) >= LEAST]
    return any(cells in said and not any(cells in _flat(one) for one in shown) for cells in large)


def _flat(grid: Grid) -> str:
    return "".join(str(cell) for row in grid for cell in row)
