"""Ways of writing a grid as text, for whoever reads better in another one than digits: what is written can be read back."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from nlevolve.puzzle.grids import Grid, diff, grid, render, shape

Grids = Literal["digits", "letters", "names", "csv", "json", "rows"]
NOTATIONS: tuple[Grids, ...] = get_args(Grids)

NAMES = ("black", "blue", "red", "green", "yellow", "grey", "magenta", "orange", "cyan", "maroon")
"""ARC's colours, 0 to 9."""
LETTERS = "KBRGYEMOCN"
"""A letter for each: its initial where no other colour has it, else another of its letters, as printers have K for black."""
_ROW = re.compile(r"^row \d+: ", re.MULTILINE)
_DIGIT = re.compile(r"\d")

Cells = Sequence[Sequence[str]]
"""Rows of cells, each as it is written."""


@dataclass(frozen=True)
class _Notation:
    symbols: Sequence[str]
    """How each colour is written."""
    join: Callable[[Cells], str]


def _spaced(rows: Cells) -> str:
    return "\n".join(" ".join(row) for row in rows)


def _commas(rows: Cells) -> str:
    return "\n".join(",".join(row) for row in rows)


def _listed(rows: Cells) -> str:
    """A row a line, so that one cell stands above the other."""
    cells = [[cell if cell.isdecimal() else json.dumps(cell) for cell in row] for row in rows]
    return "[" + ",\n".join(f"[{','.join(row)}]" for row in cells) + "]"


def _numbered(rows: Cells) -> str:
    return "\n".join(f"row {number}: {' '.join(row)}" for number, row in enumerate(rows, 1))


_DIGITS = tuple("0123456789")
_NOTATIONS: Mapping[Grids, _Notation] = {
    "digits": _Notation(_DIGITS, _spaced),
    "letters": _Notation(LETTERS, _spaced),
    "names": _Notation(NAMES, _spaced),
    "csv": _Notation(_DIGITS, _commas),
    "json": _Notation(_DIGITS, _listed),
    "rows": _Notation(_DIGITS, _numbered),
}


def write(of: Grid, grids: Grids = "digits") -> str:
    """The grid in this notation. read(write(g, n), n) == g."""
    if grids == "digits":
        return render(of)
    how = _NOTATIONS[grids]
    return how.join([[how.symbols[cell] for cell in row] for row in of])


def read(text: str, grids: Grids) -> Grid:
    """What was written in this notation. Raises GridError and ValueError."""
    if grids == "json":
        return grid(json.loads(text))
    symbols = {symbol: colour for colour, symbol in enumerate(_NOTATIONS[grids].symbols)}
    lines = (_ROW.sub("", text) if grids == "rows" else text).splitlines()
    return grid([[symbols.get(cell, cell) for cell in (line.split(",") if grids == "csv" else line.split())] for line in lines])


def difference(got: Grid, want: Grid, grids: Grids = "digits") -> str:
    """What is wrong with `got`, cell by cell, as of `diff`, in this notation."""
    told = diff(got, want)
    if grids == "digits" or not told or shape(got) != shape(want):
        return told
    how = _NOTATIONS[grids]
    return how.join(
        [[_DIGIT.sub(lambda one: how.symbols[int(one[0])], cell) for cell in line.split()] for line in told.splitlines()]
    )
