"""Mosaics: outputs built from turned copies of the grid, from copies for some of its cells, or from as many as it tells."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from nlevolve.offline.families.turning import Turn, turned
from nlevolve.offline.grammar import Phrase, Words, pin, says
from nlevolve.offline.nouns.colours import Background, Colour, LeastCommon, MostCommon, Named, Prevailing
from nlevolve.offline.nouns.quantities import Quantity, quantities_for
from nlevolve.offline.operation import Examples, Operation, suggests
from nlevolve.offline.scene import LARGEST_SIDE, Cells, Mask, Scene


class Copy(Words):
    """A block of the output, made of the grid."""

    SAME = ("the grid", "the grid as it is", "a copy of the grid", "the grid itself", "an unchanged copy")
    LEFT_RIGHT = ("the grid flipped horizontally", "its mirror image left to right", "its horizontal mirror image")
    TOP_BOTTOM = ("the grid flipped vertically", "its mirror image top to bottom", "its vertical mirror image")
    HALF = ("the grid rotated by half a turn", "the grid rotated by 180 degrees", "its half turn")
    CLOCKWISE = ("the grid rotated clockwise", "the grid rotated by 90 degrees clockwise", "its clockwise rotation")
    ANTICLOCKWISE = ("the grid rotated anticlockwise", "the grid rotated by 90 degrees anticlockwise")
    DIAGONAL = ("the grid flipped along its main diagonal", "its transpose", "the grid transposed")
    ANTIDIAGONAL = ("the grid flipped along its other diagonal", "the grid flipped along its antidiagonal")
    EMPTY = ("an empty block", "nothing", "a block of background")

    def of(self, scene: Scene) -> Cells:
        if self is Copy.EMPTY:
            return np.full_like(scene.grid, scene.background)
        return scene.grid if self is Copy.SAME else turned(scene.grid, Turn[self.name])


@says(
    "a row of {copies}",
    also="""
    a row with {copies}
    in one row {copies}
    from left to right {copies}
    """,
)
@dataclass(frozen=True)
class Row(Phrase):
    """Blocks from left to right."""

    copies: tuple[Copy, ...]


@says(
    "build the output from {rows}",
    also="""
    the output (consists of|shows|is) {rows}
    (put|join|stack|concatenate) {rows}
    make the output of {rows}
    join to one grid {rows}
    arrange in the output {rows}
    """,
)
@dataclass(frozen=True)
class Join(Operation):
    """Rows of turned copies, from top to bottom."""

    rows: tuple[Row, ...]

    def apply(self, scene: Scene) -> Cells | None:
        return np.concatenate([np.concatenate([c.of(scene) for c in row.copies], axis=1) for row in self.rows])


@suggests(cost=2, same_shape=False)
def joins(examples: Examples) -> Iterator[Operation]:
    """The copies that each block of every target shows."""
    ratio = examples.ratio
    if ratio is None or ratio == (1, 1) or max(ratio) > 3:
        return
    rows = []
    for row in range(ratio[0]):
        fits = [_copy_at(examples, row, column) for column in range(ratio[1])]
        if any(copy is None for copy in fits):
            return
        rows.append(Row(tuple(copy for copy in fits if copy)))
    yield Join(tuple(rows))


def _copy_at(examples: Examples, row: int, column: int) -> Copy | None:
    for copy in Copy:
        for e in examples:
            high, wide = e.scene.grid.shape
            block = e.target[row * high : (row + 1) * high, column * wide : (column + 1) * wide]
            if not np.array_equal(block, copy.of(e.scene)):
                break
        else:
            return copy
    return None


class Flips(Words):
    """Which copies of a tiling are flipped."""

    ROWS = ("every second row of copies is flipped horizontally", "the copies of every other row are flipped horizontally")
    ROWS_DOWN = ("every second row of copies is flipped vertically", "the copies of every other row are flipped vertically")
    COLUMNS = ("every second column of copies is flipped horizontally", "every other column of copies is flipped horizontally")
    BOTH = ("neighbouring copies are mirror images of each other", "every copy mirrors its neighbours")


@says(
    "repeat the grid {rows} times down and {columns} times across, where {flips}",
    also="""
    tile the output with [copies of] the grid {rows} times down and {columns} times across, but {flips}
    tile the grid {rows} by {columns} so that {flips}
    the output is [made of] {rows} by {columns} copies of the grid, where {flips}
    (put|arrange) {rows} by {columns} copies of the grid (next to each other|in the output) so that {flips}
    repeat the grid {rows} by {columns} times such that {flips}
    """,
)
@dataclass(frozen=True)
class TileFlipped(Operation):
    """Copies side by side, some of them flipped."""

    rows: int
    columns: int
    flips: Flips

    def __post_init__(self) -> None:
        if not 1 <= self.rows <= 10 or not 1 <= self.columns <= 10:
            raise ValueError("at most ten copies a way")

    def apply(self, scene: Scene) -> Cells | None:
        grid = scene.grid
        if scene.rows * self.rows > LARGEST_SIDE or scene.columns * self.columns > LARGEST_SIDE:
            return None
        return np.concatenate(
            [
                np.concatenate([_flipped(grid, self.flips, r % 2, c % 2) for c in range(self.columns)], axis=1)
                for r in range(self.rows)
            ]
        )


def _flipped(grid: Cells, flips: Flips, row: int, column: int) -> Cells:
    if flips is Flips.ROWS and row:
        return grid[:, ::-1]
    if flips is Flips.ROWS_DOWN and row:
        return grid[::-1]
    if flips is Flips.COLUMNS and column:
        return grid[:, ::-1]
    if flips is Flips.BOTH:
        return grid[:: -1 if row else 1, :: -1 if column else 1]
    return grid


@suggests(cost=2, same_shape=False)
def flipped_tilings(examples: Examples) -> Iterator[Operation]:
    """The ratio of the sizes says how many copies."""
    ratio = examples.ratio
    if ratio is not None and ratio != (1, 1) and max(ratio) <= 10:
        yield from (TileFlipped(*ratio, flips) for flips in Flips)


@says(
    "replace every coloured cell by a copy of the whole grid and every other cell by an empty block",
    also="""
    put a copy of the [whole] grid where a cell is coloured, and an empty block where it is not
    every coloured cell becomes a copy of the [whole] grid, every other cell [becomes] an empty block
    draw the grid as made of copies of itself: a copy for every coloured cell, nothing for the others
    tile the output with copies of the grid at the places of its own coloured cells
    replace every coloured cell by the whole grid, and leave the places of the other cells empty
    """,
)
@dataclass(frozen=True)
class TileItself(Operation):
    """The grid in the large, made of itself in the small."""

    def apply(self, scene: Scene) -> Cells | None:
        return _self_tiled(scene, scene.foreground, scene.background)


_BACKGROUND = Background()


@says(
    pin("replace every cell in {colour} by a copy of the whole grid and every other cell by an empty block", rest=_BACKGROUND),
    "replace every cell in {colour} by a copy of the whole grid and every other cell by a block of {rest}",
    also=[
        pin(
            """
    every {colour} cell becomes a copy of the [whole] grid, every other cell [becomes] an empty block
    put a copy of the [whole] grid where a cell is {colour}, and an empty block everywhere else
    put a copy of the [whole] grid at every {colour} cell, and an empty block (at every other cell|elsewhere)
    tile the output with copies of the grid at the places of its {colour} cells
    replace every {colour} cell by the whole grid, and leave the places of the other cells empty
    replace every {colour} cell by a copy of the [whole] grid and every other cell by an empty block
    """,
            rest=_BACKGROUND,
        ),
        "every {colour} cell becomes a copy of the [whole] grid, every other cell [becomes] a block of {rest}",
    ],
)
@dataclass(frozen=True)
class TileAtColour(Operation):
    """Copies of the grid for its cells of one colour."""

    colour: Colour
    rest: Colour = _BACKGROUND

    def apply(self, scene: Scene) -> Cells | None:
        colour, rest = self.colour.of(scene), self.rest.of(scene)
        return None if colour is None or rest is None else _self_tiled(scene, scene.grid == colour, rest)


def _self_tiled(scene: Scene, where: Mask, rest: int) -> Cells | None:
    if max(scene.grid.shape) ** 2 > LARGEST_SIDE:
        return None
    whole = np.tile(scene.grid, scene.grid.shape)
    return np.where(np.kron(where, np.ones_like(scene.grid)), whole, np.int8(rest))


@suggests(cost=2)
def fractals(examples: Examples) -> Iterator[Operation]:
    """Where every target is as much larger as the scene is large."""
    if not all(e.target.shape == (e.scene.rows**2, e.scene.columns**2) for e in examples):
        return
    yield TileItself()
    rests: list[Colour] = [Background(), *(Named(c) for c in examples.new_colours)]
    for colour in (MostCommon(), LeastCommon(), Background(), Prevailing()):
        yield from (TileAtColour(colour, rest) for rest in rests if rest != colour)
    common = set.intersection(*({int(c) for c in np.flatnonzero(e.scene.counts)} for e in examples))
    yield from (TileAtColour(Named(c)) for c in sorted(common))


@says(
    pin("enlarge every cell to a square block as wide as {quantity}", tiled=False),
    pin("repeat the grid across and down as many times as {quantity}", tiled=True),
    also=[
        pin(
            """
        scale the grid up by {quantity}
        enlarge the grid by [a factor of] {quantity}
        every cell becomes a square block with a side of {quantity}
        """,
            tiled=False,
        ),
        pin(
            """
        tile the output with copies of the grid as many times (across and down|down and across|each way) as {quantity}
        put as many copies of the grid in every row and column of the output as {quantity}
        """,
            tiled=True,
        ),
    ],
)
@dataclass(frozen=True)
class EnlargeBy(Operation):
    """As many times as the grid says."""

    quantity: Quantity
    tiled: bool

    def apply(self, scene: Scene) -> Cells | None:
        times = self.quantity.of(scene)
        if not 1 <= times <= LARGEST_SIDE // max(scene.grid.shape):
            return None
        if self.tiled:
            return np.tile(scene.grid, (times, times))
        return scene.grid.repeat(times, axis=0).repeat(times, axis=1)


@suggests(by_eye=True, cost=2)
def counted_enlargements(examples: Examples) -> Iterator[Operation]:
    """Where the ratio of the sizes differs from pair to pair."""
    times = [e.target.shape[0] // e.scene.rows for e in examples]
    even = all(e.target.shape == (t * e.scene.rows, t * e.scene.columns) for t, e in zip(times, examples, strict=True))
    if even and len(set(times)) > 1:
        for quantity in quantities_for(examples, times):
            yield from (EnlargeBy(quantity, tiled) for tiled in (False, True))
