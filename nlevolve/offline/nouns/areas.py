"""Areas: connected background, enclosed by other colours or open to the border."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np

from nlevolve.offline.grammar import Phrase, Range, Words, says
from nlevolve.offline.operation import Examples
from nlevolve.offline.scene import Object, Scene, find_objects

Chosen = tuple[Object, ...]


class Areas(Phrase):
    """A choice among the background areas of a scene."""

    def pick(self, scene: Scene) -> Chosen:
        raise NotImplementedError

    def of(self, scene: Scene) -> Chosen:
        """What is picked, computed once for a scene."""
        return scene.once(("areas", self), lambda: self.pick(scene))


def areas(scene: Scene) -> Chosen:
    """All background areas, whose cells are connected by their sides."""
    return scene.once("areas", lambda: _areas(scene))


def _areas(scene: Scene) -> Chosen:
    # for the finder the areas are the objects, and all that has a colour is background
    grid = scene.foreground.astype(np.int8)
    return find_objects(grid, 1, False, False) if grid.any() else ()


def enclosed_areas(scene: Scene) -> Chosen:
    """Those that do not reach the border."""
    return tuple(a for a in areas(scene) if not a.touches_border)


class AreaFact(Words):
    """What an enclosed area may be."""

    SQUARE = ("is a square", "is square", "forms a square")
    OBLONG = ("is not a square", "is not square")
    RECTANGLE = ("is a rectangle", "is rectangular", "is a full rectangle")
    IRREGULAR = ("is not a rectangle", "is not rectangular", "is irregular")
    ODD = ("has an odd number of cells", "consists of an odd number of cells")
    EVEN = ("has an even number of cells", "consists of an even number of cells")
    ODD_SIDE = ("has a side of odd length", "is an odd number of cells wide")
    EVEN_SIDE = ("has a side of even length", "is an even number of cells wide")


_FACTS: dict[AreaFact, Callable[[Object], bool]] = {
    AreaFact.SQUARE: lambda a: a.is_full and a.height == a.width,
    AreaFact.OBLONG: lambda a: not (a.is_full and a.height == a.width),
    AreaFact.RECTANGLE: lambda a: a.is_full,
    AreaFact.IRREGULAR: lambda a: not a.is_full,
    AreaFact.ODD: lambda a: a.size % 2 == 1,
    AreaFact.EVEN: lambda a: a.size % 2 == 0,
    AreaFact.ODD_SIDE: lambda a: a.width % 2 == 1,
    AreaFact.EVEN_SIDE: lambda a: a.width % 2 == 0,
}


@says(
    "every enclosed area",
    also="""
    enclosed areas
    every enclosed (region|space)
    every (area|region|space) that is enclosed [by other colours]
    the closed areas
    every [enclosed|closed] hole
    every hole [in|of] objects
    """,
)
@dataclass(frozen=True)
class Enclosed(Areas):
    """All that do not reach the border."""

    def pick(self, scene: Scene) -> Chosen:
        return enclosed_areas(scene)


@says(
    "every area that touches the border",
    also="""
    every [background] area that reaches the border
    every open area
    the [background] outside
    the (area|space) outside [of] every object
    """,
)
@dataclass(frozen=True)
class Open(Areas):
    """All that reach the border."""

    def pick(self, scene: Scene) -> Chosen:
        return tuple(a for a in areas(scene) if a.touches_border)


@says(
    "every enclosed area that {fact}",
    also="""
    enclosed (areas|regions|spaces) that {fact}
    every enclosed area which {fact}
    """,
)
@dataclass(frozen=True)
class EnclosedThat(Areas):
    """The enclosed ones of which something is true."""

    fact: AreaFact

    def pick(self, scene: Scene) -> Chosen:
        return tuple(a for a in enclosed_areas(scene) if _FACTS[self.fact](a))


class Bound(Words):
    """How a size compares to a number."""

    EXACTLY = ("exactly", "just", "precisely")
    MORE = ("more than", "over")
    FEWER = ("fewer than", "less than", "under")

    def holds(self, size: int, number: int) -> bool:
        return {"EXACTLY": size == number, "MORE": size > number, "FEWER": size < number}[self.name]


@says(
    "every enclosed area of {bound} {size} cells",
    also="""
    enclosed (areas|regions|spaces) of {bound} {size} cells
    every enclosed area (with|that has) {bound} {size} cells
    """,
)
@dataclass(frozen=True)
class EnclosedOf(Areas):
    """The enclosed ones of some size."""

    bound: Bound
    size: Annotated[int, Range(1, 400)]

    def pick(self, scene: Scene) -> Chosen:
        return tuple(a for a in enclosed_areas(scene) if self.bound.holds(a.size, self.size))


class Extreme(Words):
    """Ends of a scale."""

    LARGEST = ("largest", "most spacious")
    SMALLEST = ("smallest", "least spacious")


@says(
    "the {extreme} enclosed area",
    also="""
    the {extreme} of the enclosed areas
    the {extreme} enclosed (region|space)
    """,
)
@dataclass(frozen=True)
class EnclosedMost(Areas):
    """The largest or smallest enclosed ones; several when they tie."""

    extreme: Extreme

    def pick(self, scene: Scene) -> Chosen:
        sizes = [a.size for a in enclosed_areas(scene)]
        if not sizes:
            return ()
        best = max(sizes) if self.extreme is Extreme.LARGEST else min(sizes)
        return tuple(a for a in enclosed_areas(scene) if a.size == best)


def areas_for(examples: Examples, wanted: Sequence[Sequence[bool]], *, most: int = 3) -> Iterator[Areas]:
    """Choices that mean exactly the wanted areas in every pair, plainest first."""
    for choice in _choices(examples):
        if all(_means(choice, e.scene, row) for e, row in zip(examples, wanted, strict=True)):
            yield choice
            most -= 1
            if not most:
                return


def _means(choice: Areas, scene: Scene, row: Sequence[bool]) -> bool:
    picked = {id(a) for a in choice.of(scene)}
    return all((id(a) in picked) == meant for a, meant in zip(areas(scene), row, strict=True))


def _choices(examples: Examples) -> Iterator[Areas]:
    yield Enclosed()
    yield from map(EnclosedMost, Extreme)
    yield from map(EnclosedThat, AreaFact)
    yield Open()
    sizes = sorted({a.size for e in examples for a in enclosed_areas(e.scene)})[:16]
    yield from (EnclosedOf(Bound.EXACTLY, s) for s in sizes)
    yield from (EnclosedOf(Bound.MORE, s) for s in sizes[:-1])
    yield from (EnclosedOf(Bound.FEWER, s) for s in sizes[1:])
