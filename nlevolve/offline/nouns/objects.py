"""Objects: which of them a sentence is about ("every red object", "the largest object", "every object that has a hole")."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated

from nlevolve.offline.grammar import Phrase, Range, Words, says
from nlevolve.offline.nouns.colours import Colour, Named
from nlevolve.offline.operation import Examples
from nlevolve.offline.scene import Object, Scene

Chosen = tuple[Object, ...]


class Objects(Phrase):
    """A choice among the objects of a scene."""

    def pick(self, scene: Scene) -> Chosen:
        raise NotImplementedError

    def of(self, scene: Scene) -> Chosen:
        """What is picked, computed once for a scene."""
        return scene.once(self, lambda: self.pick(scene))


class Trait(Phrase):
    """What a relative clause says of an object."""

    def holds(self, one: Object, scene: Scene) -> bool:
        raise NotImplementedError


# --- traits


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


_FACTS: dict[Fact, Callable[[Object], bool]] = {
    Fact.BORDER: lambda o: o.touches_border,
    Fact.INNER: lambda o: not o.touches_border,
    Fact.HOLE: lambda o: o.holes > 0,
    Fact.SOLID: lambda o: o.holes == 0,
    Fact.SYMMETRIC: lambda o: o.is_symmetric,
    Fact.ASYMMETRIC: lambda o: not o.is_symmetric,
    Fact.RECTANGLE: lambda o: o.is_full,
    Fact.IRREGULAR: lambda o: not o.is_full,
    Fact.SINGLE: lambda o: o.size == 1,
    Fact.SEVERAL: lambda o: o.size > 1,
    Fact.LINE: lambda o: min(o.height, o.width) == 1 < max(o.height, o.width),
    Fact.COLOURFUL: lambda o: len(o.colours) > 1,
}


@says("{fact}")
@dataclass(frozen=True)
class HasFact(Trait):
    """One of the facts."""

    fact: Fact

    def holds(self, one: Object, scene: Scene) -> bool:
        return _FACTS[self.fact](one)


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

    size: Annotated[int, Range(2, 900)]

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

    size: Annotated[int, Range(2, 900)]

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

    size: Annotated[int, Range(2, 900)]

    def holds(self, one: Object, scene: Scene) -> bool:
        return one.size < self.size


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

    colour: Colour

    def pick(self, scene: Scene) -> Chosen:
        trait = IsColour(self.colour)
        return tuple(o for o in scene.objects if trait.holds(o, scene))


@says(
    "every object that {trait}",
    also="""
    objects that {trait}
    [every|the] object which {trait}
    every object if it {trait}
    """,
)
@dataclass(frozen=True)
class That(Objects):
    """Those of which something is true."""

    trait: Trait

    def __post_init__(self) -> None:
        if isinstance(self.trait, IsColour):
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

    colour: Colour
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
    TALLEST = ("tallest",)
    SHORTEST = ("shortest",)
    WIDEST = ("widest",)
    NARROWEST = ("narrowest", "thinnest")
    TOPMOST = ("topmost", "top")
    BOTTOMMOST = ("bottommost", "bottom")
    LEFTMOST = ("leftmost", "left")
    RIGHTMOST = ("rightmost", "right")
    MOST_COLOURFUL = ("most colourful",)


_RANKS: dict[Rank, Callable[[Object], int]] = {
    Rank.LARGEST: lambda o: -o.size,
    Rank.SMALLEST: lambda o: o.size,
    Rank.TALLEST: lambda o: -o.height,
    Rank.SHORTEST: lambda o: o.height,
    Rank.WIDEST: lambda o: -o.width,
    Rank.NARROWEST: lambda o: o.width,
    Rank.TOPMOST: lambda o: o.top,
    Rank.BOTTOMMOST: lambda o: -o.bottom,
    Rank.LEFTMOST: lambda o: o.left,
    Rank.RIGHTMOST: lambda o: -o.right,
    Rank.MOST_COLOURFUL: lambda o: -len(o.colours),
}


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
        ranked = sorted(scene.objects, key=_RANKS[self.rank])
        if not ranked or (len(ranked) > 1 and _RANKS[self.rank](ranked[0]) == _RANKS[self.rank](ranked[1])):
            return ()
        return tuple(ranked[:1])


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


# --- finding the phrase for a choice

Wanted = Sequence[Sequence[bool]]
"""For each pair, for each object of its scene: whether it is meant."""


def objects_for(examples: Examples, wanted: Wanted, *, most: int = 6) -> Iterator[Objects]:
    """Phrases that mean exactly the wanted objects in every pair, plainest first, at most `most`."""
    count = 0
    for phrase in candidates(examples):
        if all(_means(phrase, e.scene, row) for e, row in zip(examples, wanted, strict=True)):
            yield phrase
            count += 1
            if count >= most:
                return


def _means(phrase: Objects, scene: Scene, row: Sequence[bool]) -> bool:
    picked = {id(o) for o in phrase.of(scene)}
    return len(picked) == sum(row) and all((id(o) in picked) == meant for o, meant in zip(scene.objects, row, strict=True))


def candidates(examples: Examples) -> Iterator[Objects]:
    """Every simple choice worth trying on these scenes, plainest first. Scenes decide which colours and sizes are named."""
    colours = [Named(c) for c in sorted({c for e in examples for o in e.scene.objects for c in o.colours})]
    sizes = sorted({o.size for e in examples for o in e.scene.objects})[:12]
    yield Every()
    yield from map(Coloured, colours)
    simple: list[Objects] = [Foremost(rank) for rank in Rank]
    traits: list[Trait] = [HasFact(fact) for fact in Fact]
    traits += (
        [HasSize(s) for s in sizes if s > 1] + [IsLarger(s) for s in sizes[:-1] if s > 1] + [IsSmaller(s) for s in sizes[1:]]
    )
    simple += [That(trait) for trait in traits] + [OddOneOut(kind) for kind in Kind]
    yield from simple
    yield from (Except(phrase) for phrase in simple if isinstance(phrase, Foremost | OddOneOut))
    yield from (Except(Coloured(colour)) for colour in colours)
    yield from (ColouredThat(colour, HasFact(fact)) for colour in colours for fact in Fact)
