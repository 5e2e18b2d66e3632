"""Repairing: a symmetric or repeating picture part of which is covered by a colour; and what the cover hides."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from nlevolve.offline.grammar import Words, pin, says
from nlevolve.offline.nouns.colours import Colour, Named
from nlevolve.offline.operation import Examples, Operation, suggests
from nlevolve.offline.scene import Cells, Mask, Scene

Layer = TypeVar("Layer", Cells, Mask)


class Order(Words):
    """What makes one part of the picture tell another."""

    SYMMETRY = ("symmetric", "mirror symmetric", "symmetrical")
    PERIOD = ("repeating regularly", "periodic", "a repeating pattern")
    ANY = ("regular in one way or another", "symmetric or repeating", "repeating or symmetric")


@says(
    pin("repair the picture under the {colour} cells, knowing that it is {order}", cropped=False),
    pin("the output is what the {colour} cells hide, knowing that the picture is {order}", cropped=True),
    also=[
        pin(
            """
        replace the {colour} cells so that the picture is {order}
        fill in the {colour} cells so that the (pattern|grid|picture) is {order}
        the {colour} cells hide parts of a picture that is {order}: restore them
        restore the parts (under|covered by) {colour} cells, so that the picture is {order}
        recolour the {colour} cells such that the whole grid is {order}
        """,
            cropped=False,
        ),
        pin(
            """
        the {colour} cells hide a part of a picture that is {order}: the output is the hidden part
        (output|crop) the part hidden under the {colour} cells, knowing that the picture is {order}
        """,
            cropped=True,
        ),
    ],
)
@dataclass(frozen=True)
class Repair(Operation):
    """Covered cells get the colours that their images have."""

    colour: Colour
    order: Order
    cropped: bool

    def apply(self, scene: Scene) -> Cells | None:
        colour = self.colour.of(scene)
        covered = scene.grid == colour
        if colour is None or not covered.any() or covered.all():
            return None
        grid = scene.once(("repair", self.order, colour), lambda: _mended(scene.grid, ~covered, self.order))
        if not self.cropped or grid is None:
            return grid
        rows, columns = np.flatnonzero(covered.any(axis=1)), np.flatnonzero(covered.any(axis=0))
        return grid[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


@says(
    pin("repair the picture under the colour that does not fit in, knowing that it is {order}", cropped=False),
    pin("the output is what the colour that does not fit in hides, knowing that the picture is {order}", cropped=True),
    also=[
        pin(
            """
        replace the colour that does not fit in, so that the picture is {order}
        replace the one colour that covers parts of the picture, so that it is {order}
        one colour hides parts of a picture that is {order}: restore them
        restore what the colour that does not fit in covers, so that the picture is {order}
        """,
            cropped=False,
        ),
        pin(
            """
        one colour hides a part of a picture that is {order}: the output is the hidden part
        """,
            cropped=True,
        ),
    ],
)
@dataclass(frozen=True)
class RepairUnder(Operation):
    """The same under the one colour without which the picture is in order; of several the least common, none in a tie."""

    order: Order
    cropped: bool

    def apply(self, scene: Scene) -> Cells | None:
        for colour in sorted(np.flatnonzero(scene.counts).tolist(), key=lambda c: int(scene.counts[c])):
            grid = Repair(Named(colour), self.order, cropped=False).apply(scene)
            if grid is not None and not (grid[scene.grid == colour] == colour).any():
                return Repair(Named(colour), self.order, self.cropped).apply(scene)
        return None


def _mended(grid: Cells, known: Mask, order: Order) -> Cells | None:
    """By what the order says; None when that tells nothing."""
    out, seen = grid.copy(), known.copy()
    told = [_repeat(out, seen)] if order is not Order.SYMMETRY else []
    told += [_reflect(out, seen)] if order is not Order.PERIOD else []
    return out if any(told) else None


def _reflect(out: Cells, seen: Mask) -> bool:
    """Mend by all mirror axes that no known cell denies, in place; whether there are any."""
    upright, level = _axis(out, seen), _axis(out.T, seen.T)
    _mirror(out, seen, upright)
    _mirror(out.T, seen.T, level)
    falling = _diagonal(out, seen)
    _transpose(out, seen, falling)
    rising = _diagonal(out[:, ::-1], seen[:, ::-1])
    _transpose(out[:, ::-1], seen[:, ::-1], rising)
    # what the diagonals have told, the upright and level axes carry on
    _mirror(out, seen, upright)
    _mirror(out.T, seen.T, level)
    return not (upright is level is falling is rising is None)


def _axis(grid: Cells, known: Mask) -> int | None:
    """First plus last column of the widest range that is its own mirror image; at least two thirds of the grid."""
    width = grid.shape[1]
    offsets = sorted(range(2 * width - 1), key=lambda twice: abs(twice - (width - 1)))
    for twice in offsets:
        first, last = max(0, twice - width + 1), min(width - 1, twice)
        if 3 * (last - first + 1) < 2 * width:
            return None
        part, seen = grid[:, first : last + 1], known[:, first : last + 1]
        if ((part == part[:, ::-1]) | ~seen | ~seen[:, ::-1]).all():
            return twice
    return None


def _mirror(grid: Cells, known: Mask, twice: int | None) -> None:
    """Fill what is unknown from the mirror image, in place."""
    if twice is not None:
        width = grid.shape[1]
        first, last = max(0, twice - width + 1), min(width - 1, twice)
        part, seen = grid[:, first : last + 1], known[:, first : last + 1]
        _fill(part, seen, part[:, ::-1].copy(), seen[:, ::-1].copy())


def _diagonal(grid: Cells, known: Mask) -> int | None:
    """How much further right than down the diagonal lies about which the grid is symmetric."""
    for shift in (0, 1, -1, 2, -2):
        part, seen = _square(grid, shift), _square(known, shift)
        if part.size * 2 > grid.size and ((part == part.T) | ~seen | ~seen.T).all():
            return shift
    return None


def _square(layer: Layer, shift: int) -> Layer:
    """The largest square whose main diagonal is the given one."""
    part = layer[max(0, -shift) :, max(0, shift) :]
    side = min(part.shape)
    return part[:side, :side]


def _transpose(grid: Cells, known: Mask, shift: int | None) -> None:
    if shift is not None:
        part, seen = _square(grid, shift), _square(known, shift)
        _fill(part, seen, part.T.copy(), seen.T.copy())


def _fill(grid: Cells, known: Mask, image: Cells, image_known: Mask) -> None:
    """Unknown cells whose images are known get their colours, in place."""
    new = ~known & image_known
    grid[new] = image[new]
    known |= new


def _repeat(out: Cells, seen: Mask) -> bool:
    """Mend by the shortest shifts that no known cell denies, in place; whether there are any."""
    shifts = _shifts(out, seen)
    for _ in range(60):
        before = int(seen.sum())
        for down, right in shifts:
            _shift(out, seen, down, right)
            _shift(out, seen, -down, -right)
        if int(seen.sum()) in (before, seen.size):
            break
    return bool(shifts)


def _shifts(grid: Cells, known: Mask) -> list[tuple[int, int]]:
    """One down, one to the right; if either is missing, also one along each diagonal way."""
    rows, columns = grid.shape
    down = next(((k, 0) for k in range(1, rows // 2 + 1) if _agrees(grid, known, k, 0)), None)
    right = next(((0, k) for k in range(1, columns // 2 + 1) if _agrees(grid, known, 0, k)), None)
    found = [s for s in (down, right) if s]
    if len(found) < 2:
        ways = [(k, sign * m) for k in range(1, 5) for m in range(1, 5) for sign in (1, -1)]
        slant = next((way for way in ways if _agrees(grid, known, *way)), None)
        found += [slant] if slant else []
    return found


def _overlap(layer: Layer, down: int, right: int) -> tuple[Layer, Layer]:
    """The parts that lie on each other when the grid is shifted."""
    rows, columns = layer.shape
    here = layer[max(0, down) : rows + min(0, down), max(0, right) : columns + min(0, right)]
    there = layer[max(0, -down) : rows + min(0, -down), max(0, -right) : columns + min(0, -right)]
    return here, there


def _agrees(grid: Cells, known: Mask, down: int, right: int) -> bool:
    here, there = _overlap(grid, down, right)
    sure = np.logical_and(*_overlap(known, down, right))
    return bool(((here == there) | ~sure).all() and 4 * sure.sum() >= sure.size)


def _shift(grid: Cells, known: Mask, down: int, right: int) -> None:
    here, there = _overlap(grid, down, right)
    seen, other = _overlap(known, down, right)
    new = ~seen & other
    here[new] = there[new]
    seen |= new


_TRIED = (Order.SYMMETRY, Order.PERIOD)


@suggests(cost=3)
def repairs(examples: Examples) -> Iterator[Operation]:
    """The colour that every target lacks, or that changes wherever it is."""
    if examples.same_shape:
        covers = [set(map(int, np.unique(e.scene.grid[e.changed]))) for e in examples]
        if all(len(c) == 1 for c in covers) and len(set.union(*covers)) == 1:
            cover = Named(covers[0].pop())
            yield from (Repair(cover, order, False) for order in _TRIED)
        return
    for colour in range(10):
        if all(_box(e.scene, colour) == e.target.shape for e in examples):
            yield from (Repair(Named(colour), order, True) for order in _TRIED)


def _box(scene: Scene, colour: int) -> tuple[int, int]:
    if not scene.counts[colour]:
        return 0, 0
    rows, columns = np.nonzero(scene.grid == colour)
    return int(np.ptp(rows)) + 1, int(np.ptp(columns)) + 1
