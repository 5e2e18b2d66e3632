"""Cells: which of them a sentence is about, by their neighbours and their place ("every black cell that touches a red cell")."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Annotated

import numpy as np

from nlevolve.offline.grammar import Phrase, Range, Words, pin, says
from nlevolve.offline.nouns.colours import Colour, Named
from nlevolve.offline.scene import Mask, Scene, enclosed


class CellTrait(Phrase):
    """What a relative clause says of a cell."""

    def find(self, scene: Scene) -> Mask:
        """The cells of which it is true, of whatever colour."""
        raise NotImplementedError

    def of(self, scene: Scene) -> Mask:
        """What is found, computed once for a scene."""
        return scene.once(self, lambda: self.find(scene))


class Near(Words):
    """Which neighbours count."""

    SIDE = ("by a side", "along a side", "with a side", "orthogonally")
    CORNER = ("by a corner only", "only diagonally", "only by a corner")
    ANY = ("by a side or a corner", "also diagonally", "even diagonally")


Counts = np.ndarray[tuple[int, ...], np.dtype[np.int8]]


def neighbours(mask: Mask, near: Near) -> Counts:
    """How many of its neighbours are in the mask, for every cell."""
    padded = np.pad(mask, 1).view(np.int8)
    rows = padded[:, :-2] + padded[:, 1:-1] + padded[:, 2:]
    if near is Near.ANY:
        return np.asarray(rows[:-2] + rows[1:-1] + rows[2:] - mask)
    if near is Near.SIDE:
        return np.asarray(rows[1:-1] + padded[:-2, 1:-1] + padded[2:, 1:-1] - mask)
    return np.asarray(rows[:-2] + rows[2:] - padded[:-2, 1:-1] - padded[2:, 1:-1])


def _near(scene: Scene, colour: Colour, near: Near) -> Counts:
    """How many neighbours of a colour each cell has."""
    return scene.once((colour, near), lambda: neighbours(_where(scene, colour), near))


def _where(scene: Scene, colour: Colour) -> Mask:
    number = colour.of(scene)
    return np.asarray(scene.grid == (-1 if number is None else number))


@says(
    "touches a {colour} cell {near}",
    also="""
    touches {colour} [cells] {near}
    is next to a {colour} cell {near}
    has a {colour} neighbour {near}
    is adjacent to a {colour} cell {near}
    borders on a {colour} cell {near}
    """,
)
@dataclass(frozen=True)
class Touches(CellTrait):
    """Has a neighbour of a colour."""

    colour: Colour
    near: Near

    def find(self, scene: Scene) -> Mask:
        return _near(scene, self.colour, self.near) > 0


@says(
    "touches a coloured cell {near}",
    also="""
    is next to a coloured cell {near}
    has a coloured neighbour {near}
    is adjacent to a coloured cell {near}
    """,
)
@dataclass(frozen=True)
class TouchesColoured(CellTrait):
    """Has a neighbour that is not background."""

    near: Near

    def find(self, scene: Scene) -> Mask:
        return neighbours(scene.foreground, self.near) > 0


class HowMany(Words):
    """Exactly so many, or at least."""

    EXACTLY = ("exactly", "just", "precisely")
    AT_LEAST = ("at least", "no fewer than")


@says(
    pin("has exactly one {colour} neighbour {near}", how=HowMany.EXACTLY, count=1),
    "has {how} {count} {colour} neighbours {near}",
    also="""
    touches {how} {count} {colour} cells {near}
    is next to {how} {count} {colour} cells {near}
    is adjacent to {how} {count} {colour} cells {near}
    """,
)
@dataclass(frozen=True)
class HasNeighbours(CellTrait):
    """Has so many neighbours of a colour."""

    how: HowMany
    count: Annotated[int, Range(1, 8)]
    colour: Colour
    near: Near

    def __post_init__(self) -> None:
        if self.count == 1 and self.how is HowMany.AT_LEAST:
            raise ValueError("said by Touches")

    def find(self, scene: Scene) -> Mask:
        found = _near(scene, self.colour, self.near)
        return found == self.count if self.how is HowMany.EXACTLY else found >= self.count


class Course(Words):
    """Lines through a cell."""

    ROW = ("row",)
    COLUMN = ("column",)


@says(
    "is in a {course} with a {colour} cell",
    also="""
    shares its {course} with a {colour} cell
    is in the same {course} as a {colour} cell
    has a {colour} cell in its {course}
    lies in a {course} that (has|contains) a {colour} cell
    """,
)
@dataclass(frozen=True)
class InLine(CellTrait):
    """A colour occurs somewhere in its row or column."""

    course: Course
    colour: Colour

    def find(self, scene: Scene) -> Mask:
        axis = 1 if self.course is Course.ROW else 0
        found = _where(scene, self.colour).any(axis=axis, keepdims=True)
        return np.broadcast_to(found, scene.grid.shape)


@says(
    "lies between two {colour} cells of its {course}",
    also="""
    is between two {colour} cells of its {course}
    is between two {colour} cells in the same {course}
    has {colour} cells on both sides in its {course}
    lies between {colour} cells in its {course}
    """,
)
@dataclass(frozen=True)
class Between(CellTrait):
    """A colour occurs on both sides of it."""

    colour: Colour
    course: Course

    def find(self, scene: Scene) -> Mask:
        return _between(_where(scene, self.colour), 1 if self.course is Course.ROW else 0)


@says(
    "lies between two coloured cells of its {course}",
    also="""
    is between two coloured cells of its {course}
    is between two coloured cells in the same {course}
    has coloured cells on both sides in its {course}
    """,
)
@dataclass(frozen=True)
class BetweenColoured(CellTrait):
    """Something that is not background is on both sides of it."""

    course: Course

    def find(self, scene: Scene) -> Mask:
        return _between(scene.foreground, 1 if self.course is Course.ROW else 0)


def _between(found: Mask, axis: int) -> Mask:
    before = np.logical_or.accumulate(found, axis=axis)
    behind = np.flip(np.logical_or.accumulate(np.flip(found, axis), axis=axis), axis)
    return np.asarray(before & behind & ~found)


class Spot(Words):
    """Places in a grid, after "that"."""

    BORDER = ("is at the border of the grid", "lies at the border", "touches the border of the grid", "is at the border")
    INNER = ("is not at the border of the grid", "does not touch the border of the grid", "is not at the border")
    ENCLOSED = (
        "is enclosed by other colours",
        "cannot reach the border of the grid",
        "is enclosed",
        "is cut off from the border",
    )
    OPEN = ("is not enclosed by other colours", "can reach the border of the grid", "is not enclosed", "is outside")
    CORNER = ("is a corner of the grid", "is in a corner of the grid")
    ODD_ROW = ("is in an odd row", "is in an odd-numbered row")
    EVEN_ROW = ("is in an even row", "is in an even-numbered row")
    ODD_COLUMN = ("is in an odd column", "is in an odd-numbered column")
    EVEN_COLUMN = ("is in an even column", "is in an even-numbered column")
    CHESS = ("is in an even row and an odd column or the other way round", "is a white field of a chess board")
    ALONE = (
        "has no neighbour of its colour, not even diagonally",
        "has no neighbour of its own colour even diagonally",
        "is alone",
    )
    INNERMOST = ("has its own colour on all four sides", "is inside its object", "has only neighbours of its own colour")
    OUTERMOST = (
        "does not have its own colour on all four sides",
        "is at the rim of its object",
        "is part of the outline of its object",
    )


def _edge(scene: Scene) -> Mask:
    found = np.ones(scene.grid.shape, dtype=bool)
    found[1:-1, 1:-1] = False
    return found


def _corners(scene: Scene) -> Mask:
    found = np.zeros(scene.grid.shape, dtype=bool)
    found[[0, 0, -1, -1], [0, -1, 0, -1]] = True
    return found


def _inside(scene: Scene) -> Mask:
    found = np.zeros(scene.grid.shape, dtype=bool)
    for colour in np.flatnonzero(scene.counts):
        found |= enclosed(scene.grid == colour)
    return found


def _is_odd(scene: Scene, rows: bool, columns: bool) -> Mask:
    """Whether the number of the row, of the column, or the sum of both is odd, counted from 1."""
    row, column = np.indices(scene.grid.shape)
    return np.asarray(((row + 1) * rows + (column + 1) * columns) % 2 == 1)


_SPOTS: dict[Spot, Callable[[Scene], Mask]] = {
    Spot.BORDER: _edge,
    Spot.INNER: lambda s: ~_edge(s),
    Spot.ENCLOSED: _inside,
    Spot.OPEN: lambda s: ~_inside(s),
    Spot.CORNER: _corners,
    Spot.ODD_ROW: lambda s: _is_odd(s, True, False),
    Spot.EVEN_ROW: lambda s: ~_is_odd(s, True, False),
    Spot.ODD_COLUMN: lambda s: _is_odd(s, False, True),
    Spot.EVEN_COLUMN: lambda s: ~_is_odd(s, False, True),
    Spot.CHESS: lambda s: _is_odd(s, True, True),
    Spot.ALONE: lambda s: _own(s, Near.ANY) == 0,
    Spot.INNERMOST: lambda s: _own(s, Near.SIDE) == 4,
    Spot.OUTERMOST: lambda s: _own(s, Near.SIDE) < 4,
}


def _own(scene: Scene, near: Near) -> Counts:
    """How many neighbours of its own colour each cell has."""
    found = np.zeros(scene.grid.shape, dtype=np.int8)
    for colour in np.flatnonzero(scene.counts):
        same = scene.grid == colour
        found[same] = neighbours(same, near)[same]
    return found


@says("{spot}")
@dataclass(frozen=True)
class AtSpot(CellTrait):
    """One of the places."""

    spot: Spot

    def find(self, scene: Scene) -> Mask:
        return _SPOTS[self.spot](scene)


def cell_traits(colours: list[int]) -> Iterator[CellTrait]:
    """Every trait worth trying with these colours, plainest first."""
    names = [Named(c) for c in colours]
    yield from map(AtSpot, Spot)
    for near in Near:
        yield from (Touches(name, near) for name in names)
    for course in Course:
        yield from (InLine(course, name) for name in names)
        yield from (Between(name, course) for name in names)
    for count in range(1, 5):
        for near in Near:
            yield from (HasNeighbours(HowMany.EXACTLY, count, name, near) for name in names)
            if count > 1:
                yield from (HasNeighbours(HowMany.AT_LEAST, count, name, near) for name in names)
