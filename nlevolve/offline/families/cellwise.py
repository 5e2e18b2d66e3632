"""Cell by cell: the colour of a cell and what is around it decide what it becomes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from nlevolve.offline.grammar import says
from nlevolve.offline.nouns.cells import CellTrait, cell_traits
from nlevolve.offline.nouns.colours import Background, Colour, Named
from nlevolve.offline.operation import Examples, Operation, suggests
from nlevolve.offline.scene import Cells, Mask, Scene


@says(
    "recolour every {old} cell that {trait} {new}",
    also="""
    (change|turn|make) every {old} cell that {trait} [to|into] {new}
    every {old} cell that {trait} (becomes|turns|is recoloured) {new}
    colour every {old} cell that {trait} {new}
    if a {old} cell {trait} [then] it becomes {new}
    fill every {old} cell that {trait} with {new}
    """,
)
@dataclass(frozen=True)
class RecolourCells(Operation):
    """All at once: the cells are chosen before any changes."""

    old: Colour
    trait: CellTrait
    new: Colour

    def __post_init__(self) -> None:
        if self.old == self.new:
            raise ValueError("a colour changes to another one")

    def apply(self, scene: Scene) -> Cells | None:
        old, new = self.old.of(scene), self.new.of(scene)
        if old is None or new is None:
            return None
        chosen = (scene.grid == old) & self.trait.of(scene)
        return np.where(chosen, np.int8(new), scene.grid)


@says(
    "recolour every {old} cell that {trait} and {also} {new}",
    also="""
    (change|turn|make) every {old} cell that {trait} and [that] {also} [to|into] {new}
    every {old} cell that {trait} and [that] {also} (becomes|turns|is recoloured) {new}
    colour every {old} cell that {trait} and [that] {also} {new}
    if a {old} cell {trait} and {also} [then] it becomes {new}
    fill every {old} cell that {trait} and [that] {also} with {new}
    """,
)
@dataclass(frozen=True)
class RecolourCellsTwice(Operation):
    """Two things must be true of a cell."""

    old: Colour
    trait: CellTrait
    also: CellTrait
    new: Colour

    def __post_init__(self) -> None:
        if self.old == self.new or self.trait == self.also:
            raise ValueError("a colour changes to another one, for two reasons")

    def apply(self, scene: Scene) -> Cells | None:
        old, new = self.old.of(scene), self.new.of(scene)
        if old is None or new is None:
            return None
        chosen = (scene.grid == old) & self.trait.of(scene) & self.also.of(scene)
        return np.where(chosen, np.int8(new), scene.grid)


MOST_EXACT = 4


@suggests(cost=342, same_shape=True)
def rules(examples: Examples) -> Iterator[Operation]:
    """For every change of one colour to another: what is true of the cells that change and of no other of their colour."""
    if not examples.same_shape:
        return
    moves: dict[tuple[int, int], int] = {}
    for e in examples:
        for old, new in zip(e.scene.grid[e.changed].tolist(), e.target[e.changed].tolist(), strict=True):
            moves[old, new] = moves.get((old, new), 0) + 1
    for (old, new), _ in sorted(moves.items(), key=lambda item: -item[1])[:4]:
        yield from _reasons(examples, old, new)


def _reasons(examples: Examples, old: int, new: int) -> Iterator[Operation]:
    """Traits that choose exactly the cells that change, alone or by two; otherwise the one that comes nearest."""
    before = [e.scene.grid == old for e in examples]
    wanted = [b & (e.target == new) for b, e in zip(before, examples, strict=True)]
    total = sum(int(w.sum()) for w in wanted)
    is_background = all(e.scene.background == old for e in examples)
    name: Colour = Background() if is_background and old != 0 else Named(old)
    colours = [int(c) for c in np.flatnonzero(np.logical_and.reduce([e.scene.counts > 0 for e in examples]))]
    covering: list[tuple[int, CellTrait, list[Mask]]] = []
    exact = 0
    for trait in cell_traits(colours):
        if any((w & ~trait.of(e.scene)).any() for w, e in zip(wanted, examples, strict=True)):
            continue
        found = [trait.of(e.scene) & b for e, b in zip(examples, before, strict=True)]
        surplus = sum(int(f.sum()) for f in found) - total
        if surplus == 0:
            exact += 1
            yield RecolourCells(name, trait, Named(new))
            if exact == MOST_EXACT:
                return
        covering.append((surplus, trait, found))
    covering.sort(key=lambda item: item[0])
    if exact:
        return
    for place, (_, one, found) in enumerate(covering[:12]):
        for _, other, too in covering[place + 1 : 40]:
            if sum(int((a & b).sum()) for a, b in zip(found, too, strict=True)) == total:
                exact += 1
                yield RecolourCellsTwice(name, one, other, Named(new))
                if exact == MOST_EXACT:
                    return
    if covering and covering[0][0] < total:
        yield RecolourCells(name, covering[0][1], Named(new))
