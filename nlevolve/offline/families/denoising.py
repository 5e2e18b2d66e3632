"""Denoising: cells that do not fit in with those around them, thin parts, rows and columns that are nearly plain."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from scipy import ndimage

from nlevolve.offline.families.rows import Lines
from nlevolve.offline.grammar import Range, says
from nlevolve.offline.nouns.colours import Named
from nlevolve.offline.nouns.rays import Lone, OfColour, Starts
from nlevolve.offline.operation import Examples, Operation, suggests
from nlevolve.offline.scene import CORNERS, Cells, Scene

Side = Annotated[int, Range(2, 6)]


@says(
    "recolour every {starts} the most common colour among the cells around it",
    also="""
    every {starts} becomes the most common colour among the cells around it
    replace every {starts} by the most common colour among its neighbours
    give every {starts} the colour that most of the cells around it have
    (change|turn|recolour) every {starts} to the colour that most of its [eight] neighbours have
    smooth every {starts} away: it gets the most common colour of the cells around it
    """,
)
@dataclass(frozen=True)
class Smooth(Operation):
    """By the eight neighbours, other such cells left aside; the background wins when there is a tie."""

    starts: Starts

    def apply(self, scene: Scene) -> Cells | None:
        noise = self.starts.of(scene)
        if not noise.any():
            return None
        near = np.ones((3, 3), dtype=np.int64)
        around = np.stack(
            [ndimage.convolve(((scene.grid == c) & ~noise).astype(np.int64), near, mode="constant") for c in range(10)]
        )
        around[scene.background] = 2 * around[scene.background] + 1
        around[np.arange(10) != scene.background] *= 2
        return np.where(noise, around.argmax(axis=0).astype(np.int8), scene.grid)


@suggests(cost=2)
def smoothings(examples: Examples) -> Iterator[Operation]:
    """A colour that is nowhere in the targets, and lone cells."""
    if not examples.same_shape:
        return
    colours = set.intersection(*(set(map(int, np.unique(e.scene.grid))) for e in examples))
    gone = [c for c in sorted(colours) if not any(e.target_counts[c] for e in examples)]
    yield from (Smooth(OfColour(Named(c))) for c in gone[:3])
    yield Smooth(Lone())


@says(
    "remove every coloured cell that is not part of a {rows} by {columns} block of its colour",
    also="""
    remove coloured cells that do not belong to a {rows} by {columns} block of one colour
    keep only cells that are part of a {rows} by {columns} block of one colour
    every cell that is not in a {rows} by {columns} block of its colour becomes background
    remove what is thinner than {rows} by {columns} cells of one colour
    only {rows} by {columns} blocks of one colour and what is made of them stay
    """,
)
@dataclass(frozen=True)
class RemoveThin(Operation):
    """Each colour is opened by a block."""

    rows: Side
    columns: Side

    def apply(self, scene: Scene) -> Cells | None:
        block = np.ones((self.rows, self.columns), dtype=np.bool_)
        kept = np.zeros_like(scene.foreground)
        for colour in scene.colours:
            kept |= ndimage.binary_opening(scene.grid == colour, block)
        return np.where(kept, scene.grid, np.int8(scene.background))


@suggests(cost=2)
def thinnings(examples: Examples) -> Iterator[Operation]:
    """Where cells become background and nothing else changes."""
    if examples.same_shape and all((e.target[e.changed] == e.scene.background).all() for e in examples):
        yield RemoveThin(2, 2)
        yield RemoveThin(3, 3)


@says(
    "recolour every {lines} entirely with the most common colour in it",
    also="""
    every {lines} becomes entirely its most common colour
    fill every {lines} with its most common colour
    (make|turn|paint) every {lines} wholly [to] the most common colour in it
    in every {lines} all cells get the colour that most of them have
    replace every cell by the most common colour of its {lines}
    """,
)
@dataclass(frozen=True)
class PlainLines(Operation):
    """Stripes, freed from noise; the background counts as well."""

    lines: Lines

    def apply(self, scene: Scene) -> Cells | None:
        rows = self.lines.view(scene.grid)
        colours = np.array([np.bincount(row, minlength=10).argmax() for row in rows], dtype=np.int8)
        return self.lines.view(np.broadcast_to(colours[:, None], rows.shape))


@suggests(cost=2)
def plain_lines(examples: Examples) -> Iterator[Operation]:
    """Targets of plain rows or columns."""
    if examples.same_shape:
        for lines in Lines:
            if all((lines.view(e.target) == lines.view(e.target)[:, :1]).all() for e in examples):
                yield PlainLines(lines)


@says(
    "remove every coloured cell that has fewer than {count} coloured cells around it",
    also="""
    remove coloured cells with fewer than {count} coloured neighbours
    every cell with fewer than {count} coloured cells among its [eight] neighbours becomes background
    delete each coloured cell that fewer than {count} coloured cells surround
    keep only coloured cells with at least {count} coloured cells around them
    coloured cells that have fewer than {count} coloured neighbours disappear
    """,
)
@dataclass(frozen=True)
class RemoveSparse(Operation):
    """By the eight neighbours."""

    count: Annotated[int, Range(2, 8)]

    def apply(self, scene: Scene) -> Cells | None:
        near = ndimage.convolve(scene.foreground.astype(np.int64), CORNERS, mode="constant") - 1
        return np.where(scene.foreground & (near >= self.count), scene.grid, np.int8(scene.background))


@suggests(cost=2)
def sparse_cells(examples: Examples) -> Iterator[Operation]:
    """A number that parts the cells that go from those that stay."""
    if not examples.same_shape or not all((e.target[e.changed] == e.scene.background).all() for e in examples):
        return
    stay, go = 8, 0
    for e in examples:
        near = ndimage.convolve(e.scene.foreground.astype(np.int64), CORNERS, mode="constant") - 1
        kept = e.scene.foreground & ~e.changed
        stay = min(stay, int(near[kept].min(initial=8)))
        go = max(go, int(near[e.changed].max(initial=0)))
    if stay >= 2 and go < stay:
        yield RemoveSparse(stay)
