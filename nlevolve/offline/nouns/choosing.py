"""Which panels are meant: "the panel that has the most coloured cells", "the top left panel"."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np

from nlevolve.offline.grammar import Phrase, Range, Words, says
from nlevolve.offline.nouns.colours import Colour, Named
from nlevolve.offline.operation import Examples
from nlevolve.offline.scene import Cells, Scene

Bools = Sequence[bool]


class Which(Phrase):
    """A relative clause about panels."""

    def holds(self, panels: Sequence[Cells], scene: Scene) -> Bools:
        """For each panel whether it is meant."""
        raise NotImplementedError


class Trait(Words):
    """What panels may be, by themselves or among the others."""

    MOST = ("has the most coloured cells", "is the fullest", "contains the most coloured cells", "is most filled")
    FEWEST = ("has the fewest coloured cells", "is the emptiest", "contains the fewest coloured cells", "is least filled")
    ODD = ("differs from all the others", "is different from the others", "is not like the others", "is the odd one out")
    COLOURFUL = ("has the most colours", "contains the most different colours", "has the most different colours")
    PLAIN = ("has the fewest colours", "contains the fewest colours")
    SYMMETRIC = ("is symmetric", "is symmetrical", "has mirror symmetry")
    ASYMMETRIC = ("is not symmetric", "is asymmetric", "is not symmetrical", "has no symmetry")
    DIAGONAL = ("is symmetric along its main diagonal", "is its own transpose", "is symmetric about the main diagonal")
    CROOKED = ("is not symmetric along its main diagonal", "is not its own transpose")
    FULL = ("is full", "has no background cell", "is completely coloured", "is filled completely")
    EMPTY = ("is empty", "has no coloured cell", "contains nothing")
    COLOURED = ("is not empty", "has a coloured cell", "contains something")


def _extreme(values: Sequence[int], best: Callable[[Sequence[int]], int]) -> list[bool]:
    return [v == best(values) for v in values]


def _sizes(panels: Sequence[Cells], background: int) -> list[int]:
    return [int((p != background).sum()) for p in panels]


def _colours(panels: Sequence[Cells]) -> list[int]:
    return [len(np.unique(p)) for p in panels]


def _symmetric(panel: Cells) -> bool:
    return bool((panel == panel[:, ::-1]).all() or (panel == panel[::-1]).all())


def _diagonal(panel: Cells) -> bool:
    return np.array_equal(panel, panel.T)


def _odd(panels: Sequence[Cells]) -> list[bool]:
    keys = [(p.shape, p.tobytes()) for p in panels]
    return [keys.count(k) == 1 and len(keys) > 2 for k in keys]


_TRAITS: dict[Trait, Callable[[Sequence[Cells], int], list[bool]]] = {
    Trait.MOST: lambda panels, b: _extreme(_sizes(panels, b), max),
    Trait.FEWEST: lambda panels, b: _extreme(_sizes(panels, b), min),
    Trait.ODD: lambda panels, b: _odd(panels),
    Trait.COLOURFUL: lambda panels, b: _extreme(_colours(panels), max),
    Trait.PLAIN: lambda panels, b: _extreme(_colours(panels), min),
    Trait.SYMMETRIC: lambda panels, b: [_symmetric(p) for p in panels],
    Trait.ASYMMETRIC: lambda panels, b: [not _symmetric(p) for p in panels],
    Trait.DIAGONAL: lambda panels, b: [_diagonal(p) for p in panels],
    Trait.CROOKED: lambda panels, b: [not _diagonal(p) for p in panels],
    Trait.FULL: lambda panels, b: [s == p.size for s, p in zip(_sizes(panels, b), panels, strict=True)],
    Trait.EMPTY: lambda panels, b: [s == 0 for s in _sizes(panels, b)],
    Trait.COLOURED: lambda panels, b: [s > 0 for s in _sizes(panels, b)],
}


@says("{trait}")
@dataclass(frozen=True)
class HasTrait(Which):
    """One of the traits."""

    trait: Trait

    def holds(self, panels: Sequence[Cells], scene: Scene) -> Bools:
        return _TRAITS[self.trait](panels, scene.background)


@says(
    "has exactly {count} coloured cells",
    also="""
    has {count} coloured cells
    contains [exactly] {count} coloured cells
    """,
)
@dataclass(frozen=True)
class HasCells(Which):
    """So many coloured cells."""

    count: Annotated[int, Range(1, 200)]

    def holds(self, panels: Sequence[Cells], scene: Scene) -> Bools:
        return [s == self.count for s in _sizes(panels, scene.background)]


@says(
    "has a {colour} cell",
    also="""
    contains {colour} [cells]
    has {colour} cells
    """,
)
@dataclass(frozen=True)
class HasColour(Which):
    """A colour somewhere in it."""

    colour: Colour

    def holds(self, panels: Sequence[Cells], scene: Scene) -> Bools:
        colour = self.colour.of(scene)
        return [bool((p == colour).any()) for p in panels]


def which_for(examples: Examples, cut: Sequence[Sequence[Cells]], wanted: Sequence[Bools], *, most: int = 3) -> Iterator[Which]:
    """Clauses that mean exactly the wanted panels in every pair, plainest first."""
    for which in _clauses(cut):
        if all(list(which.holds(c, e.scene)) == list(w) for c, e, w in zip(cut, examples, wanted, strict=True)):
            yield which
            most -= 1
            if not most:
                return


def one_for(examples: Examples, cut: Sequence[Sequence[Cells]], right: Sequence[Bools]) -> Iterator[Which]:
    """Clauses that mean one panel in every pair, always a right one."""
    for which in _clauses(cut):
        for c, e, row in zip(cut, examples, right, strict=True):
            held = which.holds(c, e.scene)
            if sum(held) != 1 or not any(h and r for h, r in zip(held, row, strict=True)):
                break
        else:
            yield which


def _clauses(cut: Sequence[Sequence[Cells]]) -> Iterator[Which]:
    yield from map(HasTrait, Trait)
    colours = sorted({int(c) for panels in cut for c in np.unique(np.concatenate([p.ravel() for p in panels]))})
    yield from (HasColour(Named(c)) for c in colours)
    yield from (HasCells(n) for n in range(1, 7))
