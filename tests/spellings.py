"""Six ways in which a grid may stand in a text, for searches that are not to trust the product's own."""

from __future__ import annotations

from collections.abc import Callable

from nlevolve.puzzle.grids import Grid, render

SPELLINGS: tuple[Callable[[Grid], str], ...] = (
    render,
    lambda grid: "\n".join("".join(map(str, row)) for row in grid),
    lambda grid: "\n".join(",".join(map(str, row)) for row in grid),
    lambda grid: str([list(row) for row in grid]),
    lambda grid: str([list(row) for row in grid]).replace(" ", ""),
    lambda grid: str(grid),
)
"""Digits with spaces, digits alone, commas, JSON wide and narrow, tuples."""
