"""Turning the whole grid: flips, rotations, transposition."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

import numpy as np

from nlevolve.offline.grammar import pin, says
from nlevolve.offline.operation import Examples, Operation, suggests
from nlevolve.offline.scene import Cells, Scene


class Turn(Enum):
    """The symmetries of a square, less the one that changes nothing."""

    LEFT_RIGHT = "left and right change places"
    TOP_BOTTOM = "top and bottom change places"
    CLOCKWISE = "a quarter clockwise"
    ANTICLOCKWISE = "a quarter anticlockwise"
    HALF = "half a turn"
    DIAGONAL = "rows become columns"
    ANTIDIAGONAL = "flip along the other diagonal"


def turned(grid: Cells, turn: Turn) -> Cells:
    """The grid after a turn."""
    match turn:
        case Turn.LEFT_RIGHT:
            return grid[:, ::-1]
        case Turn.TOP_BOTTOM:
            return grid[::-1]
        case Turn.CLOCKWISE:
            return np.rot90(grid, -1)
        case Turn.ANTICLOCKWISE:
            return np.rot90(grid)
        case Turn.HALF:
            return grid[::-1, ::-1]
        case Turn.DIAGONAL:
            return grid.T
        case Turn.ANTIDIAGONAL:
            return grid[::-1, ::-1].T


@says(
    pin("flip the grid horizontally, so that left and right change places", turn=Turn.LEFT_RIGHT),
    pin("flip the grid vertically, so that top and bottom change places", turn=Turn.TOP_BOTTOM),
    pin("rotate the grid a quarter turn clockwise", turn=Turn.CLOCKWISE),
    pin("rotate the grid a quarter turn anticlockwise", turn=Turn.ANTICLOCKWISE),
    pin("rotate the grid by half a turn", turn=Turn.HALF),
    pin("flip the grid along its main diagonal, so that rows become columns", turn=Turn.DIAGONAL),
    pin("flip the grid along its other diagonal, from the top right to the bottom left", turn=Turn.ANTIDIAGONAL),
    also=[
        pin(
            """
        flip [grid] horizontally
        flip grid along its vertical axis
        flip [grid] (from left to right|over its vertical axis)
        the output is the input flipped horizontally
        swap the left and [the] right side of the grid
        reverse (every row|the order of the cells in every row|the order of the columns)
        """,
            turn=Turn.LEFT_RIGHT,
        ),
        pin(
            """
        flip [grid] vertically
        (turn|flip) [grid] upside down
        flip [grid] (from top to bottom|over its horizontal axis)
        reverse (every column|the order of the rows)
        flip grid along its horizontal axis
        """,
            turn=Turn.TOP_BOTTOM,
        ),
        pin(
            """
        (rotate|turn) [grid] [by] 90 degrees clockwise
        (rotate|turn) [grid] clockwise [by] 90 degrees
        (rotate|turn) [grid] [by] a quarter [turn] clockwise
        """,
            turn=Turn.CLOCKWISE,
        ),
        pin(
            """
        (rotate|turn) [grid] [by] 90 degrees anticlockwise
        (rotate|turn) [grid] anticlockwise [by] 90 degrees
        (rotate|turn) [grid] once anticlockwise
        (rotate|turn) [grid] [by] a quarter [turn] anticlockwise
        """,
            turn=Turn.ANTICLOCKWISE,
        ),
        pin(
            """
        (rotate|turn) [grid] [by] 180 degrees
        (rotate|turn) [grid] [by] half a turn
        """,
            turn=Turn.HALF,
        ),
        pin(
            """
        transpose [grid]
        flip [grid] along (its|the) main diagonal
        swap rows and columns [of the grid]
        """,
            turn=Turn.DIAGONAL,
        ),
        pin(
            """
        flip [grid] along (its|the) (other|anti) diagonal
        """,
            turn=Turn.ANTIDIAGONAL,
        ),
    ],
)
@dataclass(frozen=True)
class TurnGrid(Operation):
    """Turns the whole grid."""

    turn: Turn

    def apply(self, scene: Scene) -> Cells | None:
        return turned(scene.grid, self.turn)


@suggests(cost=5)
def turns(examples: Examples) -> Iterator[Operation]:
    """All that keep every target's size; those that are right come out in the trial."""
    for turn in Turn:
        if all(turned(e.scene.grid, turn).shape == e.target.shape for e in examples):
            yield TurnGrid(turn)
