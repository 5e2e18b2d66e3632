"""Traits: what a relative clause says of an object ("that has a hole", "that touches a red cell")."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from nlevolve.offline.grammar import Phrase, Range, Words, pin, says
from nlevolve.offline.nouns.colours import Colour, Named
from nlevolve.offline.scene import Object, Scene, around


class Trait(Phrase):
    """What a relative clause says of an object."""

    def holds(self, one: Object, scene: Scene) -> bool:
        raise NotImplementedError


@says(
    "is {colour}",
    also="""
    has colour {colour}
    is {colour} in colour
    is coloured {colour}
    """,
)
@dataclass(frozen=True)
class IsColour(Trait):
    """Of one colour only, and that one."""

    colour: Colour

    def holds(self, one: Object, scene: Scene) -> bool:
        return one.colours == (self.colour.of(scene),)


class Fact(Words):
    """Facts about one object, as they are said in a relative clause after "that"."""

    BORDER = ("touches the border", "touches the border of the grid", "is at the border", "touches an edge of the grid")
    INNER = ("does not touch the border", "does not touch an edge of the grid", "is away from the border")
    HOLE = ("has a hole", "has holes", "encloses an area", "is hollow", "contains a hole")
    SOLID = ("has no hole", "does not have a hole", "has no holes", "is without a hole")
    SYMMETRIC = ("is symmetric", "is symmetrical", "has a symmetry", "has mirror symmetry")
    ASYMMETRIC = ("is not symmetric", "is not symmetrical", "is asymmetric", "has no symmetry")
    RECTANGLE = ("is a full rectangle", "is a rectangle", "is rectangular", "is a filled rectangle", "forms a rectangle")
    IRREGULAR = ("is not a full rectangle", "is not a rectangle", "is not rectangular", "is irregular")
    SINGLE = ("is a single cell", "consists of a single cell", "has one cell", "is one cell large")
    SEVERAL = ("has more than one cell", "is not a single cell", "consists of several cells")
    LINE = ("is a straight line", "is a line", "forms a line", "forms a straight line")
    COLOURFUL = ("has more than one colour", "has several colours", "is multicoloured", "contains several colours")
    PLAIN = ("has one colour only", "has only one colour", "is of a single colour")
    SQUARE = ("is as wide as it is tall", "is as tall as it is wide", "fits a square box", "lies in a square box")
    FULL_SQUARE = ("is a full square", "is a square", "is a filled square", "forms a square")
    FRAME = ("is a rectangular frame", "is a frame", "is a hollow rectangle", "is the outline of a rectangle")
    HORIZONTAL = ("is a horizontal line", "forms a horizontal line", "is a line that runs horizontally")
    VERTICAL = ("is a vertical line", "forms a vertical line", "is a line that runs vertically")
    WIDE = ("is wider than it is tall", "is wider than tall", "is broader than it is tall")
    TALL = ("is taller than it is wide", "is taller than wide", "is higher than it is wide")
    EVEN = ("has an even number of cells", "consists of an even number of cells", "has an even size")
    ODD = ("has an odd number of cells", "consists of an odd number of cells", "has an odd size")
    TWIN = ("has the same form as another object", "has the form of another object", "occurs more than once")
    LONER = ("has a form of its own", "has another form than every other object", "occurs only once")
    SIBLING = ("has the colour of another object", "has the same colour as another object", "shares its colour")
    TOUCHING = ("touches another object", "is in contact with another object", "is next to another object")
    WITHIN = ("lies within the box of another object", "is inside another object", "is contained in another object")
    HOLDER = ("has another object within its box", "contains another object", "has another object inside")
    APART = ("touches no other object", "does not touch another object", "stands alone")


def _frequency(scene: Scene, key: Callable[[Object], object]) -> Counter[object]:
    return scene.once(("frequency", key), lambda: Counter(map(key, scene.objects)))


def form_of(one: Object) -> object:
    """Equal for objects of one form."""
    return one.key


def colours_of(one: Object) -> object:
    """Equal for objects of the same colours."""
    return one.colours


def _touches_another(one: Object, scene: Scene) -> bool:
    return bool((around(one.mask, corners=True) & scene.foreground).any())


def _within(one: Object, other: Object) -> bool:
    rows = other.top <= one.top and one.bottom <= other.bottom
    return one is not other and rows and other.left <= one.left and one.right <= other.right


def _is_frame(one: Object) -> bool:
    return min(one.height, one.width) > 2 and one.size == 2 * (one.height + one.width) - 4 and not one.shape[1:-1, 1:-1].any()


_FACTS: dict[Fact, Callable[[Object, Scene], bool]] = {
    Fact.BORDER: lambda o, _: o.touches_border,
    Fact.HOLE: lambda o, _: o.holes > 0,
    Fact.SYMMETRIC: lambda o, _: o.is_symmetric,
    Fact.RECTANGLE: lambda o, _: o.is_full,
    Fact.SINGLE: lambda o, _: o.size == 1,
    Fact.LINE: lambda o, _: min(o.height, o.width) == 1 < max(o.height, o.width),
    Fact.COLOURFUL: lambda o, _: len(o.colours) > 1,
    Fact.SQUARE: lambda o, _: o.height == o.width,
    Fact.FULL_SQUARE: lambda o, _: o.is_full and o.height == o.width,
    Fact.FRAME: lambda o, _: _is_frame(o),
    Fact.HORIZONTAL: lambda o, _: o.height == 1 < o.width,
    Fact.VERTICAL: lambda o, _: o.width == 1 < o.height,
    Fact.WIDE: lambda o, _: o.width > o.height,
    Fact.TALL: lambda o, _: o.height > o.width,
    Fact.EVEN: lambda o, _: o.size % 2 == 0,
    Fact.TWIN: lambda o, s: _frequency(s, form_of)[o.key] > 1,
    Fact.SIBLING: lambda o, s: _frequency(s, colours_of)[o.colours] > 1,
    Fact.TOUCHING: _touches_another,
    Fact.WITHIN: lambda o, s: any(_within(o, other) for other in s.objects),
    Fact.HOLDER: lambda o, s: any(_within(other, o) for other in s.objects),
}
_OPPOSITES = {
    Fact.INNER: Fact.BORDER,
    Fact.SOLID: Fact.HOLE,
    Fact.ASYMMETRIC: Fact.SYMMETRIC,
    Fact.IRREGULAR: Fact.RECTANGLE,
    Fact.SEVERAL: Fact.SINGLE,
    Fact.PLAIN: Fact.COLOURFUL,
    Fact.ODD: Fact.EVEN,
    Fact.LONER: Fact.TWIN,
    Fact.APART: Fact.TOUCHING,
}


@says("{fact}")
@dataclass(frozen=True)
class HasFact(Trait):
    """One of the facts."""

    fact: Fact

    def holds(self, one: Object, scene: Scene) -> bool:
        opposite = _OPPOSITES.get(self.fact)
        return _FACTS[self.fact](one, scene) if opposite is None else not _FACTS[opposite](one, scene)


Cells900 = Annotated[int, Range(2, 900)]
"""A number of cells that is worth saying."""


@says(
    "has exactly {size} cells",
    also="""
    has {size} cells
    consists of {size} cells
    is {size} cells large
    has a size of {size}
    """,
)
@dataclass(frozen=True)
class HasSize(Trait):
    """So many cells."""

    size: Cells900

    def holds(self, one: Object, scene: Scene) -> bool:
        return one.size == self.size


@says(
    "has more than {size} cells",
    also="""
    is larger than {size} cells
    has over {size} cells
    consists of more than {size} cells
    """,
)
@dataclass(frozen=True)
class IsLarger(Trait):
    """More cells than so many."""

    size: Cells900

    def holds(self, one: Object, scene: Scene) -> bool:
        return one.size > self.size


@says(
    "has fewer than {size} cells",
    also="""
    is smaller than {size} cells
    has less than {size} cells
    """,
)
@dataclass(frozen=True)
class IsSmaller(Trait):
    """Fewer cells than so many."""

    size: Cells900

    def holds(self, one: Object, scene: Scene) -> bool:
        return one.size < self.size


@says(
    pin("has exactly one hole", count=1),
    "has exactly {count} holes",
    also="""
    has {count} holes
    encloses {count} areas
    contains {count} holes
    """,
)
@dataclass(frozen=True)
class HasHoles(Trait):
    """So many holes."""

    count: Annotated[int, Range(1, 20)]

    def holds(self, one: Object, scene: Scene) -> bool:
        return one.holes == self.count


@says(
    "has {count} colours",
    also="""
    has exactly {count} colours
    is made of {count} colours
    contains {count} colours
    """,
)
@dataclass(frozen=True)
class HasColours(Trait):
    """So many colours."""

    count: Annotated[int, Range(2, 9)]

    def holds(self, one: Object, scene: Scene) -> bool:
        return len(one.colours) == self.count


@says(
    "contains a {colour} cell",
    also="""
    has a {colour} cell in it
    includes a {colour} cell
    contains {colour}
    has some {colour} in it
    """,
)
@dataclass(frozen=True)
class Contains(Trait):
    """The colour is among its cells, or stands within its box."""

    colour: Named

    def holds(self, one: Object, scene: Scene) -> bool:
        return bool((one.box == self.colour.of(scene)).any())


@says(
    "touches a {colour} cell",
    also="""
    touches {colour}
    is next to a {colour} cell
    is in contact with a {colour} cell
    is adjacent to a {colour} cell
    """,
)
@dataclass(frozen=True)
class Touches(Trait):
    """A cell of the colour lies beside it, by a side."""

    colour: Named

    def holds(self, one: Object, scene: Scene) -> bool:
        return bool((scene.grid[around(one.mask, corners=False)] == self.colour.of(scene)).any())


@says(
    "is in line with a {colour} cell",
    also="""
    shares a row or column with a {colour} cell
    has a {colour} cell in one of its rows or columns
    lies in the same row or column as a {colour} cell
    """,
)
@dataclass(frozen=True)
class InLineWith(Trait):
    """Some cell of the colour lies outside it in a row or a column that it spans."""

    colour: Named

    def holds(self, one: Object, scene: Scene) -> bool:
        wanted = (scene.grid == self.colour.of(scene)) & ~one.mask
        return bool(wanted[one.top : one.bottom + 1].any() or wanted[:, one.left : one.right + 1].any())
