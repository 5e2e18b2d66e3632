"""Grids: validation, text form, cell accuracy and the diff a model is shown."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any

Grid = tuple[tuple[int, ...], ...]
"""Rows of cells, each an int 0-9; 1..30 rows of 1..30 cells unless more are allowed, all rows equally long."""

LARGEST_SIDE = 30
"""Of ARC's grids."""
MOST_SIDE = 100
"""What can be allowed: 1D-ARC has rows of 93."""


class GridError(ValueError):
    """The rows are not a grid; the message names the row (counted from 1) and the cell."""


class TooLarge(GridError):
    """It has more rows or columns than are allowed."""


def grid(rows: Any, largest: int = LARGEST_SIDE) -> Grid:
    """Validate nested sequences of ints and freeze them; `largest` is the longest side that is allowed.

    Raises GridError naming the first row that is empty, ragged, too long or holds anything but ints 0-9.
    """
    if not _is_list(rows):
        raise GridError(f"a grid is a list of rows, got {_kind(rows)}")
    if not 1 <= len(rows) <= largest:
        raise (TooLarge if rows else GridError)(f"a grid has 1 to {largest} rows, got {len(rows)}")
    width = len(rows[0]) if _is_list(rows[0]) else 0
    for number, row in enumerate(rows, 1):
        if not _is_list(row):
            raise GridError(f"row {number} is not a list of cells but {_kind(row)}")
        if not 1 <= len(row) <= largest:
            raise (TooLarge if row else GridError)(f"row {number} has {len(row)} cells, allowed are 1 to {largest}")
        if len(row) != width:
            raise GridError(f"row {number} has {len(row)} cells, row 1 has {width}")
        if set(map(type, row)) == {int} and min(row) >= 0 and max(row) <= 9:
            continue
        for place, cell in enumerate(row, 1):
            if isinstance(cell, bool) or not isinstance(cell, int) or not 0 <= cell <= 9:
                raise GridError(f"row {number}, cell {place} is {cell!r}, allowed are the ints 0 to 9")
    return tuple(tuple(row) for row in rows)


def shape(of: Grid) -> tuple[int, int]:
    """(rows, columns)."""
    return len(of), len(of[0])


def render(of: Grid) -> str:
    """The text form: a line a row, cells parted by one space. parse(render(g)) == g."""
    return "\n".join(" ".join(map(str, row)) for row in of)


def parse(text: str) -> Grid:
    """Read the text form (cells parted by spaces, or digits run together). Raises GridError."""
    rows = [line.split() for line in text.strip().splitlines()]
    cells = [list(row[0]) if len(row) == 1 else row for row in rows]
    return grid([[int(c) if c.isdecimal() and len(c) == 1 else c for c in row] for row in cells])


def cell_accuracy(got: Grid, want: Grid) -> float:
    """Share of equal cells, 0..1; 0 when the shapes differ."""
    if got == want:
        return 1.0
    if shape(got) != shape(want):
        return 0.0
    rows, columns = shape(want)
    return sum(sum(map(operator.eq, r, s)) for r, s in zip(got, want, strict=True)) / (rows * columns)


def diff(got: Grid, want: Grid) -> str:
    """What is wrong with `got`, cell by cell: `.` where it is right, `got>want` where it is not; empty when equal."""
    if got == want:
        return ""
    if shape(got) != shape(want):
        (h, w), (hh, ww) = shape(got), shape(want)
        return f"wrong size: {h} rows x {w} columns, expected {hh} rows x {ww} columns"
    return "\n".join(
        " ".join("." if a == b else f"{a}>{b}" for a, b in zip(r, s, strict=True)) for r, s in zip(got, want, strict=True)
    )


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


def _kind(value: Any) -> str:
    return "nothing" if value is None else f"{type(value).__name__} {str(value)[:20]!r}"
