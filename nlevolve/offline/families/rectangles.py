"""Rectangles of background: the largest one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from nlevolve.offline.grammar import says
from nlevolve.offline.nouns.colours import Colour, Named
from nlevolve.offline.operation import Examples, Operation, suggests
from nlevolve.offline.scene import Cells, Mask, Scene


def _sums(mask: Mask) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    """Sums over all rectangles that begin at the top left; a row and a column of zeros before them."""
    return np.pad(mask.cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))


def _full(mask: Mask, rows: int, columns: int) -> Mask:
    """For each top left cell whether the rectangle of that size that begins there is full."""
    total = _sums(mask)
    held = total[rows:, columns:] - total[:-rows, columns:] - total[rows:, :-columns] + total[:-rows, :-columns]
    return np.asarray(held == rows * columns)


def _covered(mask: Mask, rows: int, columns: int) -> Mask:
    """All cells of full rectangles of that size."""
    out = np.zeros_like(mask)
    for top, left in zip(*np.nonzero(_full(mask, rows, columns)), strict=True):
        out[top : top + rows, left : left + columns] = True
    return out


@says(
    "fill the largest empty rectangle with {colour}",
    also="""
    (colour|recolour) the largest empty rectangle {colour}
    find the largest rectangle of background cells and fill it with {colour}
    the largest rectangle of background cells becomes {colour}
    fill the largest rectangle without coloured cells with {colour}
    fill the largest rectangular area of background with {colour}
    """,
)
@dataclass(frozen=True)
class FillLargest(Operation):
    """The rectangle of background with the most cells; all of them when several are as large."""

    colour: Colour

    def apply(self, scene: Scene) -> Cells | None:
        colour, empty = self.colour.of(scene), ~scene.foreground
        if colour is None or not empty.any():
            return None
        sizes = [(r * c, r, c) for r in range(1, scene.rows + 1) for c in range(1, scene.columns + 1)]
        largest, found = 0, np.zeros_like(empty)
        for size, rows, columns in sorted(sizes, reverse=True):
            if size < largest:
                break
            if _full(empty, rows, columns).any():
                largest, found = size, found | _covered(empty, rows, columns)
        return np.where(found, np.int8(colour), scene.grid)


@suggests(cost=2, same_shape=True)
def rectangles(examples: Examples) -> Iterator[Operation]:
    """Background cells that got one colour."""
    if any(e.is_done or not (e.changed <= ~e.scene.foreground).all() for e in examples) or len(examples.new_colours) != 1:
        return
    yield FillLargest(Named(examples.new_colours[0]))
