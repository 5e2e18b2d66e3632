"""People's nouns: further ways to say which objects, areas, cells and colours are meant."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nlevolve.offline.grammar import pin
from nlevolve.offline.nouns.areas import AreaFact, Areas, Enclosed, EnclosedMost, EnclosedThat, Open, areas, enclosed_areas
from nlevolve.offline.nouns.areas import Extreme as AreaExtreme
from nlevolve.offline.nouns.cells import Near
from nlevolve.offline.nouns.colours import Background, Colour, Named
from nlevolve.offline.nouns.objects import (
    Coloured,
    ColouredThat,
    Commonest,
    Every,
    Foremost,
    Kind,
    MostOf,
    Objects,
    OddOneOut,
    Rank,
    That,
)
from nlevolve.offline.nouns.parts import Part, cells_of
from nlevolve.offline.nouns.rays import Coloured as ColouredCells
from nlevolve.offline.nouns.rays import In, Lone, OfColour, Own, Reach, Starts, Way
from nlevolve.offline.nouns.shades import Source
from nlevolve.offline.nouns.traits import Fact, HasFact, HasSize, IsLarger
from nlevolve.offline.scene import Mask, Object, Scene
from nlevolve.offline.wide_reading import also_read
from nlevolve.offline.wordings.acts import MostExtended

# --- facts

also_read(
    Fact.SINGLE, "(consists|is made) of [only] (1|single|lone) cell", "(has|contains) [only] (1|single) cell", "is [only] 1 cell"
)
also_read(Fact.SINGLE, "[is] consisting of (1|single) cell", "is lone cell")
also_read(Fact.SEVERAL, "(has|contains) (several|multiple|many|more than 1) cell", "is (connected|larger than 1 cell)")
also_read(
    Fact.APART,
    "doesnt touch [every] other [object]",
    "is not (touching|connected to|attached to|next to|adjacent to) [every] other [object]",
)
also_read(Fact.APART, "is not connected [to|with] other [object]", "(stand|is) alone", "is isolated")
also_read(Fact.COLOURFUL, "is multicoloured", "has (multiple|different|many|2|more than 1) colour")
also_read(Fact.HOLE, "has [an] empty inside", "is closed", "has enclosed area", "form a closed object")
also_read(Fact.BORDER, "touch (border|side)", "is (on|touching) border", "touch border of grid")
also_read(Fact.TWIN, "is repeated", "has a (match|twin)")
also_read(Fact.SYMMETRIC, "is symmetrical")
also_read(Near.SIDE, "on a side")
also_read(
    IsLarger,
    "(is|has|is made of|consist of|contain) more than {size} [connected] cell",
    "has more than {size} cell [connected|in it]",
)
also_read(HasSize, "(is made of|consist of|contain|has) [exactly|only] {size} [connected] cell")
also_read(Fact.FULL_SQUARE, "is square shaped", "is [a] [perfect] square")

# --- objects

also_read(
    Every,
    """
    [every|both|all of] coloured object
    (both|all of) object
    object in the grid
    object that is there
    everything
    every colour
    every coloured cell
    """,
)
also_read(
    Coloured,
    """
    [every|both] {colour} (1|rectangle|line|shape|part)
    [every] object in {colour}
    every {colour}
    {colour}
    [every] object made of {colour} cell
    """,
)
also_read(
    That,
    pin("[every|both] (multicoloured|colourful) object", trait=HasFact(Fact.COLOURFUL)),
    pin("[every] single coloured object", trait=HasFact(Fact.PLAIN)),
    pin("[every] [coloured] object (consisting of|with|of) (1|single|lone) cell", trait=HasFact(Fact.SINGLE)),
    pin("[every] (single|lone|isolated) [coloured] object", trait=HasFact(Fact.SINGLE)),
    pin("[every] lone cell that doesnt touch other", trait=HasFact(Fact.SINGLE)),
    pin("[every] symmetrical object", trait=HasFact(Fact.SYMMETRIC)),
    pin("[every] (hollow|closed) object", trait=HasFact(Fact.HOLE)),
    pin("(paired|pair of|double) [coloured] object", trait=HasSize(2)),
    """
    [every] coloured object that {trait}
    [every] object {trait}
    """,
)
also_read(
    ColouredThat,
    "[every] {colour} object {trait}",
    pin("[every] (single|lone|isolated) {colour} (object|cell)", trait=HasFact(Fact.SINGLE)),
    pin("[every] (paired|pair of|double) {colour} (object|cell)", trait=HasSize(2)),
    pin("[every] {colour} lone cell", trait=HasFact(Fact.SINGLE)),
)
for _rank, _more in {
    Rank.LEFTMOST: "left most",
    Rank.RIGHTMOST: "right most",
    Rank.TOPMOST: "top most",
    Rank.BOTTOMMOST: "bottom most",
    Rank.CENTRAL: "centre",
}.items():
    also_read(_rank, _more)
for _large, _largest in (("largest", True), ("smallest", False)):
    also_read(
        MostExtended,
        pin(f"{_large} [coloured] (object|1|of objects) [in grid|of grid]", largest=_largest),
        pin(f"(object|1) that is {_large} [1]", largest=_largest),
    )
also_read(
    That,
    pin("(outer|outside|enclosing) object", trait=HasFact(Fact.HOLDER)),
    pin("(inner|inside|enclosed) object", trait=HasFact(Fact.WITHIN)),
)
also_read(
    Foremost,
    """
    {rank} [coloured] object [in grid|of grid]
    (object|1) that is {rank} [1]
    object on {rank}
    {rank} 1
    {rank}
    object at {rank}
    """,
    pin("object (with|that has|containing) most cell", rank=Rank.LARGEST),
    pin("object made [up] of most cell", rank=Rank.LARGEST),
    pin("object (with|that has|containing) [the] (fewest|least) cell", rank=Rank.SMALLEST),
    pin("object with most [different] colour", rank=Rank.MOST_COLOURFUL),
)
also_read(
    MostOf,
    """
    object (with|that has|containing) {extreme} {colour} in it
    object (with|that has|containing) [the] {extreme} amount of {colour} [cell]
    object (with|that has|containing) [the] {extreme} number of {colour} [cell]
    """,
)
also_read(
    Commonest,
    """
    object (with|that has) most (copy|copies|duplicate)
    most common object
    object that (appear|occur|is repeated|repeat|is shown) (most|most often|most time)
    object that there is most of
    """,
)
also_read(
    OddOneOut,
    pin("object (that|with) (is|a) different colour [from|than] [other] [object]", kind=Kind.COLOUR),
    pin("(object|1) that is [of] [a] (different|odd|unique) colour [from|than] [other] [object]", kind=Kind.COLOUR),
    pin("different coloured object", kind=Kind.COLOUR),
    pin("object that is not the same colour as (other|rest) [object]", kind=Kind.COLOUR),
    pin("(different|odd|unique) object", kind=Kind.FORM),
    pin("object that is (different|not the same) [from|than|as] [other] [object]", kind=Kind.FORM),
)


@dataclass(frozen=True)
class ManyColoured(Objects):
    """Those of any of some colours."""

    colours: tuple[Named, ...]

    def __post_init__(self) -> None:
        if len(self.colours) < 2:
            raise ValueError("one colour is said by Coloured")

    def pick(self, scene: Scene) -> tuple[Object, ...]:
        wanted = {(colour.number,) for colour in self.colours}
        return tuple(o for o in scene.objects if o.colours in wanted)


also_read(ManyColoured, "[every] {colours} object")

# --- cells


@dataclass(frozen=True)
class OfColours(Starts):
    """Cells of any of some colours."""

    colours: tuple[Named, ...]

    def __post_init__(self) -> None:
        if len(self.colours) < 2:
            raise ValueError("one colour is said by OfColour")

    def of(self, scene: Scene) -> Mask:
        return np.isin(scene.grid, [colour.number for colour in self.colours])


also_read(OfColours, "{colours} cell", "{colours}")
also_read(OfColour, "{colour}", "single {colour} cell", "{colour} (dot|point|object)")
also_read(Lone, "lone coloured cell", "single coloured cell", "lone object")
also_read(ColouredCells, "colour cell", "every coloured cell", "colour")
also_read(Own, "(in|with|of) the same colour [as the cell|as object]", "(in|with) [its] own colour", "with the same colour cell")
also_read(In, "with {colour} [cell|line]", "in {colour} cell", "{colour}")

# --- areas

_INSIDE = "(inside|within|in|enclosed by|surrounded by|contained in|between|inside of|contained within|surrounded with)"
also_read(
    Enclosed,
    f"""
    [every] [empty|black] (area|hole|cell|gap) [that is|that has been] {_INSIDE} [coloured] (object|line|cell|border)
    [every] [empty|black] hole
    [every] (closed|enclosed|surrounded) [empty|black] (area|cell|hole)
    [every] empty area
    [every] [empty] (inside|interior|centre) [of] object
    [every] area that is enclosed [by object|by cell|by line]
    """,
)
also_read(
    EnclosedThat,
    """
    [every] [empty|black] (hole|area) that {fact}
    """,
    pin("[every] [empty|black] square shaped (hole|area|cell|object)", fact=AreaFact.SQUARE),
)
also_read(AreaFact.SQUARE, "is square shaped", "is a perfect square", "is [perfectly] square", "is perfect square only")
also_read(EnclosedMost, "{extreme} [empty|black] (hole|enclosed area)", "{extreme} of [empty|black] hole")


@dataclass(frozen=True)
class AreaMost(Areas):
    """The largest or smallest of all areas, open ones too; several when they tie."""

    extreme: AreaExtreme

    def pick(self, scene: Scene) -> tuple[Object, ...]:
        sizes = [area.size for area in areas(scene)]
        best = (max if self.extreme is AreaExtreme.LARGEST else min)(sizes, default=0)
        return tuple(area for area in areas(scene) if area.size == best)


also_read(
    AreaMost,
    "[every] {extreme} [empty|black] (area|object|cell|rectangle)",
    "{extreme} of [empty|black] area",
    "[every] {extreme} (empty|black) 1",
)
also_read(
    Open,
    """
    [black|empty] outside [area] [of object]
    (area|everything) outside [of] [every] object
    [black] background outside
    [empty] area around object
    everything outside
    """,
)


@dataclass(frozen=True)
class EnclosedIn(Areas):
    """The enclosed ones that lie in the holes of some objects."""

    objects: Objects

    def pick(self, scene: Scene) -> tuple[Object, ...]:
        holes = [cells_of(Part.HOLES, one, scene) for one in self.objects.of(scene)[:40]]
        return tuple(area for area in enclosed_areas(scene) if any((hole & area.mask).any() for hole in holes))


@dataclass(frozen=True)
class EnclosedInThat(Areas):
    """Those of which something is true as well."""

    inner: EnclosedIn
    fact: AreaFact

    def pick(self, scene: Scene) -> tuple[Object, ...]:
        right = {id(area) for area in EnclosedThat(self.fact).of(scene)}
        return tuple(area for area in self.inner.of(scene) if id(area) in right)


also_read(EnclosedIn, f"[every] [empty|black] (area|hole|cell|gap|object) [that is|that has been] {_INSIDE} {{objects}}")
also_read(EnclosedInThat, "{inner} that {fact}")
also_read(AreaExtreme.LARGEST, "large", "big")
also_read(AreaExtreme.SMALLEST, "small")

# --- parts

also_read(
    Part.HOLES,
    """
    (inside|interior|centre|middle) of
    inside
    [every] (empty|black|open|blank) [area|cell|hole|part|centre|middle] (inside|within|in|inside of|enclosed by|in middle of|in centre of) [of]
    (hole|area|cell|gap) (inside|within|in|inside of|enclosed by|in middle of|in centre of)
    what is (inside|enclosed by)
    """,
)
also_read(Part.CORNERS, "[every|4] corner [cell] of", "(outer|outside) corner of")
also_read(Part.AROUND, "[every|all|8|9] [other] cell (around|surrounding|touching|that surround|that go around|that is around)")
also_read(Part.RIM, "[rest of] (edge|border|outline|outside|outer edge|outer border) of", "outer cell of")
also_read(Part.CORE, "(inside|interior|centre|middle|inner part|middle cell) of", "inner cell of")
also_read(Part.HOLES, *(f"{colour} (inside|within|in|inside of)" for colour in ("black", "blue", "cyan", "green", "grey")))
also_read(Part.CENTRE, "(middle|centre) (cell|point|dot) (of|in)")

# --- colours


@dataclass(frozen=True)
class TheColour(Colour):
    """The only colour that is neither black nor grey, which people hardly call colours."""

    def of(self, scene: Scene) -> int | None:
        found = [int(c) for c in np.flatnonzero(scene.counts) if c not in (0, 5)]
        return found[0] if len(found) == 1 else None


also_read(TheColour, "[other] (colour|coloured)", "other colour", "colour of coloured cell")
also_read(Background, "[the] background colour", "(colour|color) of background", "empty")

# --- ways and reaches

also_read(Way.DIAGONAL, "diagonal [in every direction]", "diagonally outward")
also_read(Way.ALL, "in all 8 direction", "in every direction", "outward in every direction")
also_read(Way.STRAIGHT, "in every 4 direction", "in every direction", "in 4 direction")
also_read(
    Reach.BORDER,
    "to (border|edge|end) [of grid]",
    "until border",
    "until it reaches border",
    "until the end [of grid]",
    "across grid",
    "",
)
also_read(Reach.OVER, "to (border|edge|end) [of grid]", "until border", "until it reaches border", "across grid")
also_read(Reach.STOP, "until it reaches (border|another object|object|cell)", "until it hits (border|another object)")
also_read(Source.INSIDE, "colour of (inside|inner object|what it contain)")
