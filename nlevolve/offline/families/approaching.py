"""Approaching: objects move towards others, into line with them, or into their middle."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from nlevolve.offline.families.moving import Shift, fixed_objects, helps, may_be_moves, moved, movers
from nlevolve.offline.grammar import says
from nlevolve.offline.nouns.objects import Objects
from nlevolve.offline.nouns.places import Side
from nlevolve.offline.operation import Examples, Operation, suggests
from nlevolve.offline.scene import Cells, Mask, Object, Scene, around


@says(
    "move {objects} towards {goal} until they touch",
    also="""
    (slide|shift|pull) {objects} towards {goal} until they (touch|meet)
    {objects} moves towards {goal} until they (touch|meet)
    {objects} is pulled towards {goal} until it touches it
    move {objects} straight to {goal} until they (touch|meet)
    move {objects} in the direction of {goal} until they touch
    (move|slide|push|bring) {objects} until it (touch|touches|meets|reaches) {goal}
    (move|slide|push|bring) {objects} (to|towards|against|up against) {goal} [until it (touch|touches|meets|reaches) [it]]
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


def _direction(one: Object, goal: Object) -> Shift:
    """One step towards the goal: to a side where they share rows or columns, else diagonal."""
    down = int(np.sign(max(goal.top - one.bottom, 0) - max(one.top - goal.bottom, 0)))
    across = int(np.sign(max(goal.left - one.right, 0) - max(one.left - goal.right, 0)))
    return (down, across)


def _approach(one: Object, goal: Object, target: Mask, scene: Scene) -> Shift:
    down, across = _direction(one, goal)
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


@says(
    "move {objects} one cell towards {goal}",
    also="""
    shift {objects} one cell towards {goal}
    {objects} moves one cell towards {goal}
    move {objects} one step towards {goal}
    push {objects} one cell in the direction of {goal}
    move {objects} by one cell in the direction of {goal}
    """,
)
@dataclass(frozen=True)
class StepTowards(Operation):
    """One cell along a row, a column or a diagonal."""

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
        return moved(scene, [(o, _direction(o, _nearest(o, goals))) for o in chosen])


@says(
    "move {objects} towards the largest object of its colour until they touch",
    also="""
    (slide|shift|pull) {objects} towards the largest object of its colour until they (touch|meet)
    {objects} moves towards the largest object of its colour until they (touch|meet)
    {objects} is pulled towards the largest object of its colour
    move {objects} to the largest object of the same colour until they touch
    move {objects} straight to the largest object of its colour
    """,
)
@dataclass(frozen=True)
class MoveToKin(Operation):
    """Each goes to the largest object that has its colour; one without such an object stays."""

    objects: Objects

    def apply(self, scene: Scene) -> Cells | None:
        shifts: list[tuple[Object, Shift]] = []
        for one in self.objects.of(scene):
            kin = max((o for o in scene.objects if o.colours == one.colours), key=lambda o: o.size)
            if kin.size > one.size:
                shifts.append((one, _approach(one, kin, kin.mask, scene)))
        return moved(scene, shifts) if shifts else None


@says(
    "move {objects} into the middle of the box around {goal}",
    also="""
    (centre|put|shift) {objects} in[to] the middle of the box around {goal}
    centre {objects} within the box around {goal}
    {objects} moves into the middle of the box around {goal}
    move {objects} so that it is centred between {goal}
    put {objects} midway between {goal}
    """,
)
@dataclass(frozen=True)
class MoveBetween(Operation):
    """The centre of each object comes to the centre of the box around all goals."""

    objects: Objects
    goal: Objects

    def __post_init__(self) -> None:
        if self.objects == self.goal:
            raise ValueError("an object moves between others")

    def apply(self, scene: Scene) -> Cells | None:
        goals = self.goal.of(scene)
        chosen = [o for o in self.objects.of(scene) if o not in goals]
        if not chosen or not goals:
            return None
        down = min(g.top for g in goals) + max(g.bottom for g in goals)
        across = min(g.left for g in goals) + max(g.right for g in goals)
        shifts = [((down - o.top - o.bottom) // 2, (across - o.left - o.right) // 2) for o in chosen]
        return moved(scene, list(zip(chosen, shifts, strict=True)))


@suggests(by_eye=True, cost=93, same_shape=True)
def approaches(examples: Examples) -> Iterator[Operation]:
    """Objects that left their place, tried with those that stayed as goals."""
    if not all(map(may_be_moves, examples)):
        return
    moving = movers(examples)[:4]
    goals = [phrase for phrase in fixed_objects(examples) if phrase not in moving[:1]][:3]
    tries: list[Operation] = [MoveToKin(objects) for objects in moving]
    for objects in moving:
        for goal in goals:
            if objects != goal:
                tries += [MoveTowards(objects, goal), StepTowards(objects, goal), MoveBetween(objects, goal)]
                tries += [AlignWith(objects, side, goal) for side in Side]
    yield from (move for move in tries if helps(move, examples[0]))
