"""Falling: cells or objects move in a direction until something stops them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from nlevolve.offline.grammar import says
from nlevolve.offline.nouns.places import Direction
from nlevolve.offline.operation import Examples, Operation, suggests
from nlevolve.offline.scene import Cells, Scene


@says(
    "let every cell fall {direction} until it meets another cell or the border",
    also="""
    [all] cells fall {direction}
    move [every] [coloured] cells {direction} as far as (possible|they can)
    let [all] [the] cells fall {direction}
    (slide|push|drop) every [coloured] cell {direction} until it (hits|meets) (another cell|something) [or the border]
    gravity pulls every cell {direction}
    the cells drop {direction} [as far as possible|and pile up]
    """,
)
@dataclass(frozen=True)
class CellsFall(Operation):
    """Every cell that is not background moves by itself, over background only."""

    direction: Direction

    def apply(self, scene: Scene) -> Cells | None:
        rows, columns = self.direction.step
        grid = scene.grid if rows else scene.grid.T
        # a stable sort brings the background to the side that the cells leave
        solid = grid != scene.background
        order = np.argsort(solid if rows + columns > 0 else ~solid, axis=0, kind="stable")
        fallen = np.take_along_axis(grid, order, axis=0)
        return fallen if rows else fallen.T


@suggests(cost=2, same_shape=True)
def falls(examples: Examples) -> Iterator[Operation]:
    """A direction, if no colour's count changes."""
    if examples.same_shape and all((e.scene.counts == np.bincount(e.target.ravel(), minlength=10)).all() for e in examples):
        yield from map(CellsFall, Direction)
