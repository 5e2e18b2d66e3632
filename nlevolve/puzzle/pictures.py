"""Grids as PNG pictures for models that see: ARC's colours, a line around each cell, numbers of rows and columns."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from functools import lru_cache

from nlevolve.puzzle import png
from nlevolve.puzzle.drawing import COLOURS
from nlevolve.puzzle.grids import Grid, shape

LONGEST = 1_000
"""Pixels of the longer side, about: a larger picture is made smaller by providers, and until then billed by its area."""
LARGEST_CELL, SMALLEST_CELL = 32, 6
EVERY_NUMBER = 16
"""Pixels of a cell at which there is room for the number of each row and column; of smaller ones every fifth has it."""
GAP = 32
"""Pixels between an input and its output; an arrow stands in them."""
MARGIN, PLAIN_MARGIN = 26, 8
"""Pixels to the left of a grid and above it, with numbers in them and without."""
LINE, PAPER, INK = 10, 11, 12
"""Places in the palette, behind the colours 0 to 9."""
_FONT = (
    *("111101101101111", "010110010010111", "111001111100111", "111001111001111", "101101111001001"),
    *("111100111001111", "111100111101111", "111001001001001", "111101111101111", "111101111001111"),
)
"""Digits, three dots wide and five high, from the top."""
_DOT = 2
"""Pixels of a dot's side."""


def _rgb(colour: str) -> tuple[int, int, int]:
    text = colour[1:] if len(colour) == 7 else "".join(2 * letter for letter in colour[1:])
    red, green, blue = (int(text[n : n + 2], 16) for n in (0, 2, 4))
    return red, green, blue


PALETTE = (*map(_rgb, COLOURS), (85, 85, 85), (255, 255, 255), (0, 0, 0))


@lru_cache(maxsize=2048)
def picture(grids: tuple[Grid, ...], numbered: bool = True) -> str:
    """A PNG in base64 of a grid, or of an input and its output with an arrow between them."""
    canvas = _Canvas(grids, numbered)
    told = " to ".join(f"{rows}x{columns}" for rows, columns in map(shape, grids))
    return b64encode(png.write(canvas.rows, PALETTE, told)).decode()


class _Canvas:
    """Pixels, as places in the palette."""

    def __init__(self, grids: Sequence[Grid], numbered: bool) -> None:
        margin = MARGIN if numbered else PLAIN_MARGIN
        shapes = [shape(grid) for grid in grids]
        wide, high = sum(columns for _, columns in shapes), max(rows for rows, _ in shapes)
        around = len(grids) * margin + (len(grids) - 1) * GAP + PLAIN_MARGIN
        self.cell = max(SMALLEST_CELL, min(LARGEST_CELL, (LONGEST - around) // wide, (LONGEST - margin - PLAIN_MARGIN) // high))
        size = around + wide * self.cell + len(grids), margin + PLAIN_MARGIN + high * self.cell + 1
        self.rows = [bytearray([PAPER]) * size[0] for _ in range(size[1])]
        left = 0
        for number, (grid, (rows, columns)) in enumerate(zip(grids, shapes, strict=True)):
            if number:
                self._arrow(left + GAP // 2, margin + high * self.cell // 2)
                left += GAP
            left += margin
            self._grid(grid, left, margin)
            if numbered:
                self._numbers(left, margin, rows, columns)
            left += columns * self.cell + 1

    def _fill(self, left: int, top: int, wide: int, high: int, colour: int) -> None:
        for row in self.rows[top : top + high]:
            row[left : left + wide] = bytes([colour]) * wide

    def _grid(self, grid: Grid, left: int, top: int) -> None:
        line, inside = bytes([LINE]), self.cell - 1
        rows, columns = shape(grid)
        self._fill(left, top, columns * self.cell + 1, rows * self.cell + 1, LINE)
        for number, cells in enumerate(grid):
            drawn = line + b"".join(bytes([colour]) * inside + line for colour in cells)
            first = top + number * self.cell + 1
            for row in self.rows[first : first + inside]:
                row[left : left + len(drawn)] = drawn

    def _numbers(self, left: int, top: int, rows: int, columns: int) -> None:
        middle = self.cell // 2
        for number in filter(self._has_number, range(1, columns + 1)):
            self._text(str(number), left + (number - 1) * self.cell + middle - len(str(number)) * 2 * _DOT + _DOT, top - 14)
        for number in filter(self._has_number, range(1, rows + 1)):
            self._text(str(number), left - 2 - len(str(number)) * 4 * _DOT, top + (number - 1) * self.cell + middle - 5)

    def _has_number(self, number: int) -> bool:
        return self.cell >= EVERY_NUMBER or number % 5 == 0

    def _text(self, digits: str, left: int, top: int) -> None:
        for place, digit in enumerate(digits):
            for n, dot in enumerate(_FONT[int(digit)]):
                if dot == "1":
                    x, y = left + (4 * place + n % 3) * _DOT, max(0, top) + n // 3 * _DOT
                    self._fill(x, y, _DOT, _DOT, INK)

    def _arrow(self, middle: int, top: int) -> None:
        self._fill(middle - 10, top - 1, 14, 2, INK)
        for n in range(6):
            self._fill(middle + 4 + n, top - 6 + n, 1, 12 - 2 * n, INK)
