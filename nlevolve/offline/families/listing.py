"""Lists: the output has one cell for every object or colour, in order; or one bar for each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from nlevolve.offline.families.answering import Side30
from nlevolve.offline.grammar import Words, pin, says
from nlevolve.offline.nouns.measures import Order
from nlevolve.offline.nouns.objects import Objects
from nlevolve.offline.nouns.picking import candidates
from nlevolve.offline.nouns.places import Side
from nlevolve.offline.operation import Examples, Operation, suggests
from nlevolve.offline.scene import Cells, Scene


class Along(Words):
    """How a list is laid out."""

    ROW = ("in a row", "side by side", "next to each other")
    COLUMN = ("in a column", "one below the other", "in one column")


@says(
    pin("write the colour of {objects} {along}, {order}", wide=1),
    pin("write the colour of {objects} {along}, {order}, each {wide} cells wide", along=Along.COLUMN),
    pin("write the colour of {objects} {along}, {order}, each {wide} cells tall", along=Along.ROW),
    also="""
    list the colour of {objects} {along}, {order}, each {wide} cells (wide|tall)
    the output is the colour of {objects} {along}, {order}, each {wide} cells (wide|tall)
    put one cell for {objects} {along}, {order}, each {wide} cells (wide|tall)
    the output shows the colour of {objects} {along}, {order}, each {wide} cells (wide|tall)
    """,
)
@dataclass(frozen=True)
class ListColours(Operation):
    """One cell, or one bar of `wide` cells across the list, for each object."""

    objects: Objects
    along: Along
    order: Order
    wide: Side30

    def apply(self, scene: Scene) -> Cells | None:
        colours = [o.colour for o in self.order.sorted(self.objects.of(scene))]
        return _listed(colours, self.along, self.wide) if colours else None


def _listed(colours: list[int], along: Along, wide: int) -> Cells:
    rows = np.repeat(np.array(colours, dtype=np.int8)[:, None], wide, axis=1)
    return rows if along is Along.COLUMN else rows.T


class Commonness(Words):
    """An order of colours."""

    MOST = ("from the most common to the least common", "from most to least common", "in order of decreasing frequency")
    LEAST = ("from the least common to the most common", "from least to most common", "in order of increasing frequency")


def ranked(scene: Scene, order: Commonness) -> list[int]:
    """The colours but the background, in order."""
    return list(scene.colours if order is Commonness.MOST else scene.colours[::-1])


@says(
    pin("list the colours {along}, {order}", wide=1),
    pin("list the colours {along}, {order}, each {wide} cells wide", along=Along.COLUMN),
    pin("list the colours {along}, {order}, each {wide} cells tall", along=Along.ROW),
    also="""
    write one cell for every colour {along}, {order}, each {wide} cells (wide|tall)
    the output is one cell for every colour {along}, {order}, each {wide} cells (wide|tall)
    the output shows the colours {along}, {order}, each {wide} cells (wide|tall)
    put the colours {along}, {order}, each {wide} cells (wide|tall)
    """,
)
@dataclass(frozen=True)
class ListByCommonness(Operation):
    """One cell, or one bar, for each colour but the background."""

    along: Along
    order: Commonness
    wide: Side30

    def apply(self, scene: Scene) -> Cells | None:
        colours = ranked(scene, self.order)
        return _listed(colours, self.along, self.wide) if colours else None


@says(
    "draw one bar for every colour, with as many cells as it has, {order}, starting at the {side}",
    also="""
    draw a bar for every colour {order}, with one cell for each of its cells, starting at the {side}
    the output is a chart with one bar for every colour {order}, growing from the {side}
    make a bar chart of the colours {order}, with bars that start at the {side}
    for every colour, {order}, draw a bar with as many cells as it has, starting at the {side}
    show how often every colour occurs by bars {order}, starting at the {side}
    """,
)
@dataclass(frozen=True)
class Bars(Operation):
    """A chart as long as the longest bar, with one row or column for each colour."""

    order: Commonness
    side: Side

    def apply(self, scene: Scene) -> Cells | None:
        colours = ranked(scene, self.order)
        if not colours or len(colours) > 30:
            return None
        longest = int(scene.counts[colours].max())
        rows = np.array([[c if n < scene.counts[c] else scene.background for n in range(longest)] for c in colours], np.int8)
        match self.side:
            case Side.LEFT:
                return rows
            case Side.RIGHT:
                return rows[:, ::-1]
            case Side.TOP:
                return rows.T
        return rows.T[::-1]


@suggests(by_eye=True, cost=6)
def lists(examples: Examples) -> Iterator[Operation]:
    """Targets that are one line of colours, repeated across."""
    for along in Along:
        lines = [e.target if along is Along.COLUMN else e.target.T for e in examples]
        widths = {line.shape[1] for line in lines}
        if len(widths) != 1 or not all((line == line[:, :1]).all() for line in lines):
            continue
        wide = widths.pop()
        wanted = [line[:, 0].tolist() for line in lines]
        if max(map(len, wanted)) < 2:
            continue
        for order in Commonness:
            if all(ranked(e.scene, order) == row for e, row in zip(examples, wanted, strict=True)):
                yield ListByCommonness(along, order, wide)
        yield from _object_lists(examples, along, wanted, wide)


def _object_lists(examples: Examples, along: Along, wanted: list[list[int]], wide: int) -> Iterator[Operation]:
    found = 0
    for phrase in candidates(examples):
        chosen = [phrase.of(e.scene) for e in examples]
        if any(len(objects) != len(row) for objects, row in zip(chosen, wanted, strict=True)):
            continue
        for order in Order:
            if all([o.colour for o in order.sorted(os)] == row for os, row in zip(chosen, wanted, strict=True)):
                yield ListColours(phrase, along, order, wide)
                found += 1
        if found >= 4:
            return


@suggests(cost=2, same_shape=False)
def charts(examples: Examples) -> Iterator[Operation]:
    """Targets with one row or column for each colour, as long as its number of cells."""
    for e in examples:
        number, longest = len(e.scene.colours), int(max([e.scene.counts[c] for c in e.scene.colours], default=0))
        if sorted(e.target.shape) != sorted((number, longest)) or e.same_shape:
            return
    yield from (Bars(order, side) for order in Commonness for side in Side)
