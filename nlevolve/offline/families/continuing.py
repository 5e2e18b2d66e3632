"""Continuing a pattern: over the background to the border, or on ground that is added to the grid."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from nlevolve.offline.grammar import Words, says
from nlevolve.offline.nouns.places import Direction, Side
from nlevolve.offline.operation import Examples, Operation, suggests
from nlevolve.offline.scene import LARGEST_SIDE, Cells, Scene


def period(rows: Cells) -> int:
    """The fewest rows after which the rows repeat; all of them when they do not."""
    for step in range(1, len(rows)):
        if (rows[step:] == rows[:-step]).all():
            return step
    return len(rows)


class Towards(Words):
    """One way or two opposite ways."""

    UP = ("up", "upwards", "to the top")
    DOWN = ("down", "downwards", "to the bottom")
    LEFT = ("left", "to the left", "leftwards")
    RIGHT = ("right", "to the right", "rightwards")
    HORIZONTAL = ("to the left and right", "left and right", "horizontally", "to both sides")
    VERTICAL = ("up and down", "vertically", "upwards and downwards")

    @property
    def directions(self) -> tuple[Direction, ...]:
        pairs = {"HORIZONTAL": (Direction.LEFT, Direction.RIGHT), "VERTICAL": (Direction.UP, Direction.DOWN)}
        return pairs.get(self.name) or (Direction[self.name],)


@says(
    "continue the coloured pattern {towards} to the border",
    also="""
    repeat the pattern {towards} until the border
    extend the coloured pattern {towards} to the border [of the grid]
    let the pattern go on {towards} to the border
    repeat what is coloured {towards}, again and again, to the border
    carry the pattern on {towards} up to the border
    """,
)
@dataclass(frozen=True)
class Continue(Operation):
    """What is coloured, as a whole, repeats with its shortest period over the background."""

    towards: Towards

    def apply(self, scene: Scene) -> Cells | None:
        grid = scene.grid
        for direction in self.towards.directions:
            turned = _turn(grid, direction)
            turned = _continued(turned, scene.background)
            grid = _turn(turned, direction)
        return grid


def _turn(grid: Cells, direction: Direction) -> Cells:
    """The grid so that the direction is down; the same again turns it back."""
    if direction is Direction.UP:
        return grid[::-1]
    if direction is Direction.RIGHT:
        return grid.T
    return grid[::-1, ::-1].T if direction is Direction.LEFT else grid


def _continued(grid: Cells, empty: int) -> Cells:
    """Downwards, from the first to the last row that has a colour."""
    coloured = np.flatnonzero((grid != empty).any(axis=1))
    if not len(coloured) or coloured[-1] == len(grid) - 1:
        return grid
    first, last = int(coloured[0]), int(coloured[-1])
    step = period(grid[first : last + 1])
    out = grid.copy()
    for row in range(last + 1, len(grid)):
        out[row] = out[row - step]
    return out


class LineKind(Words):
    """Rows or columns."""

    ROW = ("row",)
    COLUMN = ("column",)


@says(
    "continue every {lines} that has several coloured cells to the border {towards}",
    also="""
    continue the pattern of every {lines} with several coloured cells {towards} [to the border]
    repeat the pattern of every {lines} {towards} to the border
    extend the pattern in every {lines} {towards} to the border
    let the colours of every {lines} go on {towards} to the border
    in every {lines} with several coloured cells repeat their colours {towards}
    """,
)
@dataclass(frozen=True)
class ContinueLines(Operation):
    """Each row or column by itself; the background within its pattern counts as part of it."""

    lines: LineKind
    towards: Towards

    def __post_init__(self) -> None:
        along = {LineKind.ROW: "LEFT RIGHT HORIZONTAL", LineKind.COLUMN: "UP DOWN VERTICAL"}[self.lines]
        if self.towards.name not in along.split():
            raise ValueError("a line continues along itself")

    def apply(self, scene: Scene) -> Cells | None:
        out = scene.grid.copy()
        for direction in self.towards.directions:
            before, view = _turn(scene.grid, direction), _turn(out, direction)
            for column in range(before.shape[1]):
                if (before[:, column] != scene.background).sum() > 1:
                    line = _continued(before[:, column : column + 1], scene.background)[:, 0]
                    new = (line != scene.background) & (view[:, column] == scene.background)
                    view[new, column] = line[new]
        return out


@suggests(cost=2)
def continuations(examples: Examples) -> Iterator[Operation]:
    """Ways towards which the target goes on, where nothing coloured changes."""
    if not examples.same_shape or all(e.is_done for e in examples):
        return
    if any((e.scene.grid[e.changed] != e.scene.background).any() for e in examples):
        return
    yield from map(Continue, Towards)
    yield from (ContinueLines(LineKind.ROW, t) for t in (Towards.RIGHT, Towards.LEFT, Towards.HORIZONTAL))
    yield from (ContinueLines(LineKind.COLUMN, t) for t in (Towards.DOWN, Towards.UP, Towards.VERTICAL))


class Growth(Words):
    """How large a grid becomes along one side."""

    TWICE = ("twice as long", "twice its length", "double its length")
    HALF_MORE = ("one and a half times as long", "half as long again", "longer by a half")
    SQUARE = ("square", "as high as wide")


@says(
    "extend the grid on the {side} side until it is {growth}, continuing its pattern",
    also="""
    continue the pattern of the grid on the {side} side until the grid is {growth}
    make the grid {growth} by continuing its pattern on the {side} side
    let the pattern go on beyond the {side} border until the grid is {growth}
    extend the pattern on the {side} side so that the grid becomes {growth}
    add cells on the {side} side that continue the pattern, until the grid is {growth}
    """,
)
@dataclass(frozen=True)
class Grow(Operation):
    """New rows or columns that repeat the old ones with their shortest period."""

    side: Side
    growth: Growth

    def apply(self, scene: Scene) -> Cells | None:
        direction = {Side.TOP: Direction.UP, Side.BOTTOM: Direction.DOWN, Side.LEFT: Direction.LEFT}.get(
            self.side, Direction.RIGHT
        )
        grid = _turn(scene.grid, direction)
        high, wide = grid.shape
        longer = {Growth.TWICE: 2 * high, Growth.HALF_MORE: high + high // 2, Growth.SQUARE: wide}[self.growth]
        if not high < longer <= LARGEST_SIDE:
            return None
        step = period(grid)
        rows = [k if k < high else k - step * -(-(k - high + 1) // step) for k in range(longer)]
        return np.asarray(_turn(grid[rows], direction))


@suggests(cost=2)
def growths(examples: Examples) -> Iterator[Operation]:
    """Where the scene is the beginning of the target."""
    if not all(e.target.size > e.scene.grid.size for e in examples):
        return
    for side in Side:
        for growth in Growth:
            step = Grow(side, growth)
            first = step.apply(examples[0].scene)
            if first is not None and first.shape == examples[0].target.shape:
                yield step


@says(
    "fill the background with the diagonal stripes that the coloured cells begin",
    also="""
    continue the diagonal stripes over the whole grid
    extend the diagonal stripes until they cover the whole grid
    cover the grid with diagonal stripes of the colours that are there
    repeat the diagonals of colours over the whole background
    the coloured diagonals repeat until the grid is full
    """,
)
@dataclass(frozen=True)
class FillStripes(Operation):
    """Colours depend on the diagonal alone and repeat: the fewest stripes that fit and leave nothing open."""

    def apply(self, scene: Scene) -> Cells | None:
        rows, columns = np.indices(scene.grid.shape)
        known = scene.foreground
        for count in range(2, 10):
            for lines in (rows + columns, rows - columns):
                kinds = lines % count
                stripes = [np.unique(scene.grid[known & (kinds == k)]) for k in range(count)]
                if all(len(s) == 1 for s in stripes):
                    return np.asarray(np.array([s[0] for s in stripes], dtype=np.int8)[kinds])
        return None


@suggests(cost=2)
def stripes(examples: Examples) -> Iterator[Operation]:
    """Targets without background."""
    if examples.same_shape and all(not (e.target == e.scene.background).any() for e in examples):
        yield FillStripes()
