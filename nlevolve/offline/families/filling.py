"""Filling: areas of background by what they are, and colours that spread over the background."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from nlevolve.offline.grammar import says
from nlevolve.offline.nouns.areas import Areas, areas, areas_for
from nlevolve.offline.nouns.colours import Colour, Named
from nlevolve.offline.operation import Examples, Operation, suggests
from nlevolve.offline.scene import CORNERS, SIDES, Cells, Scene


@says(
    "fill {areas} with {colour}",
    also="""
    (colour|recolour) {areas} {colour}
    fill [in] {areas} (with|in) {colour}
    {areas} (becomes|turns) {colour}
    every [background] cell of {areas} becomes {colour}
    change [the background in] {areas} to {colour}
    paint {areas} {colour}
    """,
)
@dataclass(frozen=True)
class FillAreas(Operation):
    """Whole areas of background get one colour."""

    areas: Areas
    colour: Colour

    def apply(self, scene: Scene) -> Cells | None:
        colour, chosen = self.colour.of(scene), self.areas.of(scene)
        if colour is None or not chosen:
            return None
        return np.where(np.any([a.mask for a in chosen], axis=0), np.int8(colour), scene.grid)


@suggests(cost=15)
def fillings(examples: Examples) -> Iterator[Operation]:
    """The areas that get one colour in the target, told from the others; failing that, the ones of most sizes."""
    if not examples.same_shape or not any(areas(e.scene) for e in examples) or all(e.is_done for e in examples):
        return
    became = [[_new_colour(a.mask, e.target, e.scene.background) for a in areas(e.scene)] for e in examples]
    colours = sorted({c for row in became for c in row if c is not None})
    for colour in colours[:4]:
        wanted = [[c == colour for c in row] for row in became]
        yield from (FillAreas(choice, Named(colour)) for choice in areas_for(examples, wanted))


def _new_colour(mask: np.ndarray[tuple[int, ...], np.dtype[np.bool_]], target: Cells, background: int) -> int | None:
    cells = target[mask]
    return int(cells[0]) if cells[0] != background and (cells == cells[0]).all() else None


@says(
    "let {colour} spread over the background as far as it can by sides",
    also="""
    {colour} spreads over the background as far as it can by sides
    {colour} cells flood the background that they can reach by sides
    flood the background that touches {colour} cells with {colour}
    fill every background area that a {colour} cell touches with {colour}
    let {colour} flow into the background areas that it touches
    """,
)
@dataclass(frozen=True)
class Spread(Operation):
    """Background that a path by sides leads to from a colour becomes that colour."""

    colour: Colour

    def apply(self, scene: Scene) -> Cells | None:
        colour = self.colour.of(scene)
        if colour is None or colour == scene.background:
            return None
        return _spread(scene, colour, SIDES)


@says(
    "let {colour} spread over the background as far as it can by sides and corners",
    also="""
    {colour} spreads over the background as far as it can by sides and corners
    {colour} cells flood the background that they can reach also diagonally
    let {colour} spread over the background also diagonally
    flood the background that touches {colour} cells [also] by corners with {colour}
    let {colour} flow into the background also through corners
    """,
)
@dataclass(frozen=True)
class SpreadDiagonally(Operation):
    """The same, where paths may pass corners."""

    colour: Colour

    def apply(self, scene: Scene) -> Cells | None:
        colour = self.colour.of(scene)
        if colour is None or colour == scene.background:
            return None
        return _spread(scene, colour, CORNERS)


def _spread(scene: Scene, colour: int, near: np.ndarray[tuple[int, ...], np.dtype[np.int_]]) -> Cells | None:
    mine = scene.grid == colour
    reached = ndimage.binary_propagation(mine, structure=near, mask=mine | ~scene.foreground)
    return np.where(reached, np.int8(colour), scene.grid) if mine.any() else None


@suggests(cost=2)
def floods(examples: Examples) -> Iterator[Operation]:
    """Colours that are there already and take over background."""
    if not examples.same_shape or all(e.is_done for e in examples):
        return
    for colour in examples.new_colours:
        if all(e.scene.counts[colour] and (e.scene.grid[e.changed] == e.scene.background).any() for e in examples):
            yield Spread(Named(colour))
            yield SpreadDiagonally(Named(colour))


@says(
    "fill the largest rectangle of background with {colour}",
    also="""
    colour the largest rectangle that is empty {colour}
    find the largest empty rectangle and fill it with {colour}
    (recolour|paint) the largest background rectangle {colour}
    the largest empty rectangle becomes {colour}
    put a {colour} rectangle where the largest empty rectangle is
    """,
)
@dataclass(frozen=True)
class FillLargestRectangle(Operation):
    """Of all rectangles without a coloured cell, the one with the most cells; all of them when several tie."""

    colour: Colour

    def apply(self, scene: Scene) -> Cells | None:
        colour = self.colour.of(scene)
        boxes = scene.once("empty rectangles", lambda: _largest_rectangles(~scene.foreground))
        if colour is None or not boxes:
            return None
        grid = scene.grid.copy()
        for top, left, bottom, right in boxes:
            grid[top : bottom + 1, left : right + 1] = colour
        return grid


def _largest_rectangles(free: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> list[tuple[int, int, int, int]]:
    """Top, left, bottom and right of the largest all-true rectangles of at least two rows and columns."""
    best = 3
    found: list[tuple[int, int, int, int]] = []
    heights = np.zeros(free.shape[1], dtype=int)
    for bottom in range(free.shape[0]):
        heights = np.where(free[bottom], heights + 1, 0)
        for left in range(free.shape[1]):
            height = int(heights[left])
            for right in range(left, free.shape[1]):
                height = min(height, int(heights[right]))
                if height == 0:
                    break
                size = height * (right - left + 1)
                if min(height, right - left + 1) < 2:
                    continue
                if size > best:
                    best, found = size, []
                if size == best:
                    found.append((bottom - height + 1, left, bottom, right))
    return found


@says(
    "fill every {rows} by {columns} block of background with {colour}",
    also="""
    colour every {rows} by {columns} block of background cells {colour}
    every empty {rows} by {columns} block becomes {colour}
    find every {rows} by {columns} block that is all background and fill it with {colour}
    (recolour|paint) every empty {rows} by {columns} rectangle {colour}
    fill every {rows} by {columns} rectangle of background with {colour}
    """,
)
@dataclass(frozen=True)
class FillBlocks(Operation):
    """Wherever such a block fits into the background."""

    rows: int
    columns: int
    colour: Colour

    def __post_init__(self) -> None:
        if not 1 <= self.rows <= 12 or not 1 <= self.columns <= 12 or self.rows * self.columns < 2:
            raise ValueError("no block worth a search")

    def apply(self, scene: Scene) -> Cells | None:
        colour = self.colour.of(scene)
        if colour is None or self.rows > scene.rows or self.columns > scene.columns:
            return None
        fits = ndimage.binary_opening(~scene.foreground, np.ones((self.rows, self.columns), dtype=np.bool_))
        return np.where(fits, np.int8(colour), scene.grid) if fits.any() else None


@suggests(cost=2)
def rectangles(examples: Examples) -> Iterator[Operation]:
    """Changed background in one new colour: the largest rectangle, or all blocks of the size of the smallest change."""
    if not examples.same_shape or len(examples.new_colours) != 1:
        return
    colour = Named(examples.new_colours[0])
    if not all((e.scene.grid[e.changed] == e.scene.background).all() and e.changed.any() for e in examples):
        return
    whole = all(_is_box(e.changed) for e in examples)
    if whole:
        yield FillLargestRectangle(colour)
    sizes = set()
    for e in examples:
        labels, _ = ndimage.label(e.changed, SIDES)
        for rows, columns in ndimage.find_objects(labels):
            sizes.add((rows.stop - rows.start, columns.stop - columns.start))
    small = sorted(s for s in sizes if max(s) <= 12 and s[0] * s[1] > 1)[:2]
    yield from (FillBlocks(rows, columns, colour) for rows, columns in small)


def _is_box(mask: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> bool:
    rows, columns = np.nonzero(mask)
    return bool(mask[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1].all())
