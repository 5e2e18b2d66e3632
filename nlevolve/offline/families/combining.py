"""Steps made of steps: conditions, repetition, and the same thing done within every object, row or column."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np

from nlevolve.offline.families.leaving import LeaveAsIs
from nlevolve.offline.grammar import Words, says
from nlevolve.offline.nouns.conditions import Condition
from nlevolve.offline.nouns.objects import Every, Objects
from nlevolve.offline.operation import SUGGESTERS, Definition, Example, Examples, Operation, perform, suggests
from nlevolve.offline.scene import Cells, Scene

MOST_REPEATS = 30


class Combination(Operation):
    """A step that holds steps; they do not nest deeper than one another once."""


def _refuse(*inner: Operation) -> None:
    if any(isinstance(step, Combination | Definition | LeaveAsIs) for step in inner):
        raise ValueError("a combination holds plain steps")


@says(
    "if {condition}, {then}; otherwise {otherwise}",
    also="""
    if {condition} then {then} (otherwise|other) {otherwise}
    {then} if {condition} otherwise {otherwise}
    when {condition} {then} [but] otherwise {otherwise}
    in case {condition} {then} in (every other case|other cases) {otherwise}
    where {condition} {then} otherwise {otherwise}
    """,
)
@dataclass(frozen=True)
class IfOtherwise(Combination):
    """One step or another, by a condition."""

    condition: Condition
    then: Operation
    otherwise: Operation

    def __post_init__(self) -> None:
        _refuse(self.then, self.otherwise)

    def apply(self, scene: Scene) -> Cells | None:
        return _grid(self.then if self.condition.holds(scene) else self.otherwise, scene)


@says(
    "if {condition}, {then}",
    also="""
    if {condition} then {then}
    when {condition} {then}
    only if {condition} {then}
    in case {condition} {then}
    {then} but only if {condition}
    """,
)
@dataclass(frozen=True)
class OnlyIf(Combination):
    """A step, where a condition holds."""

    condition: Condition
    then: Operation

    def __post_init__(self) -> None:
        _refuse(self.then)

    def apply(self, scene: Scene) -> Cells | None:
        return _grid(self.then, scene) if self.condition.holds(scene) else scene.grid


@says(
    "repeat until nothing changes: {step}",
    also="""
    {step} and repeat [this] until nothing changes [any more]
    {step} [again and again|over and over] until nothing changes [any more]
    keep doing this until nothing changes {step}
    repeat this step until the grid stays the same {step}
    {step} repeatedly [until nothing changes]
    """,
)
@dataclass(frozen=True)
class Repeat(Combination):
    """A step, over and over; it is stopped after MOST_REPEATS times."""

    step: Operation

    def __post_init__(self) -> None:
        _refuse(self.step)

    @property
    def work(self) -> int:
        return 6 * self.step.work

    def apply(self, scene: Scene) -> Cells | None:
        for _ in range(MOST_REPEATS):
            following = perform(self.step, scene)
            if following is None or np.array_equal(following.grid, scene.grid):
                break
            scene = following
        return scene.grid


@says(
    "within the box of {objects}: {step}",
    also="""
    inside the box of {objects} {step}
    do this within the box of {objects} {step}
    for {objects} [taken] by itself {step}
    for {objects} within its box {step}
    apply this [only] to the box of {objects} {step}
    """,
)
@dataclass(frozen=True)
class Within(Combination):
    """Every chosen object's box is treated as a small grid of its own; the step may not change its size."""

    objects: Objects
    step: Operation

    def __post_init__(self) -> None:
        _refuse(self.step)

    def apply(self, scene: Scene) -> Cells | None:
        grid = scene.grid.copy()
        chosen = self.objects.of(scene)
        for one in chosen:
            box = grid[one.top : one.bottom + 1, one.left : one.right + 1]
            inner = _part(self.step, scene, one.box)
            if inner is not None:
                box[:] = inner
        return grid if chosen else None


class Line(Words):
    """Rows or columns."""

    ROW = ("row",)
    COLUMN = ("column",)


@says(
    "for every {line} by itself: {step}",
    also="""
    in every {line} {step}
    for every {line} {step}
    within every {line} {step}
    treat every {line} by itself [and] {step}
    do this for every {line} [separately] {step}
    """,
)
@dataclass(frozen=True)
class ForEveryLine(Combination):
    """Every row or column is treated as a grid of its own; the step may not change its size."""

    line: Line
    step: Operation

    def __post_init__(self) -> None:
        _refuse(self.step)

    def apply(self, scene: Scene) -> Cells | None:
        grid = scene.grid.copy()
        lines = grid if self.line is Line.ROW else grid.T
        for number in range(len(lines)):
            strip = lines[number : number + 1]
            inner = _part(self.step, scene, strip if self.line is Line.ROW else strip.T)
            if inner is not None:
                strip[:] = inner if self.line is Line.ROW else inner.T
        return grid


def _grid(step: Operation, scene: Scene) -> Cells | None:
    done = perform(step, scene)
    return None if done is None else done.grid


def _part(step: Operation, scene: Scene, part: Cells) -> Cells | None:
    """A part of the grid after a step, looked at like the whole; None where its size would change."""
    eye = replace(scene.eye, background=scene.background)
    inner = Scene(part.copy(), eye, scene.original)
    done = _grid(step, inner)
    return done if done is not None and done.shape == part.shape else None


MOST_PARTS = 12
"""Objects whose boxes are looked at as small puzzles."""
INSIDE = ("turning", "recolouring", "symmetrizing", "cellwise", "filling", "falling", "lines", "continuing")
"""Themes whose steps make sense within the box of an object."""


@suggests(by_eye=True, cost=180, same_shape=True)
def within_objects(examples: Examples) -> Iterator[Operation]:
    """Every object's box as a small puzzle of its own: a step that solves them all."""
    parts = _boxes(examples)
    if parts is None or not any(not part.is_done for part in parts):
        return
    for suggester in SUGGESTERS:
        if suggester.theme in INSIDE and not suggester.by_eye and suggester.fits(parts):
            for step in islice(suggester.suggest(parts), 8):
                if not isinstance(step, Combination) and all(_solves(step, part) for part in parts):
                    yield Within(Every(), step)


def _boxes(examples: Examples) -> Examples | None:
    """The boxes of the objects before and after, the changed ones first; None when something changes outside of them."""
    parts: list[Example] = []
    for e in examples:
        covered = np.zeros(e.scene.grid.shape, dtype=bool)
        eye = replace(e.scene.eye, background=e.scene.background)
        for one in e.scene.objects[:60]:
            box = slice(one.top, one.bottom + 1), slice(one.left, one.right + 1)
            covered[box] = True
            parts.append(Example(Scene(one.box, eye, e.scene.original), e.target[box]))
        if (e.changed & ~covered).any() or covered.all():
            return None
    parts.sort(key=lambda part: part.is_done)
    return Examples(tuple(parts[:MOST_PARTS])) if parts else None


def _solves(step: Operation, part: Example) -> bool:
    done = _grid(step, part.scene)
    return np.array_equal(part.scene.grid if done is None else done, part.target)
