"""Scenes: a grid as somebody sees it, with its background and its objects. Everything is computed when first asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Cells = NDArray[np.int8]
"""A grid: rows x columns of colours 0-9, never written to."""
Mask = NDArray[np.bool_]

LARGEST_SIDE = 30
"""Of what a rule may make of a grid that is no larger."""
MOST_SIDE = 100
"""Of what is read at all: some data sets have longer rows than ARC."""
SIDES = np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]])
"""Neighbours that share a side."""
CORNERS = np.ones((3, 3), dtype=int)
"""Neighbours that share a side or a corner."""

T = TypeVar("T")


def cells(rows: Any) -> Cells:
    """Rows of ints as a read-only array."""
    array = np.array(rows, dtype=np.int8)
    array.setflags(write=False)
    return array


def is_valid(grid: Cells, largest: int = LARGEST_SIDE) -> bool:
    """Whether the array is a grid: two axes, sides 1 to `largest`, colours 0-9."""
    if grid.ndim != 2 or not (1 <= grid.shape[0] <= largest and 1 <= grid.shape[1] <= largest):
        return False
    return bool(grid.min() >= 0 and grid.max() <= 9)


NO_COLOUR = -1
"""The background of a grid that has none: a result that holds it is no grid."""


@dataclass(frozen=True)
class Eye:
    """How a grid is looked at: what is background and what belongs to one object."""

    background: int | None = None
    """A colour; None for black where there is black, otherwise the most common colour."""
    diagonal: bool = True
    """Whether cells that only share a corner belong to one object."""
    multicolour: bool = False
    """Whether cells of different colours may belong to one object."""
    areas: bool = False
    """Whether the objects are the areas of background, connected by sides, instead of what stands on it."""
    whole: bool = False
    """Whether all cells of a colour form one object, wherever they are."""
    single: bool = False
    """Whether every cell is an object of its own."""


@dataclass(frozen=True, eq=False)
class Object:
    """Connected cells. Rows and columns count from 0; `bottom` and `right` are the last ones included."""

    grid: Cells
    mask: Mask
    """Over the whole grid."""
    top: int
    left: int
    bottom: int
    right: int

    @cached_property
    def shape(self) -> Mask:
        """The mask, cut to the object's box."""
        return self.mask[self.top : self.bottom + 1, self.left : self.right + 1]

    @cached_property
    def box(self) -> Cells:
        """The grid under the object's box, other things included."""
        return self.grid[self.top : self.bottom + 1, self.left : self.right + 1]

    def patch(self, empty: int) -> Cells:
        """The object alone, on `empty`, cut to its box."""
        return np.where(self.shape, self.box, np.int8(empty))

    @property
    def height(self) -> int:
        return self.bottom - self.top + 1

    @property
    def width(self) -> int:
        return self.right - self.left + 1

    @cached_property
    def size(self) -> int:
        return int(self.shape.sum())

    @cached_property
    def counts(self) -> NDArray[np.int64]:
        """How many cells it has of each colour."""
        return np.bincount(self.box[self.shape], minlength=10)

    @cached_property
    def colour(self) -> int:
        """Its most common colour."""
        return int(self.counts.argmax())

    @cached_property
    def colours(self) -> tuple[int, ...]:
        return tuple(int(c) for c in np.flatnonzero(self.counts))

    @cached_property
    def holes(self) -> int:
        """Areas within it, or closed by it, that touch the outside nowhere by a side."""
        outside = np.pad(~self.shape, 1, constant_values=True)
        return int(ndimage.label(outside, SIDES)[1]) - 1

    @cached_property
    def is_full(self) -> bool:
        """Whether it fills its box: a rectangle."""
        return self.size == self.height * self.width

    @cached_property
    def key(self) -> tuple[tuple[int, int], bytes]:
        """Equal for objects of one form, whatever their colour and place."""
        return self.shape.shape, self.shape.tobytes()

    @cached_property
    def touches_border(self) -> bool:
        rows, columns = self.grid.shape
        return self.top == 0 or self.left == 0 or self.bottom == rows - 1 or self.right == columns - 1

    @cached_property
    def is_symmetric(self) -> bool:
        """Whether its picture equals its mirror image, left to right or top to bottom."""
        picture = self.patch(-1)
        return bool((picture == picture[:, ::-1]).all() or (picture == picture[::-1]).all())


@dataclass(eq=False)
class Scene:
    """A grid with the eye it is looked at with, and the grid that the description started from."""

    grid: Cells
    eye: Eye = Eye()
    start: Scene | None = None
    """The original input; None when this is it."""
    _memo: dict[Any, Any] = field(default_factory=dict)

    @property
    def original(self) -> Scene:
        return self.start or self

    @property
    def rows(self) -> int:
        return int(self.grid.shape[0])

    @property
    def columns(self) -> int:
        return int(self.grid.shape[1])

    def once(self, key: Any, compute: Callable[[], T]) -> T:
        """What `compute` gives, computed once for this scene and key."""
        if key not in self._memo:
            self._memo[key] = compute()
        found: T = self._memo[key]
        return found

    def becoming(self, grid: Cells) -> Scene:
        """The scene after a step that made `grid` of it."""
        return Scene(grid, self.eye, self.original)

    def seen_with(self, eye: Eye) -> Scene:
        """The same grid, looked at in another way."""
        start = None if self.start is None else self.start.seen_with(eye)
        return self if eye == self.eye else Scene(self.grid, eye, start)

    @cached_property
    def counts(self) -> NDArray[np.int64]:
        """How many cells there are of each colour."""
        return np.bincount(self.grid.ravel(), minlength=10)

    @cached_property
    def background(self) -> int:
        if self.eye.background is not None:
            return self.eye.background
        return 0 if self.counts[0] else int(self.counts.argmax())

    @cached_property
    def colours(self) -> tuple[int, ...]:
        """Colours present, the background left out, most common first (then in the order of their numbers)."""
        present = [int(c) for c in np.flatnonzero(self.counts) if c != self.background]
        return tuple(sorted(present, key=lambda c: (-int(self.counts[c]), c)))

    @cached_property
    def foreground(self) -> Mask:
        return np.asarray(self.grid != self.background)

    @cached_property
    def objects(self) -> tuple[Object, ...]:
        """From top to bottom, then left to right, by the first cell of each."""
        if self.eye.areas:
            return find_areas(self.grid, self.background)
        if self.eye.whole:
            return find_layers(self.grid, self.background)
        if self.eye.single:
            return find_cells(self.grid, self.background)
        return find_objects(self.grid, self.background, self.eye.diagonal, self.eye.multicolour)


MOST_OBJECTS = 200
"""A grid of noise has more; they are then no objects worth naming, and the rest is left out."""


MOST_CELLS = LARGEST_SIDE * LARGEST_SIDE
"""As many cells may be objects of their own."""


def find_objects(grid: Cells, background: int, diagonal: bool, multicolour: bool) -> tuple[Object, ...]:
    """Connected cells that are not background."""
    layers = [grid != background] if multicolour else [grid == c for c in np.unique(grid) if c != background]
    return _components(grid, layers, CORNERS if diagonal else SIDES)


def find_areas(grid: Cells, background: int) -> tuple[Object, ...]:
    """Connected cells of background."""
    return _components(grid, [grid == background], SIDES)


def find_layers(grid: Cells, background: int) -> tuple[Object, ...]:
    """All cells of each colour but the background."""
    found = []
    for colour in np.unique(grid):
        if colour != background:
            mask = grid == colour
            mask.setflags(write=False)
            rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
            found.append(Object(grid, mask, int(rows[0]), int(columns[0]), int(rows[-1]), int(columns[-1])))
    return _in_order(found)


def find_cells(grid: Cells, background: int) -> tuple[Object, ...]:
    """Every cell that is not background, alone."""
    found = []
    for row, column in np.argwhere(grid != background)[:MOST_CELLS].tolist():
        mask = np.zeros(grid.shape, dtype=np.bool_)
        mask[row, column] = True
        mask.setflags(write=False)
        found.append(Object(grid, mask, row, column, row, column))
    return tuple(found)


def _in_order(found: list[Object]) -> tuple[Object, ...]:
    return tuple(sorted(found, key=lambda o: (o.top, int(o.mask[o.top].argmax()))))


def _components(grid: Cells, layers: list[Mask], near: NDArray[np.int_]) -> tuple[Object, ...]:
    found: list[Object] = []
    for layer in layers:
        labels, count = ndimage.label(layer, near)
        for number, box in enumerate(ndimage.find_objects(labels, count), 1):
            rows, columns = box
            mask = labels == number
            mask.setflags(write=False)
            found.append(Object(grid, mask, rows.start, columns.start, rows.stop - 1, columns.stop - 1))
            if len(found) >= MOST_OBJECTS:
                break
    return _in_order(found)


def enclosed(open_cells: Mask, near: NDArray[np.int_] = SIDES) -> Mask:
    """Those of the open cells from which no path over open cells leads to the border of the grid."""
    labels, _ = ndimage.label(open_cells, near)
    outside = np.unique(np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]]))
    return open_cells & ~np.isin(labels, outside)


def around(mask: Mask, *, corners: bool) -> Mask:
    """The cells beside those of the mask, by a side or (`corners`) also by a corner; its own cells are left out."""
    near = mask.copy()
    near[1:] |= mask[:-1]
    near[:-1] |= mask[1:]
    wide = near if corners else mask
    out = near.copy()
    out[:, 1:] |= wide[:, :-1]
    out[:, :-1] |= wide[:, 1:]
    return np.asarray(out & ~mask)
