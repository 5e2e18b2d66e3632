"""Moving objects: by a number of cells, until something stops them, towards one another, into line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np

from nlevolve.offline.grammar import Range, Words, pin, says
from nlevolve.offline.nouns.objects import Every, Objects, candidates
from nlevolve.offline.nouns.places import Direction, Side
from nlevolve.offline.operation import Example, Examples, Operation, suggests
from nlevolve.offline.scene import Cells, Object, Scene, around

Shift = tuple[int, int]
"""Rows down and columns to the right."""


def moved(scene: Scene, shifts: Sequence[tuple[Object, Shift]]) -> Cells:
    """The grid after objects have moved; what leaves the grid is lost."""
    grid = scene.grid.copy()
    for one, _ in shifts:
        grid[one.mask] = scene.background
    for one, (down, across) in shifts:
        rows, columns = np.nonzero(one.mask)
        to_rows, to_columns = rows + down, columns + across
        inside = (to_rows >= 0) & (to_rows < scene.rows) & (to_columns >= 0) & (to_columns < scene.columns)
        grid[to_rows[inside], to_columns[inside]] = scene.grid[rows[inside], columns[inside]]
    return grid


class Far(Words):
    """How far an object moves that is not moved by a number of cells."""

    CONTACT = ("until it touches another object or the border", "until it meets something", "until it hits something")
    BORDER = ("to the border of the grid", "all the way to the border", "until it reaches the border")
    OWN_HEIGHT = ("by its own height", "by as many cells as it is tall")
    OWN_WIDTH = ("by its own width", "by as many cells as it is wide")


@says(
    pin("move {objects} one cell {direction}", distance=1),
    "move {objects} {distance} cells {direction}",
    also="""
    move {objects} {direction} by {distance} cells
    shift {objects} {distance} cells {direction}
    shift {objects} {direction} by {distance} cells
    {objects} moves {distance} cells {direction}
    {objects} moves {direction} by {distance} cells
    """,
)
@dataclass(frozen=True)
class MoveBy(Operation):
    """All chosen objects move equally far."""

    objects: Objects
    direction: Direction
    distance: Annotated[int, Range(1, 29)]

    def apply(self, scene: Scene) -> Cells | None:
        chosen = self.objects.of(scene)
        down, across = self.direction.step
        shift = (down * self.distance, across * self.distance)
        return moved(scene, [(o, shift) for o in chosen]) if chosen else None


@says(
    "move {objects} {direction} {far}",
    also="""
    (slide|shift|push|drop) {objects} {direction} {far}
    {objects} (moves|slides|falls) {direction} {far}
    let {objects} (move|slide|fall) {direction} {far}
    move {objects} {far} {direction}
    """,
)
@dataclass(frozen=True)
class MoveFar(Operation):
    """The foremost in the direction moves first, so that those behind it can close up."""

    objects: Objects
    direction: Direction
    far: Far

    def apply(self, scene: Scene) -> Cells | None:
        chosen = self.objects.of(scene)
        if not chosen:
            return None
        if self.far is Far.CONTACT:
            return _slid(scene, chosen, self.direction)
        down, across = self.direction.step
        steps = [self._steps(o, scene) for o in chosen]
        return moved(scene, [(o, (down * n, across * n)) for o, n in zip(chosen, steps, strict=True)])

    def _steps(self, one: Object, scene: Scene) -> int:
        if self.far is Far.OWN_HEIGHT:
            return one.height
        return one.width if self.far is Far.OWN_WIDTH else room(one, scene, self.direction)


def room(one: Object, scene: Scene, direction: Direction) -> int:
    """Cells between the object's box and the border."""
    rooms = {
        Direction.UP: one.top,
        Direction.DOWN: scene.rows - 1 - one.bottom,
        Direction.LEFT: one.left,
        Direction.RIGHT: scene.columns - 1 - one.right,
    }
    return rooms[direction]


def _slid(scene: Scene, chosen: Sequence[Object], direction: Direction) -> Cells:
    grid = scene.grid.copy()
    down, across = direction.step
    for one in sorted(chosen, key=lambda o: room(o, scene, direction)):
        rows, columns = np.nonzero(one.mask)
        colours = scene.grid[rows, columns]
        grid[rows, columns] = scene.background
        steps, most = 0, room(one, scene, direction)
        while steps < most:
            ahead = grid[rows + down * (steps + 1), columns + across * (steps + 1)]
            if (ahead != scene.background).any():
                break
            steps += 1
        grid[rows + down * steps, columns + across * steps] = colours
    return grid


@says(
    "move {objects} towards {goal} until they touch",
    also="""
    (slide|shift|pull) {objects} towards {goal} until they (touch|meet)
    {objects} moves towards {goal} until they (touch|meet)
    {objects} is pulled towards {goal} until it touches it
    move {objects} straight to {goal} until they (touch|meet)
    move {objects} in the direction of {goal} until they touch
    """,
)
@dataclass(frozen=True)
class MoveTowards(Operation):
    """Straight along a row or column that they share, or diagonally where they share none."""

    objects: Objects
    goal: Objects

    def __post_init__(self) -> None:
        if self.objects == self.goal:
            raise ValueError("an object moves towards another one")

    def apply(self, scene: Scene) -> Cells | None:
        goals = self.goal.of(scene)
        chosen = [o for o in self.objects.of(scene) if o not in goals]
        if not chosen or not goals:
            return None
        target = np.any([g.mask for g in goals], axis=0)
        shifts = [_approach(o, _nearest(o, goals), target, scene) for o in chosen]
        return moved(scene, list(zip(chosen, shifts, strict=True)))


def _nearest(one: Object, goals: Sequence[Object]) -> Object:
    return min(goals, key=lambda goal: _gap(one, goal))


def _gap(one: Object, other: Object) -> tuple[int, int]:
    """Empty rows and columns between, summed; fewer shifts sideways first."""
    down = max(other.top - one.bottom, one.top - other.bottom, 0)
    across = max(other.left - one.right, one.left - other.right, 0)
    return (min(down, across), down + across)


def _approach(one: Object, goal: Object, target: np.ndarray[tuple[int, ...], np.dtype[np.bool_]], scene: Scene) -> Shift:
    down = int(np.sign(max(goal.top - one.bottom, 0) - max(one.top - goal.bottom, 0)))
    across = int(np.sign(max(goal.left - one.right, 0) - max(one.left - goal.right, 0)))
    near = around(target, corners=bool(down and across))
    rows, columns = np.nonzero(one.mask)
    for steps in range(30):
        to_rows, to_columns = rows + down * steps, columns + across * steps
        if min(to_rows.min(), to_columns.min()) < 0 or to_rows.max() >= scene.rows or to_columns.max() >= scene.columns:
            return (0, 0)
        if near[to_rows, to_columns].any():
            return (down * steps, across * steps)
    return (0, 0)


@says(
    "move {objects} so that its {side} side lines up with that of {goal}",
    also="""
    align the {side} side of {objects} with that of {goal}
    line {objects} up with the {side} side of {goal}
    shift {objects} so that its {side} side is in line with that of {goal}
    {objects} moves until its {side} side is in line with that of {goal}
    move {objects} to the same {side} side as {goal}
    """,
)
@dataclass(frozen=True)
class AlignWith(Operation):
    """Across the side alone: top and bottom sides line up by moving up or down."""

    objects: Objects
    side: Side
    goal: Objects

    def apply(self, scene: Scene) -> Cells | None:
        goals = self.goal.of(scene)
        chosen = [o for o in self.objects.of(scene) if o not in goals]
        if not chosen or len(goals) != 1:
            return None
        name = self.side.name.lower()
        wanted = getattr(goals[0], name)
        along = self.side in (Side.TOP, Side.BOTTOM)
        shifts = [(wanted - getattr(o, name), 0) if along else (0, wanted - getattr(o, name)) for o in chosen]
        return moved(scene, list(zip(chosen, shifts, strict=True)))


@suggests(by_eye=True, cost=25, same_shape=True)
def moves(examples: Examples) -> Iterator[Operation]:
    """Objects whose cells changed and whose colours did not get fewer: tried with every way of moving."""
    if not all(_may_be_moves(e) for e in examples):
        return
    movers = _movers(examples)
    for objects in movers:
        for direction, distance in _distances(examples, objects):
            yield MoveBy(objects, direction, distance)
        far = [MoveFar(objects, direction, far) for direction in Direction for far in Far]
        yield from (move for move in far if _helps(move, examples[0]))
    goals = [phrase for phrase in _fixed(examples) if phrase not in movers[:1]]
    for objects in movers[:3]:
        for goal in goals[:3]:
            tries = [MoveTowards(objects, goal), *(AlignWith(objects, side, goal) for side in Side)]
            yield from (move for move in tries if _helps(move, examples[0]))


def _helps(operation: Operation, example: Example) -> bool:
    """Whether it brings the grid closer to the target."""
    grid = operation.apply(example.scene)
    return grid is not None and int((grid != example.target).sum()) < int(example.changed.sum())


def _may_be_moves(example: Example) -> bool:
    if not example.same_shape or example.is_done or not 0 < len(example.scene.objects) <= 30:
        return False
    # some may leave the grid or be covered, but nothing comes from nowhere
    now, then = example.scene.counts, example.target_counts
    others = [c for c in range(10) if c != example.scene.background]
    return bool((then[others] <= now[others]).all() and then[others].sum() * 2 >= now[others].sum())


def _movers(examples: Examples) -> list[Objects]:
    """Phrases that mean objects that left their place in every pair, and no others that can be told from them by it."""
    left = [[not np.array_equal(o.box[o.shape], e.target[o.mask]) for o in e.scene.objects] for e in examples]
    if not all(map(any, left)):
        return []
    found: list[Objects] = [Every()]
    for phrase in candidates(examples):
        if len(found) > 4:
            break
        meant = [{id(o) for o in phrase.of(e.scene)} for e in examples]
        exact = all(
            {id(o) for o, gone in zip(e.scene.objects, row, strict=True) if gone} == ids
            for e, row, ids in zip(examples, left, meant, strict=True)
        )
        if exact and phrase != Every():
            found.append(phrase)
    return found


def _fixed(examples: Examples) -> Iterator[Objects]:
    """Phrases for the objects that stay in place."""
    for phrase in candidates(examples):
        chosen = [phrase.of(e.scene) for e in examples]
        if all(chosen) and all(
            np.array_equal(o.box[o.shape], e.target[o.mask]) for e, row in zip(examples, chosen, strict=True) for o in row
        ):
            yield phrase


def _distances(examples: Examples, objects: Objects) -> Iterator[tuple[Direction, int]]:
    """Straight shifts after which the first chosen object of the first pair is where the target has it."""
    chosen = objects.of(examples[0].scene)
    if not chosen:
        return
    one, target = chosen[0], examples[0].target
    rows, columns = np.nonzero(one.mask)
    colours = one.grid[rows, columns]
    for direction in Direction:
        down, across = direction.step
        for distance in range(1, room(one, examples[0].scene, direction) + 1):
            if (target[rows + down * distance, columns + across * distance] == colours).all():
                yield direction, distance
                break
