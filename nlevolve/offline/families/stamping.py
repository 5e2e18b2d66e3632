"""Stamping: cells set around objects, and copies of objects put where others are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, product

import numpy as np

from nlevolve.offline.grammar import Phrase, Words, pin, says
from nlevolve.offline.nouns.colours import Named
from nlevolve.offline.nouns.objects import Coloured, Every, Objects, That
from nlevolve.offline.nouns.picking import candidates
from nlevolve.offline.nouns.traits import Fact, HasFact
from nlevolve.offline.operation import Example, Examples, Operation, suggests
from nlevolve.offline.scene import Cells, Object, Scene


class Place(Words):
    """A place just outside an object's box."""

    ABOVE = ("above it", "directly above it", "at its top side")
    BELOW = ("below it", "directly below it", "at its bottom side")
    LEFT = ("to its left", "to the left of it", "at its left side")
    RIGHT = ("to its right", "to the right of it", "at its right side")
    TOP_LEFT = ("off its top left corner", "diagonally off its top left corner", "at its upper left")
    TOP_RIGHT = ("off its top right corner", "diagonally off its top right corner", "at its upper right")
    BOTTOM_LEFT = ("off its bottom left corner", "diagonally off its bottom left corner", "at its lower left")
    BOTTOM_RIGHT = ("off its bottom right corner", "diagonally off its bottom right corner", "at its lower right")

    def cells(self, one: Object) -> list[tuple[int, int]]:
        """The cells of the place that lie in the grid: one for a corner, a side's length for a side."""
        words = self.name.split("_")
        rows = [one.top - 1] if words[0] in ("TOP", "ABOVE") else [one.bottom + 1] if words[0] in ("BOTTOM", "BELOW") else None
        columns = [one.left - 1] if words[-1] == "LEFT" else [one.right + 1] if words[-1] == "RIGHT" else None
        found = product(rows or range(one.top, one.bottom + 1), columns or range(one.left, one.right + 1))
        height, width = one.grid.shape
        return [(r, c) for r, c in found if 0 <= r < height and 0 <= c < width]


@says(
    "{colour} {place}",
    also="""
    a {colour} cell {place}
    {colour} cells {place}
    """,
)
@dataclass(frozen=True)
class Placement(Phrase):
    """A colour and where it goes."""

    colour: Named
    place: Place


@says(
    "around {objects} put {placements}",
    also="""
    around {objects} draw {placements}
    at the sides or corners of {objects} put {placements}
    give {objects} some neighbours: {placements}
    surround {objects} as follows: {placements}
    beside {objects} add {placements}
    """,
)
@dataclass(frozen=True)
class Surround(Operation):
    """Background cells around each chosen object get colours by their place."""

    objects: Objects
    placements: tuple[Placement, ...]

    def __post_init__(self) -> None:
        if len({p.place for p in self.placements}) < len(self.placements):
            raise ValueError("one colour for each place")

    def apply(self, scene: Scene) -> Cells | None:
        chosen = self.objects.of(scene)
        grid = scene.grid.copy()
        for one in chosen:
            for placement in self.placements:
                for cell in placement.place.cells(one):
                    if scene.grid[cell] == scene.background:
                        grid[cell] = placement.colour.number
        return grid if chosen else None


@says(
    pin("put a copy of {pattern} on {targets}, centre on centre", moved=False),
    pin("put a copy of {pattern} on {targets}, centre on centre, and remove the original", moved=True),
    also=[
        pin(
            """
        stamp {pattern} on {targets}, centre on centre
        copy {pattern} onto {targets}, centre on centre
        (put|draw) a copy of {pattern} centred on {targets}
        copy {pattern} so that it is centred on {targets}
        """,
            moved=False,
        ),
        pin(
            """
        replace {targets} by a copy of {pattern} and remove the original
        copy {pattern} onto {targets}, centre on centre, then remove the original
        """,
            moved=True,
        ),
    ],
)
@dataclass(frozen=True)
class Stamp(Operation):
    """The cells of one object copied over each target; what would leave the grid is lost."""

    pattern: Objects
    targets: Objects
    moved: bool

    def __post_init__(self) -> None:
        if self.pattern == self.targets:
            raise ValueError("an object is stamped on others")

    def apply(self, scene: Scene) -> Cells | None:
        patterns = self.pattern.of(scene)
        targets = [o for o in self.targets.of(scene) if o not in patterns]
        if len(patterns) != 1 or not targets:
            return None
        one = patterns[0]
        grid = scene.grid.copy()
        if self.moved:
            grid[one.mask] = scene.background
        rows, columns = np.nonzero(one.mask)
        for target in targets:
            grid[target.mask] = scene.background
        for target in targets:
            to_rows = rows + (target.top + target.bottom - one.top - one.bottom) // 2
            to_columns = columns + (target.left + target.right - one.left - one.right) // 2
            inside = (to_rows >= 0) & (to_rows < scene.rows) & (to_columns >= 0) & (to_columns < scene.columns)
            grid[to_rows[inside], to_columns[inside]] = scene.grid[rows[inside], columns[inside]]
        return grid


@suggests(by_eye=True, cost=17, same_shape=True)
def surroundings(examples: Examples) -> Iterator[Operation]:
    """Places around objects that get one colour wherever they are background, not all of them the same."""
    if any(e.is_done or not 0 < len(e.scene.objects) <= 30 for e in examples):
        return
    if not all((e.changed & ~e.scene.foreground).any() for e in examples):
        return
    colours = sorted({o.colour for e in examples for o in e.scene.objects})
    phrases: list[Objects] = [Every(), *(Coloured(Named(c)) for c in colours), That(HasFact(Fact.SINGLE))]
    for phrase in phrases:
        if all(phrase.of(e.scene) for e in examples):
            found = [(place, _colour_at(examples, phrase, place)) for place in Place]
            placements = tuple(Placement(Named(colour), place) for place, colour in found if colour is not None)
            if len(placements) > 1 or (len(placements) == 1 and placements[0].place.name.count("_")):
                yield Surround(phrase, placements)


def _colour_at(examples: Examples, phrase: Objects, place: Place) -> int | None:
    """The colour that a place gets at all chosen objects; None when colours differ or nothing changes."""
    found: set[int] = set()
    for e in examples:
        for one in phrase.of(e.scene):
            found |= {int(e.target[cell]) for cell in place.cells(one) if e.scene.grid[cell] == e.scene.background}
        if len(found) > 1:
            return None
    colour = found.pop() if found else None
    return None if colour in {e.scene.background for e in examples} else colour


@suggests(by_eye=True, cost=11, same_shape=True)
def stamps(examples: Examples) -> Iterator[Operation]:
    """Objects that changed, and one larger than a cell that may have been put in their place."""
    if any(e.is_done or not 1 < len(e.scene.objects) <= 30 for e in examples):
        return
    changed = [[bool(e.changed[o.mask].any()) for o in e.scene.objects] for e in examples]
    if not all(map(any, changed)):
        return
    patterns = [p for p in candidates(examples) if all(_is_pattern(p, e) for e in examples)]
    targets = islice((p for p in candidates(examples) if _are_changed(p, examples, changed)), 3)
    for target in targets:
        for pattern, moved in product(patterns[:3], (False, True)):
            if pattern != target:
                yield Stamp(pattern, target, moved)


def _is_pattern(phrase: Objects, example: Example) -> bool:
    chosen = phrase.of(example.scene)
    return len(chosen) == 1 and chosen[0].size > 1


def _are_changed(phrase: Objects, examples: Examples, changed: Sequence[Sequence[bool]]) -> bool:
    for e, row in zip(examples, changed, strict=True):
        chosen = phrase.of(e.scene)
        if not chosen or not all(gone for o, gone in zip(e.scene.objects, row, strict=True) if o in chosen):
            return False
    return True
