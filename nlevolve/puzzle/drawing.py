"""Grids as small pictures (SVG), for a notebook."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby
from typing import Any

Rows = Sequence[Sequence[int]]

COLOURS = ("#000", "#0074d9", "#ff4136", "#2ecc40", "#ffdc00", "#aaa", "#f012be", "#ff851b", "#7fdbff", "#870c25")
"""ARC's, 0 to 9."""


@dataclass(frozen=True)
class Drawing:
    """A grid that a notebook draws; beside a `truth` of the same size, cells that differ from it are crossed out."""

    grid: Rows
    truth: Rows | None = None
    caption: str = ""

    def __post_init__(self) -> None:
        """Raises TypeError for what is no grid."""
        for rows in (self.grid, self.truth):
            if rows is not None and not _is_grid(rows):
                raise TypeError(
                    f"a Drawing is of rows of equal length with colours 0 to 9, as [[1, 2], [3, 4]], got {rows!r:.60}"
                )

    def _repr_html_(self) -> str:
        said = f"<figcaption>{escape(self.caption)}</figcaption>" if self.caption else ""
        return f"<figure style='display:inline-block;margin:4px'>{said}{svg(self.grid, self.truth)}</figure>"


def _is_grid(rows: Any) -> bool:
    """What an array or lists of numbers hold may be of any kind of whole number."""
    try:
        return (
            len(rows) > 0 and {len(row) for row in rows} == {len(rows[0])} - {0} and all(c in range(10) for r in rows for c in r)
        )
    except (TypeError, KeyError, IndexError, ValueError):
        return False


def svg(grid: Rows, truth: Rows | None = None) -> str:
    """120 pixels long at most, where cells of 3 pixels allow."""
    high, wide = len(grid), len(grid[0])
    size = max(3, min(12, 120 // max(high, wide)))
    cells = "".join(f"<path fill='{COLOURS[colour]}' d='{path}'/>" for colour, path in sorted(_areas(grid).items()))
    across = "".join(f"M0 {y}H{wide}" for y in range(high + 1))
    down = "".join(f"M{x} 0V{high}" for x in range(wide + 1))
    lines = f"<path stroke='#555' stroke-width='.08' d='{across}{down}'/>"
    wrong = "".join(_crosses(grid, truth)) if truth else ""
    crosses = f"<path stroke='#000' stroke-width='.3' d='{wrong}'/><path stroke='#fff' stroke-width='.12' d='{wrong}'/>"
    box = f"width='{wide * size}' height='{high * size}' viewBox='0 0 {wide} {high}'"
    return f"<svg {box} style='margin:2px' role='img'>{cells}{lines}{crosses if wrong else ''}</svg>"


def _areas(grid: Rows) -> dict[int, str]:
    """Colour -> where it is, in cells, a bar for each run of it in a row."""
    found: dict[int, str] = {}
    for y, row in enumerate(grid):
        x = 0
        for colour, run in groupby(row):
            length = len(list(run))
            found[colour] = f"{found.get(colour, '')}M{x} {y}h{length}v1h-{length}z"
            x += length
    return found


def _crosses(grid: Rows, truth: Rows) -> Iterator[str]:
    if (len(grid), len(grid[0])) != (len(truth), len(truth[0])):
        return
    for y, (row, right) in enumerate(zip(grid, truth, strict=True)):
        for x, (cell, want) in enumerate(zip(row, right, strict=True)):
            if cell != want:
                yield f"M{x}.3 {y}.3l.4 .4m0-.4l-.4 .4"
