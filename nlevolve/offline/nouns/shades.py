"""Shades: a colour that differs from object to object ("its own colour", "the colour of the nearest other object")."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from nlevolve.offline.grammar import Phrase, Words, says
from nlevolve.offline.nouns.colours import Background, Colour, Named
from nlevolve.offline.nouns.owners import any_colours_for
from nlevolve.offline.operation import Examples
from nlevolve.offline.scene import Mask, Object, Scene, around


class Shade(Phrase):
    """A colour for an object."""

    def of(self, one: Object, scene: Scene) -> int | None:
        """0-9, or None when the object has no such colour."""
        raise NotImplementedError


@says("{colour}")
@dataclass(frozen=True)
class Plain(Shade):
    """The same for all objects of a grid."""

    colour: Colour

    def of(self, one: Object, scene: Scene) -> int | None:
        return self.colour.of(scene)


class Source(Words):
    """Where an object gets its colour from."""

    OWN = ("its own colour", "the colour it has", "its colour", "the same colour")
    RARE = ("its least common colour", "the colour it has least of", "its rarest colour")
    INSIDE = ("the colour of the cells inside it", "the colour of what is inside it", "the colour that it encloses")
    TOUCHED = ("the colour of the cell that it touches", "the colour that it touches", "the colour next to it")
    NEAREST = ("the colour of the nearest other object", "the colour of the object nearest to it")
    IN_LINE = (
        "the colour of the single cell in line with it",
        "the colour of the single cell in its rows or columns",
    )
    TWIN = ("the colour of the object with the same form", "the colour of the other object of its form")
    COLUMN_TOP = ("the colour at the top of its column", "the colour of the topmost cell of its column")
    ROW_LEFT = ("the colour at the left end of its row", "the colour of the leftmost cell of its row")
    CORNER = ("the colour of the nearest corner of the grid", "the colour in the corner of the grid nearest to it")


def _only(scene: Scene, mask: Mask, *, but: tuple[int, ...] = ()) -> int | None:
    """The single colour among cells, background and some others left aside."""
    found = set(scene.grid[mask].tolist()) - {scene.background, *but}
    return int(found.pop()) if len(found) == 1 else None


def _inside(one: Object, scene: Scene) -> int | None:
    box = np.zeros_like(one.mask)
    box[one.top : one.bottom + 1, one.left : one.right + 1] = True
    return _only(scene, box & ~one.mask, but=one.colours)


def _gap(one: Object, other: Object) -> int:
    down = max(other.top - one.bottom, one.top - other.bottom, 0)
    across = max(other.left - one.right, one.left - other.right, 0)
    return down + across


def _nearest(one: Object, scene: Scene) -> int | None:
    gaps = sorted((_gap(one, o), o.colour) for o in scene.objects if o is not one and o.colours != one.colours)
    if not gaps or len({colour for gap, colour in gaps if gap == gaps[0][0]}) > 1:
        return None
    return gaps[0][1]


def _in_line(one: Object, scene: Scene) -> int | None:
    singles = [o for o in scene.objects if o.size == 1 and o is not one]
    found = {o.colour for o in singles if one.top <= o.top <= one.bottom or one.left <= o.left <= one.right}
    return found.pop() if len(found) == 1 else None


def _twin(one: Object, scene: Scene) -> int | None:
    found = {o.colour for o in scene.objects if o is not one and o.key == one.key and o.colour != one.colour}
    return found.pop() if len(found) == 1 else None


def _end(one: Object, scene: Scene, cells: np.ndarray[tuple[int, ...], np.dtype[np.int8]]) -> int | None:
    found = set(cells.tolist()) - {scene.background}
    return int(found.pop()) if len(found) == 1 else None


def _corner(one: Object, scene: Scene) -> int | None:
    rows, columns = scene.grid.shape
    down, across = one.top + one.bottom - (rows - 1), one.left + one.right - (columns - 1)
    if not down or not across:
        return None
    colour = int(scene.grid[-1 if down > 0 else 0, -1 if across > 0 else 0])
    return None if colour == scene.background else colour


_SOURCES: dict[Source, Callable[[Object, Scene], int | None]] = {
    Source.OWN: lambda o, _: o.colour,
    Source.RARE: lambda o, _: min(o.colours, key=lambda c: int(o.counts[c])) if len(o.colours) > 1 else None,
    Source.INSIDE: _inside,
    Source.TOUCHED: lambda o, s: _only(s, around(o.mask, corners=True), but=o.colours),
    Source.NEAREST: _nearest,
    Source.IN_LINE: _in_line,
    Source.TWIN: _twin,
    Source.COLUMN_TOP: lambda o, s: _end(o, s, s.grid[0, o.left : o.right + 1]),
    Source.ROW_LEFT: lambda o, s: _end(o, s, s.grid[o.top : o.bottom + 1, 0]),
    Source.CORNER: _corner,
}


@says("{source}")
@dataclass(frozen=True)
class From(Shade):
    """Taken from the object or from what lies around it."""

    source: Source

    def of(self, one: Object, scene: Scene) -> int | None:
        return scene.once((self, id(one)), lambda: _SOURCES[self.source](one, scene))


WantedColours = Sequence[Sequence[int | None]]
"""For each pair, for each object of its scene: the colour it is to have; None where nothing is known."""


def shades_for(examples: Examples, wanted: WantedColours) -> Iterator[Shade]:
    """Phrases that give every object the colour wanted for it, plainest first."""
    seen = {colour for row in wanted for colour in row if colour is not None}
    shades: list[Shade] = [Plain(Named(colour)) for colour in seen] if len(seen) == 1 else []
    if seen and all(e.scene.background in seen for e in examples):
        shades.insert(0, Plain(Background()))
    per_pair = [{colour for colour in row if colour is not None} for row in wanted]
    if len(seen) > 1 and all(len(colours) == 1 for colours in per_pair):
        shades += map(Plain, any_colours_for(examples, [min(colours) for colours in per_pair]))
    # where one colour is all that was seen, a name says it better than where it may come from
    shades += [From(source) for source in Source] if len(seen) > 1 else [From(Source.OWN)]
    for shade in shades:
        if all(
            colour is None or shade.of(one, e.scene) == colour
            for e, row in zip(examples, wanted, strict=True)
            for one, colour in zip(e.scene.objects, row, strict=True)
        ):
            yield shade
