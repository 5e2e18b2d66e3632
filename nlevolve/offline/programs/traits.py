"""What a relative clause says of an object, as a Python condition on `o`."""

from __future__ import annotations

from nlevolve.offline.nouns import traits
from nlevolve.offline.nouns.colours import NAMES, Named
from nlevolve.offline.nouns.traits import Fact, Trait
from nlevolve.offline.programs.unsaid import Unsaid

_FACTS = {
    Fact.BORDER: "at_border(grid, o)",
    Fact.INNER: "not at_border(grid, o)",
    Fact.HOLE: "holes_in(o) > 0",
    Fact.SOLID: "holes_in(o) == 0",
    Fact.SYMMETRIC: "is_symmetric(grid, o)",
    Fact.ASYMMETRIC: "not is_symmetric(grid, o)",
    Fact.RECTANGLE: "is_full(o)",
    Fact.IRREGULAR: "not is_full(o)",
    Fact.SINGLE: "len(o) == 1",
    Fact.SEVERAL: "len(o) > 1",
    Fact.LINE: "min(height(o), width(o)) == 1 < len(o)",
    Fact.COLOURFUL: "len(colours_of(grid, o)) > 1",
    Fact.PLAIN: "len(colours_of(grid, o)) == 1",
    Fact.SQUARE: "height(o) == width(o)",
    Fact.FULL_SQUARE: "is_full(o) and height(o) == width(o)",
    Fact.FRAME: "is_frame(o)",
    Fact.HORIZONTAL: "height(o) == 1 < width(o)",
    Fact.VERTICAL: "width(o) == 1 < height(o)",
    Fact.WIDE: "width(o) > height(o)",
    Fact.TALL: "height(o) > width(o)",
    Fact.EVEN: "len(o) % 2 == 0",
    Fact.ODD: "len(o) % 2 == 1",
    Fact.TWIN: "[form_of(other) for other in objects].count(form_of(o)) > 1",
    Fact.LONER: "[form_of(other) for other in objects].count(form_of(o)) == 1",
    Fact.SIBLING: "[colours_of(grid, other) for other in objects].count(colours_of(grid, o)) > 1",
    Fact.TOUCHING: "any(grid[r][c] != background for r, c in around(grid, o, True))",
    Fact.APART: "all(grid[r][c] == background for r, c in around(grid, o, True))",
    Fact.WITHIN: "any(lies_within(o, other) for other in objects)",
    Fact.HOLDER: "any(lies_within(other, o) for other in objects)",
}


def true_of(trait: Trait) -> str:
    """The condition. Raises Unsaid."""
    match trait:
        case traits.HasFact(fact):
            return _FACTS[fact]
        case traits.IsColour(Named(number)):
            return f"colours_of(grid, o) == [{NAMES[number].upper()}]"
        case traits.HasSize(size):
            return f"len(o) == {size}"
        case traits.IsLarger(size):
            return f"len(o) > {size}"
        case traits.IsSmaller(size):
            return f"len(o) < {size}"
        case traits.HasHoles(count):
            return f"holes_in(o) == {count}"
        case traits.HasColours(count):
            return f"len(colours_of(grid, o)) == {count}"
        case traits.Contains(Named(number)):
            return f"any({NAMES[number].upper()} in row for row in crop(grid, box_of(o)))"
        case traits.Touches(Named(number)):
            return f"touches(grid, o, {NAMES[number].upper()})"
        case traits.InLineWith(Named(number)):
            return f"in_line_with(grid, o, {NAMES[number].upper()})"
    raise Unsaid(type(trait).__name__)
