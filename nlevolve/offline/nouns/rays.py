"""Rays: the cells they start from, the ways they take, how far they reach, and the colour they are drawn in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlevolve.offline.grammar import Phrase, Words, says
from nlevolve.offline.nouns.colours import Colour
from nlevolve.offline.scene import MOST_SIDE, Mask, Scene

Step = tuple[int, int]
Path = tuple[NDArray[np.int64], NDArray[np.int64]]
"""Rows and columns of the cells that a ray passes, nearest first, its start left out."""


class Way(Words):
    """The directions of the rays from one cell."""

    UP = ("up", "upwards", "to the top", "towards the top")
    DOWN = ("down", "downwards", "to the bottom", "towards the bottom")
    LEFT = ("left", "to the left", "leftwards", "towards the left")
    RIGHT = ("right", "to the right", "rightwards", "towards the right")
    HORIZONTAL = ("to the left and right", "horizontally", "left and right", "along the row")
    VERTICAL = ("up and down", "vertically", "upwards and downwards", "along the column")
    STRAIGHT = ("in all four directions", "up, down, left and right", "horizontally and vertically", "along row and column")
    UP_LEFT = ("diagonally up to the left", "to the top left", "towards the upper left")
    UP_RIGHT = ("diagonally up to the right", "to the top right", "towards the upper right")
    DOWN_LEFT = ("diagonally down to the left", "to the bottom left", "towards the lower left")
    DOWN_RIGHT = ("diagonally down to the right", "to the bottom right", "towards the lower right")
    FALLING = ("along the diagonal from top left to bottom right", "along the falling diagonal")
    RISING = ("along the diagonal from bottom left to top right", "along the rising diagonal")
    DIAGONAL = ("diagonally in all four directions", "along both diagonals", "diagonally", "in all four diagonal directions")
    ALL = ("in all eight directions", "straight and diagonally in all directions", "in every direction")

    @property
    def steps(self) -> tuple[Step, ...]:
        """(rows, columns) of one step, for each direction."""
        return _STEPS[self]


_STEPS: dict[Way, tuple[Step, ...]] = {
    Way.UP: ((-1, 0),),
    Way.DOWN: ((1, 0),),
    Way.LEFT: ((0, -1),),
    Way.RIGHT: ((0, 1),),
    Way.HORIZONTAL: ((0, -1), (0, 1)),
    Way.VERTICAL: ((-1, 0), (1, 0)),
    Way.STRAIGHT: ((-1, 0), (1, 0), (0, -1), (0, 1)),
    Way.UP_LEFT: ((-1, -1),),
    Way.UP_RIGHT: ((-1, 1),),
    Way.DOWN_LEFT: ((1, -1),),
    Way.DOWN_RIGHT: ((1, 1),),
    Way.FALLING: ((-1, -1), (1, 1)),
    Way.RISING: ((-1, 1), (1, -1)),
    Way.DIAGONAL: ((-1, -1), (-1, 1), (1, -1), (1, 1)),
    Way.ALL: ((-1, 0), (1, 0), (0, -1), (0, 1), (-1, -1), (-1, 1), (1, -1), (1, 1)),
}


class Reach(Words):
    """How far a ray goes, and what it does to what is in its way."""

    BORDER = ("to the border, behind other cells", "to the border, without covering other cells", "as far as the border")
    OVER = ("to the border, over everything in the way", "to the border, across other cells", "over everything to the border")
    STOP = ("until something is in the way", "until it meets another cell or the border", "until it hits something")
    HIT = ("to the nearest coloured cell, if there is one", "until it hits a coloured cell, if it does", "if it meets one")


class Starts(Phrase):
    """Cells that rays start from, in the singular: "red cell"."""

    def of(self, scene: Scene) -> Mask:
        raise NotImplementedError


@says(
    "coloured cell",
    also="""
    cell that is not background
    cell of any colour
    """,
)
@dataclass(frozen=True)
class Coloured(Starts):
    """All but the background."""

    def of(self, scene: Scene) -> Mask:
        return scene.foreground


@says(
    "{colour} cell",
    also="""
    cell of colour {colour}
    cell that is {colour}
    """,
)
@dataclass(frozen=True)
class OfColour(Starts):
    """Those of one colour."""

    colour: Colour

    def of(self, scene: Scene) -> Mask:
        colour = self.colour.of(scene)
        return np.asarray(scene.grid == colour) if colour is not None else np.zeros_like(scene.foreground)


@says(
    "lone cell",
    also="""
    (isolated|single) cell
    cell that stands alone
    coloured cell without neighbours
    """,
)
@dataclass(frozen=True)
class Lone(Starts):
    """Objects of one cell."""

    def of(self, scene: Scene) -> Mask:
        mask = np.zeros_like(scene.foreground)
        for one in scene.objects:
            mask[one.top, one.left] |= one.size == 1
        return mask


class Ink(Phrase):
    """The colour of a line."""

    def of(self, start: int, scene: Scene) -> int | None:
        """For a ray from a cell of colour `start`."""
        raise NotImplementedError


@says(
    "in its own colour",
    also="""
    of its own colour
    in the same colour
    of the same colour
    in the colour of the cell
    """,
)
@dataclass(frozen=True)
class Own(Ink):
    """That of the start."""

    def of(self, start: int, scene: Scene) -> int | None:
        return start


@says(
    "in {colour}",
    also="""
    of colour {colour}
    coloured {colour}
    """,
)
@dataclass(frozen=True)
class In(Ink):
    """The same for all."""

    colour: Colour

    def of(self, start: int, scene: Scene) -> int | None:
        return self.colour.of(scene)


def path(shape: tuple[int, int], row: int, column: int, step: Step) -> Path:
    """The cells from a start to the border."""
    rows, columns = shape
    down = {0: MOST_SIDE, 1: rows - 1 - row, -1: row}[step[0]]
    right = {0: MOST_SIDE, 1: columns - 1 - column, -1: column}[step[1]]
    far = np.arange(1, min(down, right) + 1)
    return row + step[0] * far, column + step[1] * far


def drawn(scene: Scene, way: Path, reach: Reach) -> Path:
    """The cells of a path that a ray paints."""
    free = scene.grid[way] == scene.background
    painted = paints(free[None], np.ones_like(free)[None], reach)[0]
    return way[0][painted], way[1][painted]


def paints(free: Mask, inside: Mask, reach: Reach) -> Mask:
    """Which cells rays paint, of rays x cells: `free` are background, `inside` are in the grid."""
    if reach is Reach.OVER:
        return inside
    if reach is Reach.BORDER:
        return free & inside
    before = np.logical_and.accumulate(free, axis=1) & inside
    return before if reach is Reach.STOP else before & (inside & ~free).any(axis=1, keepdims=True)
