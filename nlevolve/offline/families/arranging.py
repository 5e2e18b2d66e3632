"""Arranging: objects side by side, or one cell for each of them where they stand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

import numpy as np

from nlevolve.offline.families.listing import Along
from nlevolve.offline.grammar import Range, pin, says
from nlevolve.offline.nouns.measures import Order
from nlevolve.offline.nouns.objects import Coloured, Every, Objects
from nlevolve.offline.nouns.picking import candidates
from nlevolve.offline.operation import Example, Examples, Operation, suggests
from nlevolve.offline.scene import Cells, Object, Scene


@says(
    pin("put the boxes of {objects} {along}, {order}", gap=0),
    pin("put the boxes of {objects} {along}, {order}, with a gap of one cell", gap=1),
    also=[
        pin(
            """
        arrange {objects} {along} {order}
        line up {objects} {along} {order}
        the output is {objects} {along} {order}
        join the boxes of {objects} {along} {order}
        stack {objects} {along} {order}
        """,
            gap=0,
        ),
        pin(
            """
        arrange {objects} {along} {order} with a gap of one cell
        """,
            gap=1,
        ),
    ],
)
@dataclass(frozen=True)
class LineUp(Operation):
    """The boxes of objects as one picture; smaller ones begin at the top or left and are filled up with background."""

    objects: Objects
    along: Along
    order: Order
    gap: Annotated[int, Range(0, 1)]

    def apply(self, scene: Scene) -> Cells | None:
        chosen = self.order.sorted(self.objects.of(scene))
        if len(chosen) < 2:
            return None
        pictures = [o.patch(scene.background) for o in chosen]
        if self.along is Along.COLUMN:
            pictures = [p.T for p in pictures]
        height, width = max(len(p) for p in pictures), sum(p.shape[1] + self.gap for p in pictures) - self.gap
        if max(height, width) > 30:
            return None
        out = np.full((height, width), scene.background, dtype=np.int8)
        left = 0
        for picture in pictures:
            out[: len(picture), left : left + picture.shape[1]] = picture
            left += picture.shape[1] + self.gap
        return out.T if self.along is Along.COLUMN else out


@says(
    "shrink {objects} to one cell each, keeping how they are arranged",
    also="""
    draw one cell for {objects}, arranged as they are
    the output has one cell for {objects}, arranged as they are
    make a small map with one cell for {objects}
    reduce {objects} to one cell, keeping the arrangement
    replace {objects} by one cell, keeping the arrangement
    """,
)
@dataclass(frozen=True)
class ShrinkEach(Operation):
    """A row for each row of objects and a column for each column of them, told by where their boxes begin."""

    objects: Objects

    def apply(self, scene: Scene) -> Cells | None:
        chosen = self.objects.of(scene)
        if len(chosen) < 2:
            return None
        tops, lefts = _groups([o.top for o in chosen]), _groups([o.left for o in chosen])
        out = np.full((max(tops.values()) + 1, max(lefts.values()) + 1), scene.background, dtype=np.int8)
        for one in chosen:
            out[tops[one.top], lefts[one.left]] = one.colour
        return out


def _groups(places: list[int]) -> dict[int, int]:
    """The number of the group of each place; places next to each other are one group."""
    found: dict[int, int] = {}
    for place in sorted(set(places)):
        before = found.get(place - 1)
        found[place] = before if before is not None else max(found.values(), default=-1) + 1
    return found


@suggests(by_eye=True, cost=111, same_shape=False)
def arrangements(examples: Examples) -> Iterator[Operation]:
    """Targets as large as the boxes of some objects in a line, or with as many coloured cells as there are objects."""
    found = 0
    for phrase in (p for p in candidates(examples) if isinstance(p, Every | Coloured)):
        steps = _arrangements(phrase, examples[0])
        for step in steps if found < 6 and all(len(phrase.of(e.scene)) > 1 for e in examples) else ():
            made = step.apply(examples[0].scene)
            if made is not None and made.shape == examples[0].target.shape and (made == examples[0].target).mean() > 0.8:
                yield step
                found += 1


def _arrangements(phrase: Objects, example: Example) -> list[Operation]:
    """Those that give the size of the target."""
    chosen = phrase.of(example.scene)
    if not 1 < len(chosen) <= 30:
        return []
    steps: list[Operation] = []
    for along in Along:
        gaps = [gap for gap in (0, 1) if _length(chosen, along, gap) == example.target.shape]
        steps += [LineUp(phrase, along, order, gap) for gap in gaps for order in Order]
    if len(chosen) == int((example.target != example.scene.background).sum()):
        steps.append(ShrinkEach(phrase))
    return steps


def _length(objects: tuple[Object, ...], along: Along, gap: int) -> tuple[int, int]:
    """Rows and columns of the objects in a line."""
    heights, widths = [o.height for o in objects], [o.width for o in objects]
    extra = gap * (len(objects) - 1)
    return (sum(heights) + extra, max(widths)) if along is Along.COLUMN else (max(heights), sum(widths) + extra)
