"""Objects: which of them a sentence is about ("every red object", "the largest object", "every object that has a hole")."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from nlevolve.offline.grammar import Phrase, Words, pin, says
from nlevolve.offline.nouns.colours import Named
from nlevolve.offline.nouns.traits import (
    Fact,
    HasFact,
    IsColour,
    Trait,
)
from nlevolve.offline.scene import Object, Scene

Chosen = tuple[Object, ...]


class Objects(Phrase):
    """A choice among the objects of a scene."""

    def pick(self, scene: Scene) -> Chosen:
        raise NotImplementedError

    def of(self, scene: Scene) -> Chosen:
        """What is picked, computed once for a scene."""
        return scene.once(self, lambda: self.pick(scene))


# --- choices


@says(
    "every object",
    also="""
    [all|all of] the objects
    objects
    everything that is an object
    """,
)
@dataclass(frozen=True)
class Every(Objects):
    """All of them."""

    def pick(self, scene: Scene) -> Chosen:
        return scene.objects


@says(
    "every {colour} object",
    also="""
    {colour} objects
    every object that is {colour}
    objects of colour {colour}
    every object that has colour {colour}
    """,
)
@dataclass(frozen=True)
class Coloured(Objects):
    """Those of one colour."""

    colour: Named

    def pick(self, scene: Scene) -> Chosen:
        trait = IsColour(self.colour)
        return tuple(o for o in scene.objects if trait.holds(o, scene))


@says(
    "every object that {trait}",
    also=[
        """
    objects that {trait}
    [every|the] object which {trait}
    every object if it {trait}
    """,
        pin("[every] (single|lone|isolated) cell", trait=HasFact(Fact.SINGLE)),
        pin("[every] rectangle", trait=HasFact(Fact.RECTANGLE)),
        pin("[every] hollow object", trait=HasFact(Fact.HOLE)),
    ],
)
@dataclass(frozen=True)
class That(Objects):
    """Those of which something is true."""

    trait: Trait

    def __post_init__(self) -> None:
        if isinstance(self.trait, IsColour) and isinstance(self.trait.colour, Named):
            raise ValueError("said by Coloured")

    def pick(self, scene: Scene) -> Chosen:
        return tuple(o for o in scene.objects if self.trait.holds(o, scene))


@says(
    "every {colour} object that {trait}",
    also="""
    {colour} objects that {trait}
    every {colour} object which {trait}
    """,
)
@dataclass(frozen=True)
class ColouredThat(Objects):
    """Those of a colour of which something is true as well."""

    colour: Named
    trait: Trait

    def __post_init__(self) -> None:
        if isinstance(self.trait, IsColour):
            raise ValueError("one colour is enough")

    def pick(self, scene: Scene) -> Chosen:
        return tuple(o for o in Coloured(self.colour).of(scene) if self.trait.holds(o, scene))


class Rank(Words):
    """By what an object stands out."""

    LARGEST = ("largest", "object with the most cells")
    SMALLEST = ("smallest", "object with the fewest cells")
    BULKIEST = ("bulkiest", "object with the largest box")
    TALLEST = ("tallest",)
    SHORTEST = ("shortest",)
    WIDEST = ("widest", "longest")
    NARROWEST = ("narrowest", "thinnest")
    TOPMOST = ("topmost", "top")
    BOTTOMMOST = ("bottommost", "bottom")
    LEFTMOST = ("leftmost", "left")
    RIGHTMOST = ("rightmost", "right")
    MOST_COLOURFUL = ("most colourful",)
    SECOND_LARGEST = ("second largest", "next to largest")
    SECOND_SMALLEST = ("second smallest", "next to smallest")
    CENTRAL = ("most central", "central")


def _off_centre(one: Object) -> int:
    rows, columns = one.grid.shape
    return int(abs(one.top + one.bottom - rows + 1) + abs(one.left + one.right - columns + 1))


_RANKS: dict[Rank, Callable[[Object], int]] = {
    Rank.LARGEST: lambda o: -o.size,
    Rank.SMALLEST: lambda o: o.size,
    Rank.BULKIEST: lambda o: -o.height * o.width,
    Rank.TALLEST: lambda o: -o.height,
    Rank.SHORTEST: lambda o: o.height,
    Rank.WIDEST: lambda o: -o.width,
    Rank.NARROWEST: lambda o: o.width,
    Rank.TOPMOST: lambda o: o.top,
    Rank.BOTTOMMOST: lambda o: -o.bottom,
    Rank.LEFTMOST: lambda o: o.left,
    Rank.RIGHTMOST: lambda o: -o.right,
    Rank.MOST_COLOURFUL: lambda o: -len(o.colours),
    Rank.SECOND_LARGEST: lambda o: -o.size,
    Rank.SECOND_SMALLEST: lambda o: o.size,
    Rank.CENTRAL: _off_centre,
}
_SECOND = (Rank.SECOND_LARGEST, Rank.SECOND_SMALLEST)


@says(
    "the {rank} object",
    also="""
    the {rank} of the objects
    the {rank} one
    the object that is {rank}
    """,
)
@dataclass(frozen=True)
class Foremost(Objects):
    """The one that stands out; nothing when there is a tie."""

    rank: Rank

    def pick(self, scene: Scene) -> Chosen:
        return _first(scene.objects, _RANKS[self.rank], 1 if self.rank in _SECOND else 0)


def _first(objects: Chosen, value: Callable[[Object], int], place: int = 0) -> Chosen:
    """The one object of that place when ordered by value; nothing when another one has its value."""
    ranked = sorted(objects, key=value)
    values = [value(o) for o in ranked]
    if place >= len(ranked) or values.count(values[place]) > 1 or place != sum(v < values[place] for v in values):
        return ()
    return (ranked[place],)


class Extreme(Words):
    """Most or fewest."""

    MOST = ("most", "largest number of", "greatest number of")
    FEWEST = ("fewest", "smallest number of", "least")


@says(
    "the object with the {extreme} {colour} cells",
    also="""
    the object that has the {extreme} {colour} cells
    the object containing the {extreme} {colour} cells
    the object with the {extreme} cells of colour {colour}
    """,
)
@dataclass(frozen=True)
class MostOf(Objects):
    """The one with most or fewest cells of a colour in its box; nothing when there is a tie."""

    extreme: Extreme
    colour: Named

    def pick(self, scene: Scene) -> Chosen:
        colour, sign = self.colour.of(scene), -1 if self.extreme is Extreme.MOST else 1
        return _first(scene.objects, lambda o: sign * int((o.box == colour).sum()))


@says(
    pin("the object with the most holes", extreme=Extreme.MOST),
    pin("the object with the fewest holes", extreme=Extreme.FEWEST),
    also="""
    the object that has the {extreme} holes
    the object that encloses the {extreme} areas
    the object with the {extreme} enclosed areas
    """,
)
@dataclass(frozen=True)
class MostHoles(Objects):
    """The one with most or fewest holes; nothing when there is a tie."""

    extreme: Extreme

    def pick(self, scene: Scene) -> Chosen:
        sign = -1 if self.extreme is Extreme.MOST else 1
        return _first(scene.objects, lambda o: sign * o.holes)


@says(
    "an object of the most common form",
    also="""
    one of the objects whose form is the most common
    the object that appears most often
    the object that occurs most often
    one object of the most common form
    """,
)
@dataclass(frozen=True)
class Commonest(Objects):
    """The first of those whose form occurs most often; nothing when two forms do."""

    def pick(self, scene: Scene) -> Chosen:
        ranked = Counter(o.key for o in scene.objects).most_common(2)
        if not ranked or (len(ranked) > 1 and ranked[0][1] == ranked[1][1]):
            return ()
        return tuple(o for o in scene.objects if o.key == ranked[0][0])[:1]


class Kind(Words):
    """By what an object may differ from all others, or be like them."""

    FORM = ("form", "shape", "outline")
    COLOUR = ("colour",)
    SIZE = ("size", "number of cells")


_KINDS: dict[Kind, Callable[[Object], object]] = {
    Kind.FORM: lambda o: o.key,
    Kind.COLOUR: lambda o: o.colours,
    Kind.SIZE: lambda o: o.size,
}


@says(
    "the object whose {kind} no other object has",
    also="""
    the object with a unique {kind}
    the object whose {kind} differs from all the others
    the object that has a unique {kind}
    the odd one out by {kind}
    the object with a different {kind}
    """,
)
@dataclass(frozen=True)
class OddOneOut(Objects):
    """The only one of its kind, where there is exactly one such object among at least three."""

    kind: Kind

    def pick(self, scene: Scene) -> Chosen:
        kinds = Counter(map(_KINDS[self.kind], scene.objects))
        single = tuple(o for o in scene.objects if kinds[_KINDS[self.kind](o)] == 1)
        return single if len(single) == 1 and len(scene.objects) > 2 else ()


@says(
    "every object except {others}",
    also="""
    all objects but {others}
    every object other than {others}
    the objects apart from {others}
    """,
)
@dataclass(frozen=True)
class Except(Objects):
    """All but some."""

    others: Objects

    def pick(self, scene: Scene) -> Chosen:
        left_out = {id(o) for o in self.others.of(scene)}
        return tuple(o for o in scene.objects if id(o) not in left_out)


@says(
    "every object that {one} and {other}",
    also="""
    objects that {one} and {other}
    [every] object which {one} and {other}
    """,
)
@dataclass(frozen=True)
class Both(Objects):
    """Those of which two facts are true."""

    one: HasFact
    other: HasFact

    def __post_init__(self) -> None:
        if self.one == self.other:
            raise ValueError("two facts")

    def pick(self, scene: Scene) -> Chosen:
        return tuple(o for o in That(self.one).of(scene) if self.other.holds(o, scene))
