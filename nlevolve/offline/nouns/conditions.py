"""Conditions on a grid: what stands between "if" and the comma."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np

from nlevolve.offline.grammar import Phrase, Range, Words, says
from nlevolve.offline.nouns.colours import Colour, Named
from nlevolve.offline.nouns.objects import Objects
from nlevolve.offline.scene import Scene


class Condition(Phrase):
    """Something that is true of a scene or not."""

    def holds(self, scene: Scene) -> bool:
        raise NotImplementedError


@says(
    "there is a {colour} cell",
    also="""
    the grid (contains|has) [a|some] {colour} [cells]
    there is {colour} in the grid
    there are {colour} cells
    {colour} (occurs|appears) in the grid
    {colour} is present
    """,
)
@dataclass(frozen=True)
class HasColour(Condition):
    """A colour occurs."""

    colour: Colour

    def holds(self, scene: Scene) -> bool:
        colour = self.colour.of(scene)
        return colour is not None and bool(scene.counts[colour])


class Form(Words):
    """Facts about a whole grid, after "the grid"."""

    LEFT_RIGHT = ("is symmetric left to right", "has left-right symmetry", "equals its mirror image left to right")
    TOP_BOTTOM = ("is symmetric top to bottom", "has top-bottom symmetry", "equals its mirror image top to bottom")
    DIAGONAL = ("is symmetric along its main diagonal", "equals its transpose")
    WIDE = ("is wider than it is tall", "is wider than tall", "has more columns than rows")
    TALL = ("is taller than it is wide", "is taller than wide", "has more rows than columns")
    SQUARE = ("is square", "is as wide as it is tall", "has as many rows as columns")
    ONE_COLOUR = ("has only one colour besides the background", "contains a single colour besides the background")


_FORMS: dict[Form, Callable[[Scene], bool]] = {
    Form.LEFT_RIGHT: lambda s: bool((s.grid == s.grid[:, ::-1]).all()),
    Form.TOP_BOTTOM: lambda s: bool((s.grid == s.grid[::-1]).all()),
    Form.DIAGONAL: lambda s: s.rows == s.columns and bool((s.grid == s.grid.T).all()),
    Form.WIDE: lambda s: s.columns > s.rows,
    Form.TALL: lambda s: s.rows > s.columns,
    Form.SQUARE: lambda s: s.rows == s.columns,
    Form.ONE_COLOUR: lambda s: len(s.colours) == 1,
}


@says("the grid {form}", also="the picture {form}")
@dataclass(frozen=True)
class GridIs(Condition):
    """One of the facts."""

    form: Form

    def holds(self, scene: Scene) -> bool:
        return _FORMS[self.form](scene)


@says("most cells are {colour}", also="{colour} is the (most common|dominant) colour of the grid")
@dataclass(frozen=True)
class MostCells(Condition):
    """One colour, background counted too, is more common than any other."""

    colour: Named

    def holds(self, scene: Scene) -> bool:
        return int(scene.counts.argmax()) == self.colour.number


@says(
    "there are more than {count} objects",
    also="""
    the grid has more than {count} objects
    the number of objects is larger than {count}
    """,
)
@dataclass(frozen=True)
class ManyObjects(Condition):
    """More objects than so many."""

    count: Annotated[int, Range(1, 20)]

    def holds(self, scene: Scene) -> bool:
        return len(scene.objects) > self.count


@says("there are exactly {count} objects", also="the grid has [exactly] {count} objects")
@dataclass(frozen=True)
class SoManyObjects(Condition):
    """As many objects."""

    count: Annotated[int, Range(1, 20)]

    def holds(self, scene: Scene) -> bool:
        return len(scene.objects) == self.count


@says("there are exactly {count} colours besides the background", also="the grid has {count} colours besides the background")
@dataclass(frozen=True)
class SoManyColours(Condition):
    """As many colours, the background left out."""

    count: Annotated[int, Range(1, 9)]

    def holds(self, scene: Scene) -> bool:
        return len(scene.colours) == self.count


@says("{objects} is {colour}", also="{objects} has colour {colour}")
@dataclass(frozen=True)
class ObjectIs(Condition):
    """All chosen objects, and there are some, have mainly this colour."""

    objects: Objects
    colour: Named

    def holds(self, scene: Scene) -> bool:
        chosen = self.objects.of(scene)
        return bool(chosen) and all(o.colour == self.colour.number for o in chosen)


def conditions_for(scenes: Sequence[Scene], wanted: Sequence[bool | None]) -> Iterator[Condition]:
    """Conditions that hold in exactly the wanted scenes (None: it does not matter), plainest first."""
    present = np.flatnonzero(sum(s.counts for s in scenes))
    phrases: list[Condition] = [HasColour(Named(int(c))) for c in present]
    phrases += [GridIs(form) for form in Form]
    phrases += [MostCells(Named(int(c))) for c in present]
    phrases += [ManyObjects(n) for n in range(1, 10)] + [SoManyColours(n) for n in range(1, 6)]
    for phrase in phrases:
        if all(want is None or phrase.holds(scene) == want for scene, want in zip(scenes, wanted, strict=True)):
            yield phrase
