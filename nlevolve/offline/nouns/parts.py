"""Parts: cells of an object or around it that a sentence may name ("the inside of …", "the cells around …")."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from nlevolve.offline.grammar import Words
from nlevolve.offline.scene import Mask, Object, Scene, around, enclosed


class Part(Words):
    """What of an object, with the preposition that leads to it."""

    INSIDE = ("the inside of", "the interior of", "the cells inside", "the inner cells of")
    HOLES = ("the holes of", "the enclosed areas of", "the areas enclosed by", "the holes in")
    GAPS = ("the empty cells in the box of", "the gaps in the box of", "the background in the box around")
    CORE = ("the inner layers of", "everything but the outermost layer of", "the cells not at the rim of")
    RIM = ("the outermost layer of", "the rim of", "the outer cells of")
    CORNERS = ("the corners of", "the corner cells of", "the four corners of the box of")
    BESIDE = ("the cells beside", "the empty cells that share a side with", "the cells directly next to")
    AROUND = ("the empty cells around", "the cells around", "the cells surrounding", "a one cell outline around")
    DIAGONAL = ("the cells diagonally next to", "the cells that touch by a corner", "the diagonal neighbours of")
    FRAME = ("a rectangular frame around", "a frame around", "a rectangle around")
    ABOVE = ("the empty cells above", "the column above", "everything above")
    BELOW = ("the empty cells below", "the column below", "everything below")
    LEFT = ("the empty cells to the left of", "the row to the left of", "everything left of")
    RIGHT = ("the empty cells to the right of", "the row to the right of", "everything right of")
    ROWS = ("the whole row of", "the whole rows of", "the empty cells in the row of")
    COLUMNS = ("the whole column of", "the whole columns of", "the empty cells in the column of")
    CENTRE = ("the centre of", "the centre cell of", "the cell in the centre of")
    LEFT_HALF = ("the left half of", "the left side of the box of")
    RIGHT_HALF = ("the right half of", "the right side of the box of")
    TOP_HALF = ("the top half of", "the upper half of", "the upper side of the box of")
    BOTTOM_HALF = ("the bottom half of", "the lower half of", "the lower side of the box of")


OUTER = (Part.BESIDE, Part.AROUND, Part.DIAGONAL, Part.FRAME, Part.ABOVE, Part.BELOW, Part.LEFT, Part.RIGHT, Part.ROWS)
"""Parts that lie outside the object."""


def cells_of(part: Part, one: Object, scene: Scene) -> Mask:
    """The cells of a part, over the whole grid; parts outside the object are background cells only."""
    return scene.once((part, id(one)), lambda: _PARTS[part](one, scene))


def _window(one: Object, top: int, bottom: int, left: int, right: int) -> Mask:
    """The cells between rows and columns, both included, cut to the grid."""
    mask = np.zeros_like(one.mask)
    if bottom >= top and right >= left:
        mask[max(top, 0) : max(bottom + 1, 0), max(left, 0) : max(right + 1, 0)] = True
    return mask


def _box(one: Object, margin: int = 0) -> Mask:
    return _window(one, one.top - margin, one.bottom + margin, one.left - margin, one.right + margin)


def _within(one: Object) -> Mask:
    return enclosed(np.pad(~one.mask, 1, constant_values=True))[1:-1, 1:-1]


def _core(one: Object) -> Mask:
    return one.mask & ~around(~one.mask, corners=True) & _box(one, -1)


def _corners(one: Object) -> Mask:
    mask = np.zeros_like(one.mask)
    mask[np.ix_([one.top, one.bottom], [one.left, one.right])] = True
    return mask


def _empty(mask: Mask, scene: Scene) -> Mask:
    return mask & ~scene.foreground


def _centre(one: Object) -> Mask:
    down, across = (one.height - 1) // 2, (one.width - 1) // 2
    return _window(one, one.top + down, one.bottom - down, one.left + across, one.right - across)


_FAR = 30
_PARTS: dict[Part, Callable[[Object, Scene], Mask]] = {
    Part.INSIDE: lambda o, _: _box(o, -1),
    Part.HOLES: lambda o, _: _within(o),
    Part.GAPS: lambda o, s: _empty(_box(o), s),
    Part.CORE: lambda o, _: _core(o),
    Part.RIM: lambda o, _: o.mask & ~_core(o),
    Part.CORNERS: lambda o, _: _corners(o),
    Part.BESIDE: lambda o, s: _empty(around(o.mask, corners=False), s),
    Part.AROUND: lambda o, s: _empty(around(o.mask, corners=True), s),
    Part.DIAGONAL: lambda o, s: _empty(around(o.mask, corners=True) & ~around(o.mask, corners=False), s),
    Part.FRAME: lambda o, _: _box(o, 1) & ~_box(o),
    Part.ABOVE: lambda o, s: _empty(_window(o, 0, o.top - 1, o.left, o.right), s),
    Part.BELOW: lambda o, s: _empty(_window(o, o.bottom + 1, _FAR, o.left, o.right), s),
    Part.LEFT: lambda o, s: _empty(_window(o, o.top, o.bottom, 0, o.left - 1), s),
    Part.RIGHT: lambda o, s: _empty(_window(o, o.top, o.bottom, o.right + 1, _FAR), s),
    Part.ROWS: lambda o, s: _empty(_window(o, o.top, o.bottom, 0, _FAR), s),
    Part.COLUMNS: lambda o, s: _empty(_window(o, 0, _FAR, o.left, o.right), s),
    Part.CENTRE: lambda o, _: _centre(o),
    Part.LEFT_HALF: lambda o, _: o.mask & _window(o, 0, _FAR, 0, o.left + o.width // 2 - 1),
    Part.RIGHT_HALF: lambda o, _: o.mask & _window(o, 0, _FAR, o.right - o.width // 2 + 1, _FAR),
    Part.TOP_HALF: lambda o, _: o.mask & _window(o, 0, o.top + o.height // 2 - 1, 0, _FAR),
    Part.BOTTOM_HALF: lambda o, _: o.mask & _window(o, o.bottom - o.height // 2 + 1, _FAR, 0, _FAR),
}
