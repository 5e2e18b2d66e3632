"""Phrases as Python expressions over `grid`, `background` and `objects`: colours, choices of objects, shades."""

from __future__ import annotations

from nlevolve.offline.nouns import objects as choices
from nlevolve.offline.nouns.colours import (
    NAMES,
    Background,
    Colour,
    LeastCommon,
    MostCommon,
    Named,
    Prevailing,
)
from nlevolve.offline.nouns.objects import Kind, Objects, Rank
from nlevolve.offline.nouns.owners import ColourOf
from nlevolve.offline.nouns.shades import From, Plain, Shade, Source
from nlevolve.offline.programs.traits import true_of
from nlevolve.offline.programs.unsaid import Unsaid


def name_of(colour: Named) -> str:
    """RED for red."""
    return NAMES[colour.number].upper()


def colour_expression(phrase: Colour) -> str:
    """What the colour is in this grid; it may come to None. Raises Unsaid."""
    match phrase:
        case Named():
            return name_of(phrase)
        case Background():
            return "background"
        case MostCommon():
            return "most_common_colour(grid, background)"
        case LeastCommon():
            return "least_common_colour(grid, background)"
        case Prevailing():
            return "most_common([cell for row in grid for cell in row])"
        case ColourOf():
            return f"shared_colour(grid, {picked(phrase.objects)})"
    raise Unsaid(type(phrase).__name__)


_VALUES = {
    Rank.LARGEST: "-len(o)",
    Rank.SMALLEST: "len(o)",
    Rank.BULKIEST: "-height(o) * width(o)",
    Rank.TALLEST: "-height(o)",
    Rank.SHORTEST: "height(o)",
    Rank.WIDEST: "-width(o)",
    Rank.NARROWEST: "width(o)",
    Rank.TOPMOST: "box_of(o)[0]",
    Rank.LEFTMOST: "box_of(o)[1]",
    Rank.BOTTOMMOST: "-box_of(o)[2]",
    Rank.RIGHTMOST: "-box_of(o)[3]",
    Rank.MOST_COLOURFUL: "-len(colours_of(grid, o))",
    Rank.SECOND_LARGEST: "-len(o)",
    Rank.SECOND_SMALLEST: "len(o)",
}
_SECOND = (Rank.SECOND_LARGEST, Rank.SECOND_SMALLEST)
_KINDS = {Kind.FORM: "form_of(o)", Kind.COLOUR: "colours_of(grid, o)", Kind.SIZE: "len(o)"}


def picked(phrase: Objects) -> str:
    """The chosen ones of `objects`. Raises Unsaid."""
    match phrase:
        case choices.Every():
            return "objects"
        case choices.Coloured(colour):
            return f"[o for o in objects if colours_of(grid, o) == [{name_of(colour)}]]"
        case choices.That(trait):
            return f"[o for o in objects if {true_of(trait)}]"
        case choices.ColouredThat(colour, trait):
            return f"[o for o in objects if colours_of(grid, o) == [{name_of(colour)}] and {true_of(trait)}]"
        case choices.Both(one, other):
            return f"[o for o in objects if {true_of(one)} and {true_of(other)}]"
        case choices.Except(others):
            return f"[o for o in objects if o not in {picked(others)}]"
        case choices.OddOneOut(kind):
            return f"odd_one_out(objects, [{_KINDS[kind]} for o in objects])"
        case choices.Commonest():
            return "commonest(objects)"
    second = isinstance(phrase, choices.Foremost) and phrase.rank in _SECOND
    return f"foremost(objects, [{_value(phrase)} for o in objects]{', 1' if second else ''})"


def _value(phrase: Objects) -> str:
    match phrase:
        case choices.Foremost(rank) if rank in _VALUES:
            return _VALUES[rank]
        case choices.MostHoles(extreme):
            return f"{_sign(extreme)}holes_in(o)"
        case choices.MostOf(extreme, colour):
            inside = f"[cell for row in crop(grid, box_of(o)) for cell in row].count({name_of(colour)})"
            return f"{_sign(extreme)}{inside}"
    raise Unsaid(type(phrase).__name__)


def _sign(extreme: choices.Extreme) -> str:
    return "-" if extreme is choices.Extreme.MOST else ""


_SHADES = {
    Source.OWN: "colour_of(grid, o)",
    Source.INSIDE: "only([cell for row in crop(grid, box_of(o)) for cell in row], [background, *colours_of(grid, o)])",
    Source.TOUCHED: "only([grid[r][c] for r, c in around(grid, o, True)], [background, *colours_of(grid, o)])",
    Source.TWIN: "only([colour_of(grid, other) for other in objects if form_of(other) == form_of(o)], [colour_of(grid, o)])",
    Source.COLUMN_TOP: "only(grid[0][box_of(o)[1] : box_of(o)[3] + 1], [background])",
    Source.ROW_LEFT: "only([row[0] for row in grid[box_of(o)[0] : box_of(o)[2] + 1]], [background])",
}


def shade(phrase: Shade) -> str:
    """The colour for an object `o`. Raises Unsaid."""
    match phrase:
        case Plain(colour):
            return colour_expression(colour)
        case From(source) if source in _SHADES:
            return _SHADES[source]
    raise Unsaid(type(phrase).__name__)
