"""Moving objects: by a number of cells, or until something stops them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np

from nlevolve.offline.grammar import Range, Words, pin, says
from nlevolve.offline.nouns.objects import Every, Objects
from nlevolve.offline.nouns.picking import candidates
from nlevolve.offline.nouns.places import Direction
from nlevolve.offline.operation import Example, Examples, Operation, suggests
from nlevolve.offline.scene import Cells, Object, Scene

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


@suggests(by_eye=True, cost=137, same_shape=True)
def moves(examples: Examples) -> Iterator[Operation]:
    """Objects whose cells changed and whose colours did not get fewer: tried with every way of moving."""
    if not all(may_be_moves(e) for e in examples):
        return
    for objects in movers(examples):
        for direction, distance in _distances(examples, objects):
            yield MoveBy(objects, direction, distance)
        far = [MoveFar(objects, direction, far) for direction in Direction for far in Far]
        yield from (move for move in far if helps(move, examples[0]))


def helps(operation: Operation, example: Example) -> bool:
    """Whether it brings the grid closer to the target."""
    grid = operation.apply(example.scene)
    return grid is not None and int((grid != example.target).sum()) < int(example.changed.sum())


def may_be_moves(example: Example) -> bool:
    if not example.same_shape or example.is_done or not 0 < len(example.scene.objects) <= 30:
        return False
    # some may leave the grid, be covered or get another colour, but nothing comes from nowhere
    now, then = (int(counts.sum() - counts[example.scene.background]) for counts in (example.scene.counts, example.target_counts))
    return now // 2 <= then <= now


def movers(examples: Examples) -> list[Objects]:
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


def fixed_objects(examples: Examples) -> Iterator[Objects]:
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
