"""Grids written as lines of text: digits apart or together, tables, bracketed rows, coloured squares (pure)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

Row = list[int | str]
"""Cells; one that is no digit stays as it was written, so that the message can name it."""

COLOURS = ("black", "blue", "red", "green", "yellow", "grey", "magenta", "orange", "cyan", "maroon")
SQUARES = {
    square: digit
    for digit, squares in enumerate(("⬛⚫", "🟦🔵", "🟥🔴", "🟩🟢", "🟨🟡", "⬜⚪", "🟪🟣🩷", "🟧🟠", "🩵🔷", "🟫🟤"))
    for square in squares
}
_NAMES = {name: digit for digit, name in enumerate(COLOURS)} | {"gray": 5}
_ROW_NAME = re.compile(r"^\s*row\s*\d+\s*[:.)-]\s*", re.IGNORECASE)
_SEPARATORS = re.compile(r"[\s,;|\[\]()\"'`]+")
_RULE = re.compile(r"^[\s|:+=-]*[|+=-][\s|:+=-]*$")
LONGEST_LINE = 400
MOST_ROWS = 100
MOST_BLOCKS = 40
FRAME = 200
"""Characters around a block that tell whether it stands alone or in a fence."""


@dataclass(frozen=True)
class Block:
    """Consecutive lines that look like a grid: where they stand, and their cells."""

    start: int
    end: int
    rows: tuple[Row, ...]
    sure: bool
    """Two rows or more, or one that can hardly be anything else."""


def cell(word: str) -> int | str:
    """A cell as a digit where it is one, is named like a colour, or is a coloured square."""
    if len(word) == 1 and word.isascii() and word.isdigit():
        return int(word)
    return _NAMES.get(word.lower(), SQUARES.get(word, int(word) if re.fullmatch(r"-?[0-9]{1,4}", word) else word))


def row_of(line: str) -> Row | None:
    """The cells of a line, when all of it is cells."""
    if "]" in line.rstrip("], \t"):
        return None  # more than one row
    line = _ROW_NAME.sub("", line)
    words = [word for word in _SEPARATORS.split(line) if word]
    if len(words) == 1 and (squares := [SQUARES[c] for c in words[0] if c in SQUARES]) and len(squares) == len(words[0]):
        return list(squares)
    if len(words) == 1 and re.fullmatch(r"[0-9]+", words[0]):
        return [int(digit) for digit in words[0]]
    cells = [cell(word) for word in words]
    return cells if cells and all(isinstance(c, int) for c in cells) else None


def blocks(text: str) -> list[Block]:
    """The grids written as lines of a text, in order: the last ones, if there are very many."""
    runs: list[tuple[int, int, list[Row]]] = []
    open_run = False
    for position, line in _lines(text):
        above = runs[-1][2] if open_run else []
        row = None if len(line) > LONGEST_LINE else row_of(line) or _spoilt_row(line, above)
        if row is not None and open_run:
            runs[-1] = (runs[-1][0], position + len(line), [*above, row] if len(above) < MOST_ROWS else above)
        elif row is not None:
            runs.append((position, position + len(line), [row]))
        open_run = row is not None or (open_run and bool(_RULE.match(line[:LONGEST_LINE])))
    return [Block(start, end, tuple(rows), _sure(start, end, rows, text)) for start, end, rows in runs[-MOST_BLOCKS:]]


def _lines(text: str) -> Iterator[tuple[int, str]]:
    position = 0
    for line in text.split("\n"):
        yield position, line
        position += len(line) + 1


def _spoilt_row(line: str, above: list[Row]) -> Row | None:
    """A line that goes on with the grid above but has a word for a cell: a faulty row rather than the end of the grid."""
    words = [word for word in _SEPARATORS.split(line) if word]
    cells = [cell(word) for word in words]
    digits = sum(isinstance(c, int) for c in cells)
    return cells if above and len(cells) == len(above[-1]) > 2 and 2 * digits >= len(cells) else None


def _sure(start: int, end: int, rows: list[Row], text: str) -> bool:
    before, after = text[max(0, start - FRAME) : start].rstrip(" \n"), text[end : end + FRAME].lstrip(" \n")
    fenced = before.endswith("```") or after.startswith("```")
    spread = len(rows[0]) > 2 and " " in text[start:end].strip()
    return len(rows) > 1 or fenced or spread or not (before or after)
