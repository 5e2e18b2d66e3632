"""Grids in the terminal: coloured cells with digits, half-blocks where space is short, digits alone without colour."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import zip_longest

from rich.cells import cell_len, set_cell_size
from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.segment import Segment
from rich.style import Style

from nlevolve.puzzle.grids import Grid, shape

CellColours = tuple[str, ...]
"""The ten colours of cells, as #rrggbb. The first is not quite black, so that a grid's edge shows on a black terminal."""

ARC_CELLS: CellColours = (
    "#1c1c1c", "#0074d9", "#ff4136", "#2ecc40", "#ffdc00", "#aaaaaa", "#f012be", "#ff851b", "#7fdbff", "#870c25",
)  # fmt: skip
# Okabe and Ito's eight, with Tol's wine for the tenth: told apart with any of the common colour vision deficiencies
COLOUR_BLIND_CELLS: CellColours = (
    "#1c1c1c", "#0072b2", "#d55e00", "#009e73", "#f0e442", "#999999", "#cc79a7", "#e69f00", "#56b4e9", "#882255",
)  # fmt: skip

WHITE = "#ffffff"
"""No cell's colour: what a wrong black cell is shown in, where being dim is all that tells the right ones."""
DARK = 24
"""Brightness, 0..255, below which a colour is black."""

GAP = 3
"""Columns between two pictures side by side."""


@dataclass(frozen=True)
class Picture:
    """One grid under its title, a rich renderable. With a truth, the cells that differ from it are marked.

    Two columns and a line a cell where the width allows, else half-blocks: one column and half a line a cell, in which the
    right cells are dimmed instead of the wrong ones marked, and black ones that are wrong are white. Without colour every cell
    is its digit, and a wrong one has a cross; so it is in place of half-blocks where a terminal has too few colours to dim.
    """

    grid: Grid | None
    """None draws the title alone: there is no grid."""
    title: str = ""
    truth: Grid | None = None
    colours: CellColours = ARC_CELLS
    dense: bool | None = None
    """Half-blocks: True always, False never, None when two columns a cell do not fit."""

    @property
    def columns(self) -> int:
        return len(self.grid[0]) if self.grid else 0

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        narrow, wide = self.columns, 2 * self.columns
        least = max(1, wide if self.dense is False else narrow)
        most = max(narrow if self.dense else wide, cell_len(self.title), least)
        return Measurement(least, most).with_maximum(options.max_width)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for line in self.lines(options.max_width, colour=coloured(console), dims=fades(console), ascii_only=options.ascii_only):
            yield from line
            yield Segment.line()

    def lines(self, width: int, *, colour: bool, dims: bool = True, ascii_only: bool = False) -> list[list[Segment]]:
        """The picture line by line, none wider than `width` columns."""
        title = [[Segment(_cut(self.title, width), Style(bold=True))]] if self.title else []
        if self.grid is None:
            return title
        dense = 2 * self.columns > width if self.dense is None else self.dense
        if not dense:
            body = _wide(self, "x" if ascii_only else "×", colour)
        elif colour and dims and not ascii_only:
            body = _halves(self)
        else:
            body = _digits(self)
        return title + [_crop(line, width) for line in body]


@dataclass(frozen=True)
class Pictures:
    """Pictures side by side, a rich renderable; all dense when they do not fit otherwise, and then in several rows if need be."""

    pictures: Sequence[Picture]
    arrow: bool = False
    """Whether an arrow leads from each picture to the next, for an input and its output."""

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        each = [picture.__rich_measure__(console, options) for picture in self.pictures]
        together = sum(one.maximum for one in each) + GAP * (len(each) - 1)
        least = max((one.minimum for one in each), default=1)
        return Measurement(least, max(together, least)).with_maximum(options.max_width)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        colour, width = coloured(console), options.max_width
        wide = sum(_width(picture, dense=False) + GAP for picture in self.pictures) - GAP <= width
        pictures = self.pictures if wide else [replace(one, dense=one.dense is not False) for one in self.pictures]
        for row in _rows(pictures, width):
            widths = [min(_width(one, bool(one.dense)), width) for one in row]
            blocks = [
                one.lines(columns, colour=colour, dims=fades(console), ascii_only=options.ascii_only)
                for one, columns in zip(row, widths, strict=True)
            ]
            line = int(any(one.title for one in row))
            arrow = (" > " if options.ascii_only else " → ") if self.arrow else " " * GAP
            for number, parts in enumerate(zip_longest(*blocks, fillvalue=())):
                yield from _joined(parts, widths, arrow if number == line else " " * GAP)
                yield Segment.line()


def contrast(colour: str) -> str:
    """Black or white: what can be read on the colour."""
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return "#000000" if 299 * red + 587 * green + 114 * blue > 128_000 else "#ffffff"


def size(of: Grid) -> str:
    """Rows by columns, for people: `3×4`."""
    return f"{len(of)}×{len(of[0])}"


def coloured(console: Console) -> bool:
    """Whether backgrounds will be seen: not with NO_COLOR, nor on what is no terminal."""
    return not console.no_color and console.color_system is not None


def fades(console: Console) -> bool:
    """Whether a colour can be told from its paler self: not of sixteen, as on a Linux console."""
    return console.color_system in ("256", "truecolor")


def _width(picture: Picture, dense: bool) -> int:
    """Columns that a picture takes side by side with others: its title may add a little to its grid, not more."""
    cells = picture.columns * (1 if dense else 2)
    return max(cells, min(cell_len(picture.title), max(cells, 16)), 1)


def _rows(pictures: Iterable[Picture], width: int) -> Iterator[list[Picture]]:
    """Broken into rows where the width is used up."""
    row: list[Picture] = []
    used = 0
    for picture in pictures:
        needs = _width(picture, bool(picture.dense))
        if row and used + GAP + needs > width:
            yield row
            row, used = [], 0
        used += needs + (GAP if row else 0)
        row.append(picture)
    if row:
        yield row


def _joined(parts: Sequence[Sequence[Segment]], widths: Sequence[int], between: str) -> Iterator[Segment]:
    for place, (part, width) in enumerate(zip(parts, widths, strict=True)):
        if place:
            yield Segment(between)
        yield from Segment.adjust_line_length(list(part), width)


def _wide(picture: Picture, cross: str, colour: bool) -> Iterator[list[Segment]]:
    for row, wrong in _marked(picture):
        yield [
            Segment(f"{cross if bad else ' '}{cell}", _cell(picture.colours[cell], bad) if colour else Style(bold=bad))
            for cell, bad in zip(row, wrong, strict=True)
        ]


def _halves(picture: Picture) -> Iterator[list[Segment]]:
    """Two rows of cells a line: the upper half-block's colour and its background."""
    plain, black = picture.truth is None, picture.colours[0]
    inked = [
        [
            colour if plain else _dimmed(colour) if not bad else WHITE if colour == black else colour
            for colour, bad in zip([picture.colours[cell] for cell in row], wrong, strict=True)
        ]
        for row, wrong in _marked(picture)
    ]
    for upper, lower in zip_longest(inked[::2], inked[1::2]):
        yield [Segment("▀", _ink(top, bottom)) for top, bottom in zip(upper, lower or [None] * len(upper), strict=True)]


def _digits(picture: Picture) -> Iterator[list[Segment]]:
    """A column and a line a cell; where there is a truth, right cells are dots."""
    sized = picture.truth is not None and picture.grid is not None and shape(picture.truth) == shape(picture.grid)
    for row, wrong in _marked(picture):
        yield [Segment("".join("." if sized and not bad else str(cell) for cell, bad in zip(row, wrong, strict=True)))]


def _marked(picture: Picture) -> Iterator[tuple[Sequence[int], Sequence[bool]]]:
    """Each row with what is wrong in it. On a truth of another size no cell is marked: there is nothing to hold it against."""
    rows, truth = picture.grid or (), picture.truth
    comparable = truth is not None and bool(rows) and shape(truth) == shape(rows)
    for number, row in enumerate(rows):
        yield row, [truth is not None and comparable and cell != truth[number][place] for place, cell in enumerate(row)]


@cache
def _cell(colour: str, wrong: bool) -> Style:
    if wrong:
        return Style(color=contrast(colour), bgcolor=colour, bold=True, underline=True)
    # a digit that is there for who looks for it, without drowning the picture
    return Style(color=_mixed(colour, contrast(colour), 0.55), bgcolor=colour)


@cache
def _ink(top: str, bottom: str | None) -> Style:
    return Style(color=top, bgcolor=bottom)


@cache
def _dimmed(colour: str) -> str:
    """Darker and paler, so that no right cell looks like a wrong one of another colour; black stays black."""
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    grey = round(0.6 * (0.299 * red + 0.587 * green + 0.114 * blue))
    return colour if grey < DARK else _mixed(colour, f"#{grey:02x}{grey:02x}{grey:02x}", 0.65)


def _mixed(colour: str, other: str, share: float) -> str:
    """`share` of the other colour, 0..1."""
    pairs = ((int(colour[place : place + 2], 16), int(other[place : place + 2], 16)) for place in (1, 3, 5))
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def _cut(text: str, width: int) -> str:
    return text if cell_len(text) <= width else set_cell_size(text, width - 1) + "…" if width > 1 else text[:width]


def _crop(line: list[Segment], width: int) -> list[Segment]:
    return Segment.adjust_line_length(line, width, pad=False)
