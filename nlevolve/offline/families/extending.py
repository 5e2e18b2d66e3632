"""Lines that go on: straight lines in their own direction, tails diagonally; and bent lines between two cells."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np

from nlevolve.offline.grammar import Words, says
from nlevolve.offline.nouns.colours import Colour, Named
from nlevolve.offline.nouns.objects import Every, Objects
from nlevolve.offline.nouns.picking import candidates
from nlevolve.offline.nouns.rays import In, Ink, Own, Reach, Step, drawn, path
from nlevolve.offline.operation import Examples, Operation, suggests
from nlevolve.offline.scene import Cells, Object, Scene


class Ends(Words):
    """Which way the line of an object goes on."""

    STRAIGHT = ("along its longer side, both ways", "in its own direction, both ways", "at both of its ends")
    CORNERS = ("diagonally from each of its corners", "diagonally outwards from its corners")
    SIDES = ("from its sides in all four directions", "straight outwards on all four sides")


@says(
    "extend {objects} {ends}, by a line {ink} {reach}",
    also="""
    continue {objects} {ends} by a line {ink} {reach}
    prolong {objects} {ends} with a line {ink} {reach}
    let {objects} go on {ends} by a line {ink} {reach}
    draw on {objects} {ends} by a line {ink} {reach}
    lengthen {objects} {ends} by a line {ink} {reach}
    """,
)
@dataclass(frozen=True)
class Extend(Operation):
    """Rays from the ends, corners or sides of objects."""

    objects: Objects
    ends: Ends
    ink: Ink
    reach: Reach

    def apply(self, scene: Scene) -> Cells | None:
        grid = scene.grid.copy()
        for one in self.objects.of(scene):
            ink = self.ink.of(one.colour, scene)
            if ink is None:
                return None
            for row, column, step in _ends(one, self.ends):
                grid[drawn(scene, path(grid.shape, row, column, step), self.reach)] = ink
        return grid


def _ends(one: Object, ends: Ends) -> list[tuple[int, int, Step]]:
    """Cells and the steps of the rays that start there."""
    top, left, bottom, right = one.top, one.left, one.bottom, one.right
    if ends is Ends.CORNERS:
        corners = [(top, left, (-1, -1)), (top, right, (-1, 1)), (bottom, left, (1, -1)), (bottom, right, (1, 1))]
        return [(r, c, step) for r, c, step in corners if one.mask[r, c]]
    up = [(top, c, (-1, 0)) for c in range(left, right + 1) if one.mask[top, c]]
    down = [(bottom, c, (1, 0)) for c in range(left, right + 1) if one.mask[bottom, c]]
    back = [(r, left, (0, -1)) for r in range(top, bottom + 1) if one.mask[r, left]]
    on = [(r, right, (0, 1)) for r in range(top, bottom + 1) if one.mask[r, right]]
    if ends is Ends.SIDES:
        return [*up, *down, *back, *on]
    return [*up, *down] if one.height > one.width else [*back, *on] if one.width > one.height else []


@suggests(by_eye=True, cost=169, same_shape=True)
def extensions(examples: Examples) -> Iterator[Operation]:
    """Where background is drawn on: which objects' rays the targets show."""
    if all(e.is_done for e in examples) or any(not 0 < len(e.scene.objects) <= 8 for e in examples):
        return
    if any((e.scene.grid[e.changed] != e.scene.background).any() for e in examples):
        return
    inks: list[Ink] = [Own(), *(In(Named(c)) for c in examples.new_colours[:2])]
    for objects in _plain(examples):
        for ends in Ends:
            for reach in (Reach.BORDER, Reach.STOP):
                yield from (Extend(objects, ends, ink, reach) for ink in inks if _shown(examples, objects, ends, reach, ink))


def _plain(examples: Examples) -> Iterator[Objects]:
    """All objects, and up to four ways to name one."""
    yield Every()
    if any(len(e.scene.objects) > 1 for e in examples):
        single = (p for p in candidates(examples) if all(len(p.of(e.scene)) == 1 for e in examples))
        yield from islice(single, 4)


def _shown(examples: Examples, objects: Objects, ends: Ends, reach: Reach, ink: Ink) -> bool:
    """Whether nearly all cells that would be drawn are so in the targets; most guesses fail in the first pair."""
    right, total = 0, 0
    for e in examples:
        for one in objects.of(e.scene):
            for row, column, step in _ends(one, ends):
                at = drawn(e.scene, path(e.target.shape, row, column, step), reach)
                right += int((e.target[at] == ink.of(one.colour, e.scene)).sum())
                total += len(at[0])
        if right < 0.8 * total:
            return False
    return total > 0 and right >= 0.9 * total


class First(Words):
    """How a bent line starts."""

    ACROSS = ("first horizontally, then vertically", "first along the row and then along the column")
    UPRIGHT = ("first vertically, then horizontally", "first along the column and then along the row")


@says(
    "draw a bent line {ink} from the {start} cell to the {end} cell, {first}",
    also="""
    join the {start} cell to the {end} cell by a bent line {ink}, {first}
    draw a line with one corner {ink} from the {start} cell to the {end} cell, {first}
    lead a line {ink} from the {start} cell to the {end} cell, {first}
    draw a path {ink} from the {start} cell to the {end} cell that runs {first}
    join {start} and {end} by a path {ink} that runs {first}
    """,
)
@dataclass(frozen=True)
class BentLine(Operation):
    """Between the only two cells of two colours, over background only."""

    ink: Ink
    start: Colour
    end: Colour
    first: First

    def apply(self, scene: Scene) -> Cells | None:
        start, end = (np.argwhere(scene.grid == colour.of(scene)) for colour in (self.start, self.end))
        if len(start) != 1 or len(end) != 1:
            return None
        (r0, c0), (r1, c1) = start[0], end[0]
        ink = self.ink.of(int(scene.grid[r0, c0]), scene)
        if ink is None:
            return None
        line = np.zeros_like(scene.foreground)
        row, column = (r0, c1) if self.first is First.ACROSS else (r1, c0)
        line[row, min(c0, c1) : max(c0, c1) + 1] = True
        line[min(r0, r1) : max(r0, r1) + 1, column] = True
        return np.where(line & ~scene.foreground, np.int8(ink), scene.grid)


@suggests(cost=2, same_shape=True)
def bent_lines(examples: Examples) -> Iterator[Operation]:
    """Two colours of one cell each."""
    single = [{int(c) for c in np.flatnonzero(e.scene.counts == 1)} for e in examples]
    ends = sorted(set.intersection(*single))
    if not 2 <= len(ends) <= 3:
        return
    inks: list[Ink] = [Own(), *(In(Named(c)) for c in examples.new_colours[:2])]
    for start in ends:
        for end in ends:
            if start != end:
                yield from (BentLine(ink, Named(start), Named(end), first) for ink in inks for first in First)
