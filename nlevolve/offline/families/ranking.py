"""Colours by measure and by rank: "red for two holes", "blue, red and green from the largest to the smallest"."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from nlevolve.offline.families.painting import whole_colours
from nlevolve.offline.grammar import Phrase, Range, says
from nlevolve.offline.nouns.colours import Named
from nlevolve.offline.nouns.measures import Measure, Order
from nlevolve.offline.nouns.objects import Objects, That
from nlevolve.offline.nouns.picking import candidates, objects_for
from nlevolve.offline.nouns.shades import Plain, Shade
from nlevolve.offline.nouns.traits import Trait
from nlevolve.offline.operation import Examples, Operation, suggests
from nlevolve.offline.scene import Cells, Scene


@says(
    "{colour} for {number}",
    also="""
    {colour} if it is {number}
    {colour} when it is {number}
    """,
)
@dataclass(frozen=True)
class Case(Phrase):
    """The colour that goes with a number."""

    colour: Named
    number: Annotated[int, Range(0, 100)]


@says(
    "recolour {objects} by its {measure}: {cases}",
    also="""
    recolour {objects} according to its {measure}: {cases}
    colour {objects} by its {measure}: {cases}
    (change|set) the colour of {objects} by its {measure}: {cases}
    the colour of {objects} depends on its {measure}: {cases}
    give {objects} a colour by its {measure}: {cases}
    """,
)
@dataclass(frozen=True)
class RecolourByMeasure(Operation):
    """Objects of another number than those named stay as they are."""

    objects: Objects
    measure: Measure
    cases: tuple[Case, ...]

    def __post_init__(self) -> None:
        if len({case.number for case in self.cases}) < len(self.cases):
            raise ValueError("one colour for each number")

    def apply(self, scene: Scene) -> Cells | None:
        colours = {case.number: case.colour.number for case in self.cases}
        grid = scene.grid.copy()
        chosen = [o for o in self.objects.of(scene) if self.measure.of(o) in colours]
        for one in chosen:
            grid[one.mask] = colours[self.measure.of(one)]
        return grid if chosen else None


@says(
    "recolour {objects} {order}: {colours}",
    also="""
    recolour {objects} {order} as {colours}
    colour {objects} {order} with {colours}
    going {order}, recolour {objects} {colours}
    {order}, {objects} becomes {colours}
    go through {objects} {order} and recolour it {colours}
    """,
)
@dataclass(frozen=True)
class RecolourInOrder(Operation):
    """One colour for each place; where colours run out the rest stays as it is.

    Those that tie share a colour, unless there is one for each: then it is whose first cell comes first, row by row.
    """

    objects: Objects
    order: Order
    colours: tuple[Named, ...]

    def apply(self, scene: Scene) -> Cells | None:
        chosen = self.objects.of(scene)
        if len(chosen) < 2:
            return None
        grid = scene.grid.copy()
        places = self.order.ranks(chosen)
        if len(chosen) == len(self.colours):
            ranked = sorted(range(len(chosen)), key=places.__getitem__)
            places = [ranked.index(number) for number in range(len(chosen))]
        for one, place in zip(chosen, places, strict=True):
            if place < len(self.colours):
                grid[one.mask] = self.colours[place].number
        return grid


@says(
    "recolour {objects} {shade} if it {trait}, otherwise {other}",
    also="""
    recolour {objects} {shade} if it {trait} and {other} otherwise
    colour {objects} {shade} if it {trait}, otherwise {other}
    (turn|make) {objects} {shade} if it {trait}, otherwise {other}
    if it {trait}, recolour {objects} {shade}, otherwise {other}
    {objects} becomes {shade} if it {trait}, otherwise {other}
    """,
)
@dataclass(frozen=True)
class RecolourEither(Operation):
    """One colour for the chosen objects of which something is true, another one for the rest of them."""

    objects: Objects
    trait: Trait
    shade: Shade
    other: Shade

    def __post_init__(self) -> None:
        if self.shade == self.other:
            raise ValueError("two colours, or no condition is needed")

    def apply(self, scene: Scene) -> Cells | None:
        grid = scene.grid.copy()
        chosen = self.objects.of(scene)
        for one in chosen:
            colour = (self.shade if self.trait.holds(one, scene) else self.other).of(one, scene)
            if colour is not None:
                grid[one.mask] = colour
        return grid if chosen else None


@suggests(by_eye=True, cost=6, same_shape=True)
def colours_by_condition(examples: Examples) -> Iterator[Operation]:
    """Objects that got one of two colours: told by what is true of them."""
    became = whole_colours(examples)
    if became is None:
        return
    colours = sorted({c for row in became for c in row if c is not None})
    if len(colours) != 2:
        return
    changed = [[c is not None for c in row] for row in became]
    traits = [phrase.trait for phrase in candidates(examples) if isinstance(phrase, That)]
    for phrase in objects_for(examples, changed, most=1):
        found = 0
        for trait in traits:
            told = {
                (trait.holds(one, e.scene), colour)
                for e, row in zip(examples, became, strict=True)
                for one, colour in zip(e.scene.objects, row, strict=True)
                if colour is not None
            }
            colour_if = dict(told)
            if len(told) == len(colour_if) == 2:
                yield RecolourEither(phrase, trait, Plain(Named(colour_if[True])), Plain(Named(colour_if[False])))
                found += 1
            if found >= 4:
                break


@suggests(by_eye=True, cost=7, same_shape=True)
def colours_by_number(examples: Examples) -> Iterator[Operation]:
    """Objects that got several colours: told by a number or by their place in an order."""
    became = whole_colours(examples)
    if became is None or len({c for row in became for c in row if c is not None}) < 2:
        return
    changed = [[c is not None for c in row] for row in became]
    for phrase in objects_for(examples, changed, most=2):
        measured = [step for measure in Measure for step in _by_measure(examples, became, phrase, measure)]
        yield from measured
        # a number that goes with a colour in every pair is no accident, and needs no other objects to compare with
        for order in Order if not measured else ():
            yield from _in_order(examples, became, phrase, order)


Became = list[list[int | None]]


def _by_measure(examples: Examples, became: Became, phrase: Objects, measure: Measure) -> Iterator[Operation]:
    colours: dict[int, int] = {}
    for e, row in zip(examples, became, strict=True):
        for one, colour in zip(e.scene.objects, row, strict=True):
            if colour is not None and colours.setdefault(measure.of(one), colour) != colour:
                return
    # where many numbers share a colour, the rule is another one
    if 1 < len(colours) <= min(6, len(set(colours.values())) + 1) and max(colours) <= 100:
        yield RecolourByMeasure(phrase, measure, tuple(Case(Named(c), n) for n, c in sorted(colours.items())))


def _in_order(examples: Examples, became: Became, phrase: Objects, order: Order) -> Iterator[Operation]:
    colours: dict[int, int] = {}
    for e, row in zip(examples, became, strict=True):
        chosen = [(o, c) for o, c in zip(e.scene.objects, row, strict=True) if c is not None]
        for place, (_, colour) in zip(order.ranks([o for o, _ in chosen]), chosen, strict=True):
            if colours.setdefault(place, colour) != colour:
                return
    # one that differs from several that are alike is no order
    alike = len(colours) == 2 and any(sum(c is not None for c in row) > 2 for row in became)
    if 1 < len(colours) <= 9 and not alike:
        yield RecolourInOrder(phrase, order, tuple(Named(colours[place]) for place in range(len(colours))))
