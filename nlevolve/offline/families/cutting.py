"""Cutting out: the output is a part of the grid; and keeping or removing objects where they are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

import numpy as np

from nlevolve.offline.grammar import Range, pin, says
from nlevolve.offline.nouns.objects import Coloured, Every, Objects
from nlevolve.offline.nouns.picking import candidates, objects_for, one_object_for
from nlevolve.offline.operation import Example, Examples, Operation, perform, suggests
from nlevolve.offline.scene import Cells, Object, Scene


@says(
    pin("crop the grid to {objects}", alone=False),
    pin("the output is {objects} alone, cut to its box", alone=True),
    also=[
        pin(
            """
        crop [the grid] to [the] [smallest] [bounding] box (of|around) {objects}
        the output is the part of the grid under {objects}
        crop [to] {objects}
        zoom in [on|to|into] {objects}
        keep only the (box|rectangle) (of|around) {objects}
        """,
            alone=False,
        ),
        pin(
            """
        the output is [only] {objects}
        the output shows [only] {objects} [and nothing else]
        crop {objects} alone
        crop [the grid] to {objects} (alone|and leave everything else out)
        """,
            alone=True,
        ),
    ],
)
@dataclass(frozen=True)
class CropTo(Operation):
    """The smallest box around the chosen objects; `alone`: without what else lies in it."""

    objects: Objects
    alone: bool

    def apply(self, scene: Scene) -> Cells | None:
        chosen = self.objects.of(scene)
        if not chosen:
            return None
        rows = slice(min(o.top for o in chosen), max(o.bottom for o in chosen) + 1)
        columns = slice(min(o.left for o in chosen), max(o.right for o in chosen) + 1)
        grid = scene.grid
        if self.alone:
            grid = np.where(np.any([o.mask for o in chosen], axis=0), grid, np.int8(scene.background))
        return grid[rows, columns]


@says(
    pin("crop the grid to the inside of {objects}, without its rim", margin=-1),
    pin("crop the grid to {objects} with a margin of one cell around it", margin=1),
    also=[
        pin(
            """
        crop [the grid] to what is inside {objects}
        crop [the grid] to the interior of {objects}
        the output is what {objects} encloses
        the output is the inside of {objects}
        """,
            margin=-1,
        ),
        pin(
            """
        crop [the grid] to {objects} and one cell around it
        """,
            margin=1,
        ),
    ],
)
@dataclass(frozen=True)
class CropNear(Operation):
    """The box around the chosen objects, one cell larger or smaller on every side."""

    objects: Objects
    margin: Annotated[int, Range(-1, 1)]

    def __post_init__(self) -> None:
        if not self.margin:
            raise ValueError("said by CropTo")

    def apply(self, scene: Scene) -> Cells | None:
        chosen = self.objects.of(scene)
        if not chosen:
            return None
        top, left = (min(getattr(o, side) for o in chosen) - self.margin for side in ("top", "left"))
        bottom, right = (max(getattr(o, side) for o in chosen) + self.margin for side in ("bottom", "right"))
        if top < 0 or left < 0 or bottom >= scene.rows or right >= scene.columns or bottom < top or right < left:
            return None
        return scene.grid[top : bottom + 1, left : right + 1]


@says(
    pin("keep {objects} and remove everything else", kept=True),
    pin("remove {objects}", kept=False),
    also=[
        pin(
            """
        keep only {objects}
        only {objects} (stays|remains|is kept)
        remove everything (except|but) {objects}
        keep {objects} (and|but) (turn|recolour) everything else [to] background
        nothing but {objects} is left
        """,
            kept=True,
        ),
        pin(
            """
        take {objects} away
        {objects} (disappears|vanishes|is removed)
        remove {objects} from the grid
        make {objects} disappear
        """,
            kept=False,
        ),
    ],
)
@dataclass(frozen=True)
class KeepOrRemove(Operation):
    """The chosen objects stay, or go; what goes becomes background."""

    objects: Objects
    kept: bool

    def apply(self, scene: Scene) -> Cells | None:
        chosen = self.objects.of(scene)
        if not chosen:
            return None
        mask = np.any([o.mask for o in chosen], axis=0)
        return np.where(mask == self.kept, scene.grid, np.int8(scene.background))


@suggests(by_eye=True, cost=41, same_shape=False)
def crops(examples: Examples) -> Iterator[Operation]:
    """Objects whose box is the target, with or without what else is in it."""
    if all(e.same_shape for e in examples):
        return
    for alone in (False, True):
        wanted = [[_shows(e, o, alone) for o in e.scene.objects] for e in examples]
        if all(map(any, wanted)):
            # of several equal objects any will do
            yield from (CropTo(phrase, alone) for phrase in one_object_for(examples, wanted))
    everything = [[True] * len(e.scene.objects) for e in examples]
    yield from (CropTo(phrase, False) for phrase in objects_for(examples, everything, most=1))
    sized = [[(o.height, o.width) == e.target.shape for o in e.scene.objects] for e in examples]
    if all(map(any, sized)):
        yield from (CropTo(phrase, False) for phrase in one_object_for(examples, sized))


@suggests(by_eye=True, cost=32, same_shape=False)
def crops_nearby(examples: Examples) -> Iterator[Operation]:
    """Boxes of one object, or of all of one colour, that are one cell too large or too small on every side."""
    if any(e.same_shape or e.target.size > e.scene.grid.size for e in examples):
        return
    for margin in (-1, 1):
        fits = [[_off_by(e, o, margin) for o in e.scene.objects] for e in examples]
        if all(map(any, fits)):
            yield from (CropNear(phrase, margin) for phrase in one_object_for(examples, fits))
        for phrase in candidates(examples):
            if isinstance(phrase, Coloured | Every):
                cut = [perform(CropNear(phrase, margin), e.scene) for e in examples]
                if all(c is not None and c.grid.shape == e.target.shape for c, e in zip(cut, examples, strict=True)):
                    yield CropNear(phrase, margin)


def _off_by(example: Example, one: Object, margin: int) -> bool:
    return bool((one.height + 2 * margin, one.width + 2 * margin) == example.target.shape)


def _shows(example: Example, one: Object, alone: bool) -> bool:
    if (one.height, one.width) != example.target.shape:
        return False
    seen = one.patch(example.scene.background) if alone else one.box
    return bool((seen == example.target).all())


@suggests(by_eye=True, cost=59, same_shape=True)
def kept_and_removed(examples: Examples) -> Iterator[Operation]:
    """Objects that became background, told from those that stay."""
    if not examples.same_shape:
        return
    gone = [[bool((e.target[o.mask] == e.scene.background).all()) for o in e.scene.objects] for e in examples]
    if not all(map(any, gone)):
        return
    yield from (KeepOrRemove(phrase, False) for phrase in objects_for(examples, gone, most=4))
    stayed = [[not g for g in row] for row in gone]
    if all(map(any, stayed)):
        yield from (KeepOrRemove(phrase, True) for phrase in objects_for(examples, stayed, most=4))
