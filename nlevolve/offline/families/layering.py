"""Halves folded on each other, a larger sheet under the grid, and colours by every so many rows or columns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

import numpy as np

from nlevolve.offline.families.framing import Corner
from nlevolve.offline.families.rows import Lines
from nlevolve.offline.grammar import Range, Words, says
from nlevolve.offline.nouns.colours import Colour, Named
from nlevolve.offline.nouns.places import Side
from nlevolve.offline.nouns.rays import Coloured, OfColour, Starts
from nlevolve.offline.operation import Examples, Operation, suggests
from nlevolve.offline.scene import LARGEST_SIDE, Cells, Scene


@says(
    "fold the {side} half of the grid over onto the other half",
    also="""
    fold the grid in the middle, so that its {side} half comes to lie on the other half
    flip the {side} half of the grid onto the other half
    fold the {side} half onto the opposite half
    mirror the {side} half of the grid onto the other one and keep that [one]
    lay the mirror image of the {side} half of the grid over the other half
    """,
)
@dataclass(frozen=True)
class Fold(Operation):
    """The half that stays, with what is coloured in the mirror image of the other; a middle line falls away."""

    side: Side

    def apply(self, scene: Scene) -> Cells | None:
        grid = scene.grid if self.side in (Side.TOP, Side.BOTTOM) else scene.grid.T
        half = len(grid) // 2
        if not half:
            return None
        first, second = grid[:half], grid[-half:]
        folded, below = (first[::-1], second) if self.side in (Side.TOP, Side.LEFT) else (second[::-1], first)
        result = np.where(folded != scene.background, folded, below)
        return result if self.side in (Side.TOP, Side.BOTTOM) else result.T


@suggests(cost=4, same_shape=False)
def folds(examples: Examples) -> Iterator[Operation]:
    """Targets of half the size."""
    for side in Side:
        if all(Fold(side).apply(e.scene) is not None and _half(e.scene, side) == e.target.shape for e in examples):
            yield Fold(side)


def _half(scene: Scene, side: Side) -> tuple[int, int]:
    upright = side in (Side.TOP, Side.BOTTOM)
    return (scene.rows // 2, scene.columns) if upright else (scene.rows, scene.columns // 2)


@says(
    "put the grid in the {corner} corner of an empty grid that is {rows} times as high and {columns} times as wide",
    also="""
    enlarge the grid to {rows} times its height and {columns} times its width, with the old cells in the {corner} corner
    the output is {rows} times as high and {columns} times as wide, with the grid in its {corner} corner
    lay the grid in the {corner} corner of a sheet {rows} times as high and {columns} times as wide
    make the grid {rows} times as high and {columns} times as wide, with its cells in the {corner} corner
    the output is an empty grid {rows} times as high and {columns} times as wide, and the grid is in its {corner} corner
    """,
)
@dataclass(frozen=True)
class PutOnSheet(Operation):
    """More ground, all background."""

    rows: Annotated[int, Range(1, 10)]
    columns: Annotated[int, Range(1, 10)]
    corner: Corner

    def __post_init__(self) -> None:
        if self.rows == self.columns == 1:
            raise ValueError("a sheet is larger than the grid")

    def apply(self, scene: Scene) -> Cells | None:
        if scene.rows * self.rows > LARGEST_SIDE or scene.columns * self.columns > LARGEST_SIDE:
            return None
        sheet = np.full((scene.rows * self.rows, scene.columns * self.columns), scene.background, dtype=np.int8)
        self.corner.cut(sheet, scene.rows, scene.columns)[:] = scene.grid
        return sheet


@suggests(cost=2, same_shape=False)
def sheets(examples: Examples) -> Iterator[Operation]:
    """Targets that show the grid in a corner."""
    ratio = examples.ratio
    if ratio is None or ratio == (1, 1) or max(ratio) > 10:
        return
    for corner in Corner:
        parts = [corner.cut(e.target, e.scene.rows, e.scene.columns) for e in examples]
        if all((part == e.scene.grid)[e.scene.foreground].all() for part, e in zip(parts, examples, strict=True)):
            yield PutOnSheet(*ratio, corner)


class Nth(Words):
    """Every so many."""

    SECOND = ("second", "other")
    THIRD = ("third",)
    FOURTH = ("fourth",)

    @property
    def count(self) -> int:
        return {"SECOND": 2, "THIRD": 3, "FOURTH": 4}[self.name]


class From(Words):
    """Where counting starts."""

    FIRST = ("the first", "the very first")
    SECOND = ("the second",)
    THIRD = ("the third",)

    @property
    def index(self) -> int:
        return list(From).index(self)


@says(
    "in every {nth} {lines}, starting with {start}, recolour every {starts} {new}",
    also="""
    recolour every {starts} {new} in every {nth} {lines}, starting with {start} [one]
    starting with {start} {lines}, in every {nth} {lines} change every {starts} to {new}
    change every {starts} to {new} in every {nth} {lines}, beginning with {start} [one]
    in every {nth} {lines}, beginning with {start} [one], every {starts} becomes {new}
    every {starts} in every {nth} {lines}, starting with {start} [one], turns {new}
    """,
)
@dataclass(frozen=True)
class RecolourEveryNth(Operation):
    """Rows or columns at equal distances."""

    lines: Lines
    nth: Nth
    start: From
    starts: Starts
    new: Colour

    def apply(self, scene: Scene) -> Cells | None:
        new = self.new.of(scene)
        if new is None:
            return None
        there = np.zeros(self.lines.view(scene.grid).shape, dtype=np.bool_)
        there[self.start.index :: self.nth.count] = True
        meant = self.starts.of(scene) & (there if self.lines is Lines.ROWS else there.T)
        return np.where(meant, np.int8(new), scene.grid) if meant.any() else None


@suggests(cost=2, same_shape=True)
def stripes(examples: Examples) -> Iterator[Operation]:
    """Cells of one colour, or all that are coloured, that get one colour in some rows or columns."""
    if len(examples.new_colours) != 1:
        return
    olds = {int(c) for e in examples for c in np.unique(e.scene.grid[e.changed])}
    starts: Starts = OfColour(Named(olds.pop())) if len(olds) == 1 else Coloured()
    for lines in Lines:
        for nth in Nth:
            for start in list(From)[: nth.count]:
                yield RecolourEveryNth(lines, nth, start, starts, Named(examples.new_colours[0]))
