"""Rows and columns: left out when empty or repeated, sorted, shifted, filled, each by what it holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Annotated

import numpy as np

from nlevolve.offline.grammar import Range, Words, says
from nlevolve.offline.nouns.colours import Background, Colour, Named
from nlevolve.offline.nouns.places import Direction
from nlevolve.offline.operation import Examples, Operation, suggests
from nlevolve.offline.scene import Cells, Mask, Scene


class Lines(Words):
    """Which way lines of cells run."""

    ROWS = ("row",)
    COLUMNS = ("column",)

    def view(self, grid: Cells) -> Cells:
        """The grid with these lines as its rows; the same again turns it back."""
        return grid if self is Lines.ROWS else grid.T


class Waste(Words):
    """Lines that are left out."""

    EMPTY = ("is empty", "contains background alone", "has no coloured cell")
    REPEATED = ("is the same as the one before", "equals the one before it", "repeats the one before it")
    SEEN = ("has been seen before", "occurred before", "is a copy of an earlier one")
    PLAIN = ("has one colour only", "is of a single colour", "is of one colour")


def _repeated(rows: Cells, background: int) -> Mask:
    return np.concatenate([[False], (rows[1:] == rows[:-1]).all(axis=1)])


def _seen(rows: Cells, background: int) -> Mask:
    keys = [row.tobytes() for row in rows]
    return np.array([key in keys[:k] for k, key in enumerate(keys)])


_WASTE: dict[Waste, Callable[[Cells, int], Mask]] = {
    Waste.EMPTY: lambda rows, background: np.asarray((rows == background).all(axis=1)),
    Waste.REPEATED: _repeated,
    Waste.SEEN: _seen,
    Waste.PLAIN: lambda rows, background: np.asarray((rows == rows[:, :1]).all(axis=1)),
}


class Which(Words):
    """Rows, columns or both."""

    BOTH = ("row and column", "row and every column", "row or column")
    ROWS = ("row",)
    COLUMNS = ("column",)


@says(
    "remove every {which} that {waste}",
    also="""
    leave out every {which} that {waste}
    drop every {which} which {waste}
    cut every {which} that {waste} out of the grid
    remove from the grid every {which} that {waste}
    the output is the grid without every {which} that {waste}
    """,
)
@dataclass(frozen=True)
class LeaveOut(Operation):
    """The other rows and columns close up."""

    which: Which
    waste: Waste

    def apply(self, scene: Scene) -> Cells | None:
        rows = ~_WASTE[self.waste](scene.grid, scene.background)
        columns = ~_WASTE[self.waste](scene.grid.T, scene.background)
        if self.which is Which.ROWS:
            columns[:] = True
        if self.which is Which.COLUMNS:
            rows[:] = True
        return np.asarray(scene.grid[rows][:, columns]) if rows.any() and columns.any() else None


@suggests(cost=2)
def left_out(examples: Examples) -> Iterator[Operation]:
    """What makes the grid smaller."""
    if all(e.target.size < e.scene.grid.size for e in examples):
        yield from (LeaveOut(which, waste) for waste in Waste for which in Which)


class Key(Words):
    """By what lines are sorted."""

    FEWEST = ("the fewest coloured cells first", "increasing number of coloured cells")
    MOST = ("the most coloured cells first", "decreasing number of coloured cells")


@says(
    "sort every {lines} of the grid by its number of coloured cells, {key}",
    also="""
    order the {lines} by how many coloured cells they have, {key}
    rearrange the {lines} by their number of coloured cells, {key}
    sort the {lines} by [their] [number of] coloured cells: {key}
    put the {lines} in order with {key}
    arrange the {lines} by the number of coloured cells, with {key}
    """,
)
@dataclass(frozen=True)
class SortLines(Operation):
    """Whole rows or columns change places; those that tie keep their order."""

    lines: Lines
    key: Key

    def apply(self, scene: Scene) -> Cells | None:
        counts = self.lines.view(scene.grid) != scene.background
        sizes = counts.sum(axis=1) * (1 if self.key is Key.FEWEST else -1)
        return self.lines.view(self.lines.view(scene.grid)[np.argsort(sizes, kind="stable")])


@says(
    "shift the whole grid by {count} cells {direction}, what leaves it comes in again on the other side",
    also="""
    move everything {direction} by {count} cells, wrapping around [at the border]
    roll the grid {direction} by {count} cells
    shift all cells {count} [cells] {direction} cyclically
    shift the grid {direction} by {count}, wrapping around
    rotate the (rows|columns|cells) of the grid {direction} by {count} cells, with wrapping around
    """,
)
@dataclass(frozen=True)
class Roll(Operation):
    """The grid on a ring."""

    count: Annotated[int, Range(1, 9)]
    direction: Direction

    def apply(self, scene: Scene) -> Cells | None:
        down, right = self.direction.step
        return np.roll(scene.grid, (down * self.count, right * self.count), axis=(0, 1))


@suggests(cost=2)
def rearranged(examples: Examples) -> Iterator[Operation]:
    """Where no colour's count changes."""
    if examples.same_shape and all((e.scene.counts == e.target_counts).all() for e in examples):
        yield from (SortLines(lines, key) for lines in Lines for key in Key)
        yield from (Roll(count, direction) for direction in Direction for count in (1, 2, 3))


class Kind(Words):
    """What a line may be."""

    PLAIN = ("has one colour only", "is of a single colour", "has the same colour throughout")
    COLOURED = ("has a coloured cell", "contains a coloured cell", "is not empty")
    EMPTY = ("is empty", "has no coloured cell")


_KINDS: dict[Kind, Callable[[Cells, int], Mask]] = {
    Kind.PLAIN: _WASTE[Waste.PLAIN],
    Kind.COLOURED: lambda rows, background: np.asarray((rows != background).any(axis=1)),
    Kind.EMPTY: _WASTE[Waste.EMPTY],
}


@says(
    "fill every {lines} that {kind} with {colour}",
    also="""
    colour every {lines} that {kind} {colour}
    every {lines} that {kind} becomes {colour}
    (turn|recolour) every {lines} which {kind} [to] {colour}
    if a {lines} {kind}, fill it with {colour}
    make every {lines} {colour} that {kind}
    """,
)
@dataclass(frozen=True)
class FillLines(Operation):
    """Whole rows or columns get one colour."""

    lines: Lines
    kind: Kind
    colour: Colour

    def apply(self, scene: Scene) -> Cells | None:
        colour = self.colour.of(scene)
        rows = self.lines.view(scene.grid).copy()
        held = _KINDS[self.kind](rows, scene.background)
        if colour is None or not held.any():
            return None
        rows[held] = colour
        return self.lines.view(rows)


@suggests(cost=13, same_shape=True)
def filled_lines(examples: Examples) -> Iterator[Operation]:
    """Kinds of line that have one colour in all targets."""
    if not examples.same_shape:
        return
    for lines in Lines:
        for kind in Kind:
            held = [_KINDS[kind](lines.view(e.scene.grid), e.scene.background) for e in examples]
            found = {int(c) for h, e in zip(held, examples, strict=True) for c in np.unique(lines.view(e.target)[h])}
            if len(found) == 1:
                colour = found.pop()
                background = all(e.scene.background == colour for e in examples)
                yield FillLines(lines, kind, Background() if background else Named(colour))
