"""Grids written as lines of text: digits apart or together, tables, bracketed rows, coloured squares (pure).

A line is a row, a rule between rows, dots for rows that were left out, empty, or anything else; neighbouring rows are a block.
Numbers of rows and columns around a grid are told from its cells where that is certain; where it is not, the block says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from nlevolve.puzzle.notations import NAMES

Row = list[int | str]
"""Cells; one that is no digit stays as it was written, so that the message can name it."""

SQUARES = {
    square: digit
    for digit, squares in enumerate(("⬛⚫", "🟦🔵", "🟥🔴", "🟩🟢", "🟨🟡", "⬜⚪", "🟪🟣🩷", "🟧🟠", "🩵🔷", "🟫🟤"))
    for square in squares
}
LONGEST_LINE = 400
MOST_ROWS = 100
MOST_BLOCKS = 40
NUMBERS_UNSURE = "its first row or column may be column numbers or row numbers: it should hold the cells alone"
ROWS_MISSING = "rows of its grid are left out"

_NAMES = {name: digit for digit, name in enumerate(NAMES)} | {"gray": 5}
_ROW_WORD = r"(?:rows?|r|line|zeile|fila|ligne|linha|riga|rij|строка|第|行)"
_ROW_NUMBER = re.compile(
    rf"^\s*(?:{_ROW_WORD}[\s_]*#?(?P<named>\d{{1,2}})\s*行?\s*\)?\s*(?:[:：.)|=→-]+>?|\s(?=[\[(\d]))"
    r"|(?P<bare>\d{1,2})\s*(?:[:：]|[.)](?=\s)|\s\|(?=[^|]*\d[\s,]+\d[^|]*$)|\|\s(?=[^|]*\d[\s,]+\d[^|]*$)))\s*",
    re.IGNORECASE,
)
_MARKER = re.compile(r"^\s*(?:[-*•>]\s+)+(?=[\[(\d⚪-🫿\"'])")
_SEPARATORS = re.compile(r"[\s,;|\[\]()\"'`]+")
_NO_ROW = re.compile(
    r"[^\W\d_]{12}|[?!={}<>→]|\([^()]*\).*\(|^\s*\(\s*\d+\s*,\s*\d+\s*\)|\d-\d|"
    # more than one row side by side
    r"\d[ ,]+\d[^;]*;\s*\d[ ,]+\d|\d \d {3,}\d \d|^[^|]*\d[ ,]+\d\s*\|\s*\d[ ,]+\d[^|]*$"
)
_EMPHASIS = re.compile(r"\*{1,2}([^*\s]{1,12}(?: \d{1,2}:?)?)\*{1,2}")
_RULE = re.compile(r"^[\s|:+=-]*[|+=-][\s|:+=-]*$")
_DOTS = re.compile(r"^[\s\[(|]*(?:\.\.\.|…|⋮|\. \. \.|:$|\\vdots)")
_COLUMN = re.compile(r"^(?:c|col|column|spalte|columna|列)?[\s_.]*#?(\d{1,2})$", re.IGNORECASE)
_FENCE = re.compile(r"^\s*(?:```|~~~)")


@dataclass(frozen=True)
class Block:
    """Consecutive lines that look like a grid: where they stand, and their cells."""

    start: int
    end: int
    rows: tuple[Row, ...]
    sure: bool
    """Two rows and columns or more, or one that can hardly be anything else."""
    fenced: bool = False
    doubt: str = ""
    """Why it is not known which of it is the grid."""


@dataclass
class _Run:
    """A block that is being gathered."""

    start: int
    end: int = 0
    rows: list[Row] = field(default_factory=list)
    numbers: list[int | None] = field(default_factory=list)
    header: list[str] | None = None
    """The cells of a table's line above it, when they are words."""
    ruled: bool = False
    """A rule stands between its first and its second row."""
    spaced: bool = False
    """Every row was followed by an empty line."""
    blanks: int = 0
    left_out: bool = False
    fenced: bool = False
    words: bool = False


def cell(word: str) -> int | str:
    """A cell as a digit where it is one, is named like a colour, or is a coloured square."""
    if len(word) == 1 and word.isascii() and word.isdigit():
        return int(word)
    return _NAMES.get(word.lower(), SQUARES.get(word, int(word) if re.fullmatch(r"-?[0-9]{1,4}", word) else word))


def row_of(line: str) -> Row | None:
    """The cells of a line, when all of it is cells."""
    if "]" in line.rstrip("], \t.") or _NO_ROW.search(line):
        return None  # more than one row, coordinates, or no row at all
    words = [word for word in _SEPARATORS.split(line) if word]
    if len(words) == 1 and (squares := [SQUARES[c] for c in words[0] if c in SQUARES]) and len(squares) == len(words[0]):
        return list(squares)
    if len(words) == 1 and re.fullmatch(r"[0-9]+", words[0]):
        return [int(digit) for digit in words[0]]
    cells = [cell(word) for word in words]
    return cells if cells and all(isinstance(c, int) for c in cells) else None


def is_numbered(line: str) -> bool:
    """Whether a line is a row with its number before it."""
    return _numbered(line)[0] is not None


def blocks(text: str) -> list[Block]:
    """The grids written as lines of a text, in order: the last ones, if there are very many."""
    runs = list(_runs(text))[-MOST_BLOCKS:]
    alone = len(runs) == 1 and not (text[: runs[0].start] + text[runs[0].end :]).strip(" \n`")
    return [block for run in runs if (block := _block(run, alone)) is not None]


def _runs(text: str) -> Iterator[_Run]:
    run: _Run | None = None
    above, fenced = "", False
    for position, line in _lines(text):
        if _FENCE.match(line[:40]):
            fenced = not fenced
            taken = False
        else:
            taken = run is not None and _goes_on(run, line, position)
        if not taken:
            if run is not None and run.rows:
                yield run
            run = _begun(line, position, above, fenced)
        if line.strip():
            above = line
    if run is not None and run.rows:
        yield run


def _lines(text: str) -> Iterator[tuple[int, str]]:
    position = 0
    for line in text.split("\n"):
        yield position, line
        position += len(line) + 1


def _begun(line: str, position: int, above: str, fenced: bool) -> _Run | None:
    """A run that begins with this line: with a row, or with the rule under a table's head."""
    if len(line) > LONGEST_LINE:
        return None
    if _RULE.match(line) and "|" in line and "|" in above:
        return _Run(position, position + len(line), header=_table_cells(above), fenced=fenced)
    run = _Run(position, fenced=fenced)
    return run if _add(run, line, position) else None


def _goes_on(run: _Run, line: str, position: int) -> bool:
    """Takes a line into a run, if it belongs to it."""
    if len(line) > LONGEST_LINE:
        return False
    if not line.strip():
        run.blanks += 1
        return run.blanks <= 2
    if _DOTS.match(line):
        run.left_out = True
        return True
    if _RULE.match(line) and not run.blanks:
        run.ruled = run.ruled or len(run.rows) == 1
        return True
    if run.blanks and not _bridges(run, line):
        return False
    return _add(run, line, position)


def _bridges(run: _Run, line: str) -> bool:
    """Whether a row after an empty line belongs to those before it: it has the next number, or all rows are so spaced."""
    number, row = _numbered(line)
    if run.left_out or (number is not None and run.numbers and run.numbers[-1] == number - 1):
        return True
    spaced = number is None and (len(run.rows) == 1 or run.spaced) and run.rows[0:1] and row is not None
    return bool(spaced) and len(run.rows[0]) == len(row or ()) > 1


def _add(run: _Run, line: str, position: int) -> bool:
    number, row = _numbered(line)
    row = row or (_spoilt_row(line, run.rows) if run.rows else None)
    if row is None:
        return False
    if len(run.rows) < MOST_ROWS:
        run.rows.append(row)
        run.numbers.append(number)
    run.words = run.words or any(c.isalpha() for c in line)
    run.spaced, run.blanks, run.end = run.blanks > 0, 0, position + len(line)
    return True


def _numbered(line: str) -> tuple[int | None, Row | None]:
    """The number that a line gives its row, and the row; both None where it is none."""
    line = _EMPHASIS.sub(r"\1", line)
    match = _ROW_NUMBER.match(line[:40])
    if match and (row := row_of(_MARKER.sub("", line[match.end() :]))) is not None:
        return int(match["named"] or match["bare"]), row
    marked = _MARKER.sub("", line)
    if marked != line:
        return _numbered(marked)
    stripped = line.strip()
    if stripped.startswith("|") and stripped.endswith("|") and len(stripped) > 2:
        cells = _table_cells(stripped)
        if cells and not cells[0] and all(cells[1:]):
            return None, None  # an empty corner: the head of a table
    return None, row_of(line)


def _table_cells(line: str) -> list[str]:
    return [part.strip(" *`") for part in line.strip().removeprefix("|").removesuffix("|").split("|")]


def _spoilt_row(line: str, above: list[Row]) -> Row | None:
    """A line that goes on with the grid above but has a word for a cell: a faulty row rather than the end of the grid."""
    words = [word for word in _SEPARATORS.split(line) if word]
    cells = [cell(word) for word in words]
    digits = sum(isinstance(c, int) for c in cells)
    return cells if len(cells) == len(above[-1]) > 2 and 2 * digits >= len(cells) else None


def _block(run: _Run, alone: bool) -> Block | None:
    rows, doubt = _without_numbers(run)
    if rows is None:
        return None
    if run.left_out:
        doubt = ROWS_MISSING
    width = max(map(len, rows), default=0)
    spread = len(rows) == 1 and width > 2
    column = width == 1 and len(rows) > 1
    sure = bool(rows) and (
        alone or run.header is not None or (run.fenced and not (column and run.words)) or spread or (len(rows) > 1 and not column)
    )
    return Block(run.start, run.end, tuple(rows), sure, run.fenced, doubt)


def _without_numbers(run: _Run) -> tuple[list[Row] | None, str]:
    """The rows without numbers of rows and columns, and why that is in doubt; None for a table of something else."""
    rows, numbers = list(run.rows), list(run.numbers)
    if run.header is not None:
        return _under_header(rows, run.header)
    if len(rows) > 1 and numbers[0] is None and all(n is not None for n in numbers[1:]):
        if not _counts(rows[0]):
            return rows, NUMBERS_UNSURE
        rows, numbers = rows[1:], numbers[1:]
    if any(n is not None for n in numbers):
        follow = numbers[0] in (0, 1) and numbers == list(range(numbers[0] or 0, (numbers[0] or 0) + len(numbers)))
        return rows, "" if follow else ROWS_MISSING
    if len(rows) > 1 and _counts(rows[0]):
        first = [row[0] for row in rows[1:]]
        if _counts(first) and all(len(row) == len(rows[0]) + 1 for row in rows[1:]):
            return [row[1:] for row in rows[1:]], ""
        if len(rows[0]) > 10 and all(len(row) == len(rows[0]) for row in rows[1:]):
            return rows[1:], ""  # there is no colour 10
        if run.ruled and len(rows[0]) > 2:
            return rows, NUMBERS_UNSURE
    return rows, ""


def _under_header(rows: list[Row], header: list[str]) -> tuple[list[Row] | None, str]:
    """The cells of a Markdown table, whose head may number its columns, be empty, or be the first row."""
    width = len(header)
    if not any(header):
        return rows, ""
    columns = [_COLUMN.match(name) for name in header]
    if all(columns[1:]) and not columns[0] and width > 1 and all(len(row) == width for row in rows):
        first: Row = [row[0] for row in rows]
        return ([row[1:] for row in rows], "") if _counts(first) else (None, "")
    if all(columns) and any(c and c[0] != c[1] for c in columns):
        return rows, ""  # columns by name, and no column of row numbers
    return None, ""


def _counts(row: Row) -> bool:
    """Whether cells count up by one from 0 or 1."""
    return bool(row) and row[0] in (0, 1) and row == list(range(int(row[0]), int(row[0]) + len(row)))
