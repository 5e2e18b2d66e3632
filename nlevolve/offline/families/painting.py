"""Painting objects: whole ones or their parts, in one colour or in one that each object brings along."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nlevolve.offline.grammar import pin, says
from nlevolve.offline.nouns.objects import Every, Objects
from nlevolve.offline.nouns.parts import OUTER, Part, cells_of
from nlevolve.offline.nouns.picking import objects_for
from nlevolve.offline.nouns.shades import Shade, shades_for
from nlevolve.offline.operation import Example, Examples, Operation, suggests
from nlevolve.offline.scene import Cells, Mask, Scene

MOST_PAINTED = 40
"""Objects of a grid whose parts are looked at; a grid with more of them is rather a texture."""


@says(
    "recolour {objects} {shade}",
    also="""
    (change|turn|make) {objects} [to|into] {shade}
    colour {objects} {shade}
    (change|set) the colour of {objects} to {shade}
    {objects} (becomes|turns|is recoloured) [to] {shade}
    recolour {objects} (to|with|in) {shade}
    (give|fill) {objects} [with] [the] [colour] {shade}
    """,
)
@dataclass(frozen=True)
class RecolourObjects(Operation):
    """All cells of each chosen object get one colour. An object without such a colour stays as it is."""

    objects: Objects
    shade: Shade

    def apply(self, scene: Scene) -> Cells | None:
        grid = scene.grid.copy()
        painted = 0
        for one in self.objects.of(scene):
            colour = self.shade.of(one, scene)
            if colour is not None:
                grid[one.mask] = colour
                painted += 1
        return grid if painted else None


@says(
    "colour {part} {objects} {shade}",
    also=[
        pin(
            """
    surround {objects} (with|by|in) {shade}
    (surround|outline) {objects} with a [one cell] {shade} (border|outline|frame|line)
    outline {objects} (in|with) {shade}
    (draw|put|add|make|create) a [one cell] {shade} (border|outline) around {objects}
    """,
            part=Part.AROUND,
        ),
        """
    fill {part} {objects} with {shade}
    (recolour|turn|make) {part} {objects} [to|into|in] {shade}
    draw {part} {objects} in {shade}
    {part} {objects} (becomes|is) {shade}
    change {part} {objects} to {shade}
    """,
    ],
)
@dataclass(frozen=True)
class PaintPart(Operation):
    """One part of each chosen object, or of what lies around it."""

    part: Part
    objects: Objects
    shade: Shade

    def apply(self, scene: Scene) -> Cells | None:
        grid = scene.grid.copy()
        painted = 0
        for one in self.objects.of(scene)[:MOST_PAINTED]:
            colour = self.shade.of(one, scene)
            if colour is not None:
                grid[cells_of(self.part, one, scene)] = colour
                painted += 1
        return grid if painted else None


@suggests(by_eye=True, cost=25, same_shape=True)
def object_colours(examples: Examples) -> Iterator[Operation]:
    """Objects that got one new colour as a whole, told from the others by what they are."""
    became = whole_colours(examples)
    if became is None:
        return
    changed = [[c is not None for c in row] for row in became]
    for shade in shades_for(examples, became):
        yield from (RecolourObjects(phrase, shade) for phrase in _phrases(examples, changed))
    for colour in sorted({c for row in became for c in row if c is not None}):
        wanted = [[c == colour for c in row] for row in became]
        if wanted != changed and all(map(any, wanted)):
            for shade in shades_for(examples, [[c if c == colour else None for c in row] for row in became]):
                yield from (RecolourObjects(phrase, shade) for phrase in _phrases(examples, wanted))


def whole_colours(examples: Examples) -> list[list[int | None]] | None:
    """For each pair and object the new colour that it got as a whole, if it did; None when some pair has no such object."""
    if not examples.same_shape:
        return None
    became = [[_new_colour(o.mask, e) for o in e.scene.objects] for e in examples]
    return became if all(any(c is not None for c in row) for row in became) else None


def _phrases(examples: Examples, wanted: list[list[bool]], most: int = 6) -> Iterator[Objects]:
    """Phrases for the wanted objects, not "every object" when a pair alone says so."""
    return (p for p in objects_for(examples, wanted, most=most) if len(examples) > 1 or not isinstance(p, Every))


def _new_colour(mask: Mask, example: Example) -> int | None:
    """The colour that the cells get when they get one; None when nothing changes or several colours come."""
    if not example.changed[mask].any():
        return None
    colours = example.target[mask]
    return int(colours[0]) if (colours == colours[0]).all() else None


@suggests(by_eye=True, cost=178, same_shape=True)
def part_colours(examples: Examples) -> Iterator[Operation]:
    """Parts that got one colour in some objects of every pair."""
    if not examples.same_shape or any(e.is_done for e in examples):
        return
    if any(not 0 < len(e.scene.objects) <= MOST_PAINTED for e in examples):
        return
    onto_empty = all((e.changed & ~e.scene.foreground).any() for e in examples)
    onto_objects = all((e.changed & e.scene.foreground).any() for e in examples)
    for part in Part:
        if (part in OUTER or part is Part.GAPS) and not onto_empty:
            continue
        if part in (Part.CORE, Part.RIM, Part.LEFT_HALF, Part.RIGHT_HALF, Part.TOP_HALF) and not onto_objects:
            continue
        yield from _paintings(examples, part)


def _paintings(examples: Examples, part: Part) -> Iterator[Operation]:
    # the pair with the fewest objects is the cheapest to rule a part out
    for e in sorted(examples, key=lambda e: len(e.scene.objects)):
        if not any(_new_colour(cells_of(part, o, e.scene), e) is not None for o in e.scene.objects):
            return
    masks = [[cells_of(part, o, e.scene) for o in e.scene.objects] for e in examples]
    became = [[_new_colour(m, e) for m in row] for e, row in zip(examples, masks, strict=True)]
    there = [[bool(m.any()) for m in row] for row in masks]
    changed = [[c is not None for c in row] for row in became]
    for shade in shades_for(examples, became):
        for phrase in _part_phrases(examples, changed, there):
            yield PaintPart(part, phrase, shade)


def _part_phrases(examples: Examples, changed: list[list[bool]], there: list[list[bool]]) -> Iterator[Objects]:
    """Phrases for the changed objects; those that have no such part may be among them or not."""
    idle = [[not c and not t for c, t in zip(a, b, strict=True)] for a, b in zip(changed, there, strict=True)]
    yield from objects_for(examples, changed, most=3)
    if any(map(any, idle)):
        wide = [[c or i for c, i in zip(a, b, strict=True)] for a, b in zip(changed, idle, strict=True)]
        yield from objects_for(examples, wide, most=2)
