"""Borders and corners: of the grid, added around it, taken off it; and rectangles that their corners mark."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Annotated

import numpy as np

from nlevolve.offline.grammar import Range, Words, pin, says
from nlevolve.offline.nouns.colours import Colour, Named
from nlevolve.offline.nouns.rays import Coloured, OfColour, Starts
from nlevolve.offline.operation import Examples, Operation, suggests
from nlevolve.offline.scene import LARGEST_SIDE, Cells, Mask, Scene


def _rim(shape: tuple[int, int]) -> Mask:
    mask = np.ones(shape, dtype=np.bool_)
    mask[1:-1, 1:-1] = False
    return mask


@says(
    "colour the outermost cells of the grid {colour}",
    also="""
    draw a {colour} frame along the border of the grid
    draw a frame of {colour} along the border of the grid
    recolour the cells at the border of the grid {colour}
    the border of the grid becomes {colour}
    every cell at the border of the grid turns {colour}
    (colour|recolour|fill|make) the border of the grid [with|in] {colour}
    draw the border of the grid (in|with) {colour}
    colour (every|the) (outer|outermost|border) cell [of the grid] {colour}
    make the first and last row and the first and last column {colour}
    """,
)
@dataclass(frozen=True)
class FrameGrid(Operation):
    """The first and last row and column in one colour."""

    colour: Colour

    def apply(self, scene: Scene) -> Cells | None:
        colour = self.colour.of(scene)
        return None if colour is None else np.where(_rim(scene.grid.shape), np.int8(colour), scene.grid)


@says(
    "add a border of one {colour} cell around the grid",
    also="""
    put a border of {colour} cells around the grid
    surround the grid with a {colour} border
    put a {colour} frame around the grid
    enlarge the grid by a frame of {colour} [cells]
    the output is the grid with a {colour} frame around it
    """,
)
@dataclass(frozen=True)
class AddBorder(Operation):
    """The grid becomes two rows and two columns larger."""

    colour: Colour

    def apply(self, scene: Scene) -> Cells | None:
        colour = self.colour.of(scene)
        if colour is None or max(scene.grid.shape) + 2 > LARGEST_SIDE:
            return None
        return np.pad(scene.grid, 1, constant_values=colour)


@says(
    pin("remove the outermost rows and columns of the grid", count=1),
    "remove the outermost {count} rows and columns on every side of the grid",
    also=[
        pin(
            """
        take the border off the grid
        crop the grid to what is inside its border
        remove the border of the grid
        remove the first and last row and the first and last column
        cut the outermost cells off the grid
        """,
            count=1,
        ),
        """
    cut {count} rows and columns off every side of the grid
    remove a border of {count} cells from the grid
    """,
    ],
)
@dataclass(frozen=True)
class TrimBorder(Operation):
    """The grid becomes smaller on all sides."""

    count: Annotated[int, Range(1, 9)]

    def apply(self, scene: Scene) -> Cells | None:
        n = self.count
        return scene.grid[n:-n, n:-n] if min(scene.grid.shape) > 2 * n else None


@suggests(cost=2)
def borders(examples: Examples) -> Iterator[Operation]:
    """Borders of one colour in all targets, and sizes that differ by a border."""
    if examples.same_shape:
        found = {int(c) for e in examples for c in np.unique(e.target[_rim(e.target.shape)])}
        if len(found) == 1:
            yield FrameGrid(Named(found.pop()))
        return
    shrunk = {(e.scene.rows - e.target.shape[0], e.scene.columns - e.target.shape[1]) for e in examples}
    if shrunk == {(-2, -2)}:
        yield from (AddBorder(Named(c)) for c in examples.new_colours)
    if len(shrunk) == 1:
        less = shrunk.pop()
        if less[0] == less[1] > 0 and less[0] % 2 == 0:
            yield TrimBorder(min(less[0] // 2, 9))


class Corner(Words):
    """A corner of the grid."""

    TOP_LEFT = ("top left", "upper left")
    TOP_RIGHT = ("top right", "upper right")
    BOTTOM_LEFT = ("bottom left", "lower left")
    BOTTOM_RIGHT = ("bottom right", "lower right")

    def cut(self, grid: Cells, rows: int, columns: int) -> Cells:
        down = slice(None, rows) if self.name.startswith("TOP") else slice(-rows, None)
        return grid[down, :columns] if self.name.endswith("LEFT") else grid[down, -columns:]


@says(
    "crop the grid to the {rows} by {columns} cells in its {corner} corner",
    also="""
    the output is the {corner} {rows} by {columns} part of the grid
    keep only the {rows} by {columns} cells in the {corner} corner
    crop [the grid] to the {corner} {rows} by {columns} cells
    take the {rows} by {columns} cells at the {corner} [corner] [of the grid]
    cut the grid down to the {rows} by {columns} block in the {corner} corner
    """,
)
@dataclass(frozen=True)
class CropCorner(Operation):
    """A part of a given size."""

    rows: Annotated[int, Range(1, 30)]
    columns: Annotated[int, Range(1, 30)]
    corner: Corner

    def apply(self, scene: Scene) -> Cells | None:
        if self.rows > scene.rows or self.columns > scene.columns:
            return None
        return self.corner.cut(scene.grid, self.rows, self.columns)


@suggests(cost=2)
def corners(examples: Examples) -> Iterator[Operation]:
    """Targets of one size, smaller than all scenes."""
    shapes = {e.target.shape for e in examples}
    if len(shapes) == 1 and not examples.same_shape:
        rows, columns = shapes.pop()
        yield from (CropCorner(rows, columns, corner) for corner in Corner)


@says(
    "fill the inside of every rectangle with a {starts} at each corner with {colour}",
    also="""
    where four {starts} are the corners of a rectangle, fill its inside with {colour}
    fill the rectangle between every four {starts} that are its corners with {colour}
    every four {starts} mark the corners of a rectangle: fill its inside with {colour}
    colour the inside of every rectangle that four {starts} mark {colour}
    (colour|paint) the space between every four {starts} that form the corners of a rectangle {colour}
    """,
)
@dataclass(frozen=True)
class FillCorners(Operation):
    """Rectangles with cells of one colour at their corners and background inside."""

    starts: Starts
    colour: Colour

    def apply(self, scene: Scene) -> Cells | None:
        colour = self.colour.of(scene)
        boxes = _cornered(scene, self.starts)
        if colour is None or not boxes:
            return None
        grid = scene.grid.copy()
        for top, left, bottom, right in boxes:
            grid[top + 1 : bottom, left + 1 : right] = colour
        return grid


MOST_CORNERS = 200
"""More cells than that are a texture, and no corners."""


def _cornered(scene: Scene, starts: Starts) -> list[tuple[int, int, int, int]]:
    """Top, left, bottom, right of each; none when there are too many cells to tell."""
    cells = np.argwhere(starts.of(scene)).tolist()
    if len(cells) > MOST_CORNERS:
        return []
    colours = {(r, c): int(scene.grid[r, c]) for r, c in cells}
    found = []
    for (top, left), (bottom, right) in combinations(colours, 2):
        if bottom - top < 2 or right - left < 2:
            continue
        four = {colours.get(at) for at in ((top, left), (top, right), (bottom, left), (bottom, right))}
        inside = scene.foreground[top + 1 : bottom, left + 1 : right]
        if len(four) == 1 and None not in four and not inside.any():
            found.append((top, left, bottom, right))
    # corners of two rectangles one above the other are no third one
    return [box for box in found if not any(other != box and _lies_within(other, box) for other in found)]


def _lies_within(one: tuple[int, int, int, int], other: tuple[int, int, int, int]) -> bool:
    return other[0] <= one[0] and other[1] <= one[1] and one[2] <= other[2] and one[3] <= other[3]


@suggests(cost=12)
def marked_rectangles(examples: Examples) -> Iterator[Operation]:
    """New colours over background, where there are few cells."""
    if examples.same_shape and all(e.scene.foreground.sum() <= 60 for e in examples):
        for colour in examples.new_colours:
            common = set.intersection(*(set(e.scene.colours) for e in examples))
            for starts in (Coloured(), *(OfColour(Named(c)) for c in sorted(common))):
                if all(_cornered(e.scene, starts) for e in examples):
                    yield FillCorners(starts, Named(colour))
