"""Lines: rays from cells, and lines between equal cells."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlevolve.offline.grammar import Words, pin, says
from nlevolve.offline.nouns.colours import Named
from nlevolve.offline.nouns.rays import (
    Coloured,
    In,
    Ink,
    Lone,
    OfColour,
    Own,
    Path,
    Reach,
    Starts,
    Step,
    Way,
    drawn,
    paints,
    path,
)
from nlevolve.offline.operation import Example, Examples, Operation, suggests
from nlevolve.offline.scene import Cells, Mask, Scene

MOST_STARTS = 300
"""More cells than that are an area and no starting points."""


@says(
    "draw a line {ink} from every {starts} {way} {reach}",
    also="""
    draw a (ray|line) from [every] {starts} {way} {reach} {ink}
    shoot a (ray|line) {ink} from [every] {starts} {way} {reach}
    from [every] {starts} draw a (ray|line) {ink} {way} {reach}
    every {starts} shoots a (ray|line) {ink} {way} {reach}
    extend [every] {starts} {way} {reach} {ink}
    draw lines {ink} from {starts} {way} {reach}
    """,
)
@dataclass(frozen=True)
class DrawRays(Operation):
    """Rays from each start; where they cross, the first one stays."""

    ink: Ink
    starts: Starts
    way: Way
    reach: Reach

    @property
    def work(self) -> int:
        return 12

    def apply(self, scene: Scene) -> Cells | None:
        starts = np.argwhere(self.starts.of(scene))
        if not 0 < len(starts) <= MOST_STARTS:
            return None
        grid = scene.grid.copy()
        fresh = np.ones(grid.shape, dtype=np.bool_)
        fresh[tuple(starts.T)] = False
        for row, column in starts:
            colour = self.ink.of(int(scene.grid[row, column]), scene)
            if colour is None:
                return None
            for step in self.way.steps:
                at = drawn(scene, path(grid.shape, row, column, step), self.reach)
                at = at[0][fresh[at]], at[1][fresh[at]]
                grid[at] = colour
                fresh[at] = False
        return grid


STEPS = Way.ALL.steps
FEW = 60
"""Starts of a grid that are looked at when rays are to be found."""


@suggests(cost=110, same_shape=True)
def rays(examples: Examples) -> Iterator[Operation]:
    """Directions in which nearly all starts have the colour of a ray in the target."""
    if all(e.is_done for e in examples) or any(e.scene.foreground.sum() > FEW for e in examples):
        return
    inks: list[Ink] = [Own(), *(In(Named(c)) for c in examples.new_colours[:3])]
    tallies = [_tally(e, inks) for e in examples]
    for starts in _starts(examples):
        meant = [starts.of(e.scene)[e.scene.foreground] for e in examples]
        if not any(m.any() for m in meant):
            continue
        right, new, total = (
            sum(tally[k][..., m].sum(axis=-1) for tally, m in zip(tallies, meant, strict=True)) for k in range(3)
        )
        fits = (right >= 0.8 * total) & (new > 0)
        for reach, ink in np.argwhere(fits.any(axis=0)):
            towards = {step for step, fit in zip(STEPS, fits[:, reach, ink], strict=True) if fit}
            yield from (DrawRays(inks[ink], starts, way, list(Reach)[reach]) for way in _ways(towards))


Tally = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]


def _tally(e: Example, inks: list[Ink]) -> Tally:
    """For each direction, reach, ink and coloured cell, how many cells of its ray the target shows, how many of these are
    new, and how many there are."""
    rows, columns = np.nonzero(e.scene.foreground)
    colours = e.scene.grid[rows, columns]
    shape = (len(STEPS), len(Reach), len(inks), len(rows))
    right, new, total = (np.zeros(shape, dtype=np.int64) for _ in range(3))
    far = np.arange(1, max(e.target.shape))
    shades = [np.array([ink.of(int(c), e.scene) for c in colours]).reshape(-1, 1) for ink in inks]
    for k, (down, across) in enumerate(STEPS):
        to_rows, to_columns = rows[:, None] + down * far, columns[:, None] + across * far
        inside = (to_rows >= 0) & (to_rows < e.scene.rows) & (to_columns >= 0) & (to_columns < e.scene.columns)
        at = np.where(inside, to_rows, 0), np.where(inside, to_columns, 0)
        free = (e.scene.grid[at] == e.scene.background) & inside
        wanted, changed = e.target[at], e.changed[at]
        same = [wanted == shade for shade in shades]
        for j, reach in enumerate(Reach):
            painted = paints(free, inside, reach)
            total[k, j] = painted.sum(axis=1)
            for i, shown in enumerate(same):
                right[k, j, i] = (painted & shown).sum(axis=1)
                new[k, j, i] = (painted & shown & changed).sum(axis=1)
    return right, new, total


def _starts(examples: Examples) -> Iterator[Starts]:
    yield Coloured()
    common = set.intersection(*(set(e.scene.colours) for e in examples))
    some = set.union(*(set(e.scene.colours) for e in examples))
    if len(some) > 1:
        yield from (OfColour(Named(c)) for c in [*sorted(common), *sorted(some - common)][:6])
        yield Lone()


def _ways(right: set[Step]) -> Iterator[Way]:
    """The way that is just these directions; or the largest ones within them."""
    fits = [way for way in Way if set(way.steps) <= right]
    largest = max((len(way.steps) for way in fits), default=0)
    yield from (way for way in fits if len(way.steps) == largest)


class Axis(Words):
    """Where two cells lie to each other that a line joins."""

    ROWS = ("in the same row", "in one row", "that share a row")
    COLUMNS = ("in the same column", "in one column", "that share a column")
    STRAIGHT = ("in the same row or column", "in one row or column", "that share a row or column")
    DIAGONALS = ("on the same diagonal", "on one diagonal", "that share a diagonal")
    ALL = ("in the same row or column or on the same diagonal", "in line in any direction")

    @property
    def steps(self) -> tuple[Step, ...]:
        straight: tuple[Step, ...] = ((0, 1), (1, 0))
        diagonal: tuple[Step, ...] = ((1, 1), (1, -1))
        return {"ROWS": straight[:1], "COLUMNS": straight[1:], "STRAIGHT": straight, "DIAGONALS": diagonal}.get(
            self.name, straight + diagonal
        )


class Over(Words):
    """What a line between cells does to others."""

    FREE = ("if nothing lies between them", "with only background between them", "when there is nothing between them")
    BEHIND = ("behind other cells", "without covering other cells", "leaving other cells as they are")
    COVER = ("over everything between them", "across other cells", "covering other cells")


@says(
    pin("join every {starts} to the next of its colour {axis} by a line {ink}", over=Over.FREE),
    "join every {starts} to the next of its colour {axis} by a line {ink}, {over}",
    also=[
        """
    join every {starts} to the next one {axis} by a line {ink}, {over}
    join {starts} {axis} (with|by) a [straight] line {ink}, {over}
    draw a line {ink} from every {starts} to the next one of its colour {axis}, {over}
    draw a line {ink} between every two {starts} {axis}, {over}
    fill the gaps between {starts} {axis} {ink}, {over}
    draw lines {ink} between {starts} {axis}, {over}
    colour the cells between every two {starts} {axis} {ink}, {over}
    """,
        pin(
            """
    join every {starts} to the next one {axis} by a line {ink}
    join {starts} {axis} (with|by) a [straight] line {ink}
    draw a line {ink} between every two {starts} {axis}
    """,
            over=Over.FREE,
        ),
    ],
)
@dataclass(frozen=True)
class JoinCells(Operation):
    """Lines between cells of one colour that follow each other in a row, a column or a diagonal."""

    starts: Starts
    axis: Axis
    ink: Ink
    over: Over

    def apply(self, scene: Scene) -> Cells | None:
        grid = scene.grid.copy()
        meant = self.starts.of(scene)
        joined = False
        for gap in (gap for step in self.axis.steps for gap in _gaps(scene, step)):
            at, ink = gap.painted(self.over), self.ink.of(gap.colour, scene)
            if at is not None and ink is not None and meant[gap.ends[0]] and meant[gap.ends[1]]:
                joined = True
                grid[at] = ink
        return grid if joined else None


@dataclass(frozen=True, eq=False)
class Gap:
    """What lies between two cells of one colour."""

    colour: int
    ends: tuple[tuple[int, int], tuple[int, int]]
    at: Path
    free: Mask
    """Which of its cells are background."""

    def painted(self, over: Over) -> Path | None:
        """The cells that a line is drawn on; None when none is to be drawn."""
        if over is Over.FREE and not self.free.all():
            return None
        return (self.at[0][self.free], self.at[1][self.free]) if over is Over.BEHIND else self.at


def _gaps(scene: Scene, step: Step) -> list[Gap]:
    """Between each two cells of a colour that follow each other."""
    return scene.once(("gaps", step), lambda: _find_gaps(scene, step))


def _find_gaps(scene: Scene, step: Step) -> list[Gap]:
    grid, found = scene.grid, []
    last: dict[tuple[int, int], tuple[int, int]] = {}
    for row, column in np.argwhere(scene.foreground).tolist():
        line = {(0, 1): row, (1, 0): column, (1, 1): row - column, (1, -1): row + column}[step]
        key = line, int(grid[row, column])
        before = last.get(key)
        last[key] = row, column
        far = 0 if before is None else max(abs(row - before[0]), abs(column - before[1])) - 1
        if before is None or far < 1:
            continue
        along = np.arange(1, far + 1)
        at = before[0] + step[0] * along, before[1] + step[1] * along
        found.append(Gap(key[1], (before, (row, column)), at, grid[at] == scene.background))
    return found


@suggests(cost=73, same_shape=True)
def joints(examples: Examples) -> Iterator[Operation]:
    """Gaps between equal cells that have one ink in the target."""
    if all(e.is_done for e in examples) or any(e.scene.foreground.sum() > 100 for e in examples):
        return
    inks: list[Ink] = [Own(), *(In(Named(c)) for c in examples.new_colours[:3])]
    tables = {step: np.concatenate([_gap_table(e, step, inks) for e in examples]) for step in Axis.ALL.steps}
    for starts in _starts(examples):
        if isinstance(starts, Lone):
            continue
        colour = starts.colour.number if isinstance(starts, OfColour) and isinstance(starts.colour, Named) else None
        for over in Over:
            for number, ink in enumerate(inks):
                shares = {step: _share(table, colour, over, number) for step, table in tables.items()}
                right = {s for s, share in shares.items() if share and share >= 0.8}
                allowed = {s for s, share in shares.items() if share is None} | right
                axes = [a for a in Axis if right and right <= set(a.steps) <= allowed]
                if axes:
                    yield JoinCells(starts, min(axes, key=lambda a: len(a.steps)), ink, over)


Table = NDArray[np.int64]


def _gap_table(e: Example, step: Step, inks: list[Ink]) -> Table:
    """One row a gap: its colour, its cells, those free, and for each ink how many of all and of the free ones get it."""
    rows = []
    for gap in _gaps(e.scene, step):
        wanted = e.target[gap.at]
        row = [gap.colour, len(wanted), int(gap.free.sum())]
        for ink in inks:
            right = wanted == ink.of(gap.colour, e.scene)
            row += [int(right.sum()), int((right & gap.free).sum())]
        rows.append(row)
    return np.array(rows, dtype=np.int64).reshape(-1, 3 + 2 * len(inks))


def _share(table: Table, colour: int | None, over: Over, ink: int) -> float | None:
    """Of the cells that lines would be drawn on, those that get the ink; None when there are none."""
    rows = table if colour is None else table[table[:, 0] == colour]
    if over is Over.FREE:
        rows = rows[rows[:, 1] == rows[:, 2]]
    behind = over is Over.BEHIND
    total = int(rows[:, 2 if behind else 1].sum())
    return int(rows[:, 3 + 2 * ink + behind].sum()) / total if total else None
