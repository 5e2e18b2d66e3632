"""Answers: small outputs that say what was found: one colour, a number of cells, colours in order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Annotated

import numpy as np

from nlevolve.offline.grammar import Range, Words, pin, says
from nlevolve.offline.nouns.colours import Colour
from nlevolve.offline.nouns.counts import Counted, counts_for
from nlevolve.offline.nouns.owners import any_colours_for
from nlevolve.offline.operation import Examples, Operation, suggests
from nlevolve.offline.scene import Cells, Scene

Side30 = Annotated[int, Range(1, 30)]


@says(
    pin("the output is a single cell in {colour}", rows=1, columns=1),
    "the output is a grid of {rows} by {columns} cells, all in {colour}",
    also="""
    output a grid of {rows} by {columns} cells filled with {colour}
    the output is {rows} by {columns} cells, all in {colour}
    fill a grid of {rows} by {columns} cells with {colour}
    answer with a grid of {rows} by {columns} cells in {colour}
    the output has {rows} rows and {columns} columns, all of it in {colour}
    """,
)
@dataclass(frozen=True)
class OneColour(Operation):
    """A grid of one colour."""

    rows: Side30
    columns: Side30
    colour: Colour

    def apply(self, scene: Scene) -> Cells | None:
        colour = self.colour.of(scene)
        return None if colour is None else np.full((self.rows, self.columns), colour, dtype=np.int8)


class Path(Words):
    """An order in which the cells of a grid are filled."""

    ROWS = ("row by row from the top left", "from left to right and top to bottom", "in reading order")
    COLUMNS = ("column by column from the top left", "from top to bottom and left to right")
    RISING = ("column by column from the bottom left", "from bottom to top and left to right")
    SNAKE = ("row by row, turning round at the end of each row", "row by row, alternately left to right and right to left")
    DIAGONAL = ("along the diagonal from the top left", "down the main diagonal")
    EVERY_OTHER = ("at every other cell row by row", "row by row, leaving out every other cell")

    def cells(self, rows: int, columns: int) -> list[tuple[int, int]]:
        """The cells of a grid in this order."""
        by_row = [(r, c) for r in range(rows) for c in range(columns)]
        match self:
            case Path.ROWS:
                return by_row
            case Path.COLUMNS:
                return sorted(by_row, key=lambda cell: (cell[1], cell[0]))
            case Path.RISING:
                return sorted(by_row, key=lambda cell: (cell[1], -cell[0]))
            case Path.SNAKE:
                return sorted(by_row, key=lambda cell: (cell[0], cell[1] if cell[0] % 2 == 0 else -cell[1]))
            case Path.DIAGONAL:
                return [(n, n) for n in range(min(rows, columns))]
        return by_row[::2]


@says(
    "in an empty grid of {rows} by {columns} cells, colour one cell {colour} for {counted}, {path}",
    also="""
    the output is a grid of {rows} by {columns} cells with one {colour} cell for {counted}, {path}
    fill a grid of {rows} by {columns} cells {path} with one {colour} cell for {counted}
    start with an empty grid of {rows} by {columns} cells and colour one cell {colour} for {counted}, {path}
    draw one {colour} cell for {counted} {path} in an empty grid of {rows} by {columns} cells
    for {counted}, colour one cell of a grid of {rows} by {columns} cells {colour}, {path}
    """,
)
@dataclass(frozen=True)
class Tally(Operation):
    """A grid of fixed size with as many cells coloured as there are things."""

    rows: Side30
    columns: Side30
    colour: Colour
    counted: Counted
    path: Path

    def __post_init__(self) -> None:
        if self.rows * self.columns < 3:
            raise ValueError("too small to count in")

    def apply(self, scene: Scene) -> Cells | None:
        colour, number = self.colour.of(scene), self.counted.number(scene)
        path = self.path.cells(self.rows, self.columns)
        if colour is None or number > len(path):
            return None
        grid = np.full((self.rows, self.columns), scene.background, dtype=np.int8)
        for row, column in path[:number]:
            grid[row, column] = colour
        return grid


class Form(Words):
    """What as many cells as there are things make up."""

    ROW = ("row",)
    COLUMN = ("column",)
    DIAGONAL = ("diagonal", "diagonal line")

    def drawn(self, number: int, colour: int, background: int) -> Cells:
        """The form, with its length `number`."""
        match self:
            case Form.ROW:
                return np.full((1, number), colour, dtype=np.int8)
            case Form.COLUMN:
                return np.full((number, 1), colour, dtype=np.int8)
        return np.where(np.eye(number, dtype=bool), colour, background).astype(np.int8)


@says(
    "the output is a {form} of {colour} cells, one for {counted}",
    also="""
    output a {form} of {colour} cells, one for {counted}
    the output is a {form} with one {colour} cell for {counted}
    draw a {form} of {colour} cells with one cell for {counted}
    for {counted}, the output has one {colour} cell in a {form}
    answer with a {form} of {colour} cells, one for {counted}
    """,
)
@dataclass(frozen=True)
class TallyLine(Operation):
    """A grid as large as the number of things."""

    form: Form
    colour: Colour
    counted: Counted

    def apply(self, scene: Scene) -> Cells | None:
        colour, number = self.colour.of(scene), self.counted.number(scene)
        if colour is None or not 1 <= number <= 30:
            return None
        return self.form.drawn(number, colour, scene.background)


def solid_colours(examples: Examples) -> list[int] | None:
    """The one colour of every target; None when some target has several."""
    found = [int(e.target.flat[0]) for e in examples if (e.target == e.target.flat[0]).all()]
    return found if len(found) == len(examples) else None


@suggests(by_eye=True, cost=3)
def single_colours(examples: Examples) -> Iterator[Operation]:
    """Targets of one colour and one size."""
    colours = solid_colours(examples)
    shapes = {e.target.shape for e in examples}
    if colours is None or len(shapes) != 1 or len(set(colours)) < 2:
        return
    rows, columns = shapes.pop()
    yield from (OneColour(rows, columns, colour) for colour in any_colours_for(examples, colours))


@suggests(by_eye=True, cost=32, same_shape=False)
def tallies(examples: Examples) -> Iterator[Operation]:
    """Targets with cells of one colour on background, as many as there are things of a kind."""
    if examples.same_shape:
        return
    colours, numbers = [], []
    for e in examples:
        found = [c for c in np.flatnonzero(e.target_counts) if c != e.scene.background]
        if len(found) > 1 or e.target.size > 400:
            return
        colours.append(int(found[0]) if found else -1)
        numbers.append(int(e.target_counts[found[0]]) if found else 0)
    known = [c for c in colours if c >= 0]
    if not known:
        return
    wanted = [known[0] if c < 0 else c for c in colours]
    shapes = {e.target.shape for e in examples}
    for colour in islice(any_colours_for(examples, wanted), 2):
        if len(shapes) == 1:
            yield from _fixed_tallies(examples, colour, numbers)
        elif all(max(e.target.shape) <= 30 for e in examples):
            yield from _line_tallies(examples, colour)


def _fixed_tallies(examples: Examples, colour: Colour, numbers: Sequence[int]) -> Iterator[Operation]:
    rows, columns = examples[0].target.shape
    if rows * columns < 3:
        return
    for path in Path:
        order = path.cells(rows, columns)
        drawn = [{(int(r), int(c)) for r, c in zip(*np.nonzero(e.target != e.scene.background), strict=True)} for e in examples]
        if all(cells == set(order[:n]) for cells, n in zip(drawn, numbers, strict=True)):
            yield from (Tally(rows, columns, colour, c, path) for c in islice(counts_for(examples, numbers), 4))


def _line_tallies(examples: Examples, colour: Colour) -> Iterator[Operation]:
    lengths = [max(e.target.shape) for e in examples]
    for form in Form:
        drawn = [form.drawn(n, colour.of(e.scene) or 0, e.scene.background) for n, e in zip(lengths, examples, strict=True)]
        if all(np.array_equal(d, e.target) for d, e in zip(drawn, examples, strict=True)):
            yield from (TallyLine(form, colour, c) for c in islice(counts_for(examples, lengths), 4))
