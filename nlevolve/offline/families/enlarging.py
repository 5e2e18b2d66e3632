"""Larger outputs: scaling cells up, repeating the grid side by side, mirroring it outwards."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

import numpy as np

from nlevolve.offline.grammar import Range, Words, pin, says
from nlevolve.offline.nouns.places import Side
from nlevolve.offline.operation import Examples, Operation, suggests
from nlevolve.offline.scene import Cells, Scene

Times = Annotated[int, Range(1, 10)]


@says(
    "enlarge every cell to a block of {rows} by {columns} cells of its colour",
    also="""
    enlarge [the] grid so that every cell becomes a {rows} by {columns} block
    scale [the] grid up so that every cell becomes [a block of] {rows} by {columns} cells
    replace every cell (by|with) a {rows} by {columns} block of (its|the same) colour
    every cell becomes a {rows} by {columns} (block|square) [of its colour|of the same colour]
    (blow|scale) up every cell to [a block of] {rows} by {columns} [cells]
    """,
)
@dataclass(frozen=True)
class ScaleUp(Operation):
    """Each cell becomes a block."""

    rows: Times
    columns: Times

    def apply(self, scene: Scene) -> Cells | None:
        if scene.rows * self.rows > 30 or scene.columns * self.columns > 30:
            return None
        return scene.grid.repeat(self.rows, axis=0).repeat(self.columns, axis=1)


@says(
    pin("put {columns} copies of the grid side by side", rows=1),
    pin("put {rows} copies of the grid one below the other", columns=1),
    "repeat the grid {rows} times down and {columns} times across",
    also="""
    tile the output with [copies of] the grid {rows} times down and {columns} times across
    the output is [made of] {rows} by {columns} copies of the grid
    tile the grid {rows} by {columns}
    (put|arrange) {rows} by {columns} copies of the grid (next to each other|in the output)
    the output consists of {rows} rows and {columns} columns of copies of the grid
    """,
)
@dataclass(frozen=True)
class Tile(Operation):
    """Copies of the grid, side by side."""

    rows: Times
    columns: Times

    def __post_init__(self) -> None:
        if self.rows == self.columns == 1:
            raise ValueError("one copy changes nothing")

    def apply(self, scene: Scene) -> Cells | None:
        if scene.rows * self.rows > 30 or scene.columns * self.columns > 30:
            return None
        return np.tile(scene.grid, (self.rows, self.columns))


class Copy(Words):
    """How the second copy is turned."""

    MIRRORED = ("mirrored", "flipped", "mirror image")
    HALF_TURNED = ("rotated by half a turn", "rotated by 180 degrees")


@says(
    pin("add a mirrored copy of the grid on the {side} side", copy=Copy.MIRRORED),
    pin("add a copy of the grid, rotated by half a turn, on the {side} side", copy=Copy.HALF_TURNED),
    also=[
        pin(
            """
        attach the mirror image of the grid [on the|to the|at the] {side} [side]
        flip the grid outwards to the {side} [side]
        put a mirrored copy of the grid (on|at|to) the {side} [side] [of it]
        extend the grid on the {side} side by its mirror image
        append the mirror image of the grid (on|at|to) the {side} [side]
        """,
            copy=Copy.MIRRORED,
        ),
        pin(
            """
        put a copy of the grid rotated by 180 degrees (on|at|to) the {side} [side] [of it]
        """,
            copy=Copy.HALF_TURNED,
        ),
    ],
)
@dataclass(frozen=True)
class AddCopy(Operation):
    """The grid and a turned copy of it, joined at one side."""

    side: Side
    copy: Copy

    def apply(self, scene: Scene) -> Cells | None:
        rows, columns = self.side.step
        axis = 0 if rows else 1
        turned = np.flip(scene.grid, axis) if self.copy is Copy.MIRRORED else scene.grid[::-1, ::-1]
        first, second = (scene.grid, turned) if rows + columns > 0 else (turned, scene.grid)
        return np.concatenate([first, second], axis=axis)


@suggests(cost=2, same_shape=False)
def enlargements(examples: Examples) -> Iterator[Operation]:
    """What gives the ratio of the sizes."""
    ratio = examples.ratio
    if ratio is None or ratio == (1, 1) or max(ratio) > 10:
        return
    yield ScaleUp(*ratio)
    yield Tile(*ratio)
    sides = {(2, 1): (Side.BOTTOM, Side.TOP), (1, 2): (Side.RIGHT, Side.LEFT)}
    for copy in Copy:
        yield from (AddCopy(side, copy) for side in sides.get(ratio, ()))
    if ratio == (2, 2):
        yield from (AddCopy(side, Copy.MIRRORED) for side in Side)
