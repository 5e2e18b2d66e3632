"""Colours for colours: one for another, swaps, colours told by how common they are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from nlevolve.offline.grammar import Phrase, pin, says
from nlevolve.offline.nouns.colours import Colour, Named, colours_for
from nlevolve.offline.nouns.owners import ColourOf
from nlevolve.offline.operation import Examples, Operation, suggests
from nlevolve.offline.scene import Cells, Scene


@says(
    "{old} to {new}",
    also="""
    {old} (becomes|into|with|by) {new}
    every {old} cell (to|into|with|by|becomes) {new} [cell]
    {old} cell (to|into|with|by|becomes|turns) {new} [cell]
    every {old} cell turns {new}
    """,
)
@dataclass(frozen=True)
class Change(Phrase):
    """One colour for another."""

    old: Colour
    new: Colour

    def __post_init__(self) -> None:
        if self.old == self.new:
            raise ValueError("a colour changes to another one")
        if isinstance(self.old, ColourOf):
            # "change the colour of the largest object" is about that object, not about all that has its colour
            raise ValueError("said by RecolourObjects")


@says(
    "change {changes}",
    also="""
    (turn|recolour|convert|replace|map|fill|colour|make) {changes}
    (change|turn) the colour {changes}
    {changes}
    (swap|replace) colours as follows: {changes}
    (recolour|change) cells from {changes}
    change the colours: {changes}
    """,
)
@dataclass(frozen=True)
class ChangeColours(Operation):
    """All changes at once: a cell changes at most one time."""

    changes: tuple[Change, ...]

    def apply(self, scene: Scene) -> Cells | None:
        table = np.arange(10, dtype=np.int8)
        for change in self.changes:
            old, new = change.old.of(scene), change.new.of(scene)
            if old is None or new is None:
                return None
            table[old] = new
        return np.asarray(table[scene.grid])


@says(
    "swap the colours {one} and {other}",
    also="""
    (exchange|swap|switch|interchange) {one} and {other}
    (exchange|swap|switch) {one} with {other}
    (exchange|swap|switch) the {one} and [the] {other} cells
    let {one} and {other} (swap|change|trade) places
    {one} and {other} are (exchanged|swapped)
    """,
)
@dataclass(frozen=True)
class SwapColours(Operation):
    """Each becomes the other."""

    one: Colour
    other: Colour

    def apply(self, scene: Scene) -> Cells | None:
        return ChangeColours((Change(self.one, self.other), Change(self.other, self.one))).apply(scene)

    def __post_init__(self) -> None:
        if self.one == self.other:
            raise ValueError("two colours are swapped")


@says(
    pin("swap the two colours of the grid"),
    also=[
        pin(
            """
    (exchange|switch|interchange) the two colours of the grid
    let the two colours trade places
    the two colours change places
    give every cell the other one of the two colours
    every cell gets the other of the two colours
    """
        )
    ],
)
@dataclass(frozen=True)
class SwapBoth(Operation):
    """Only where a grid has just two colours, the background counted too."""

    def apply(self, scene: Scene) -> Cells | None:
        present = np.flatnonzero(scene.counts)
        if len(present) != 2:
            return None
        return np.asarray(present.sum() - scene.grid, dtype=np.int8)


@suggests(cost=7, same_shape=True)
def changes(examples: Examples) -> Iterator[Operation]:
    """The colour each colour becomes: in all pairs, or where it does so most often."""
    if not examples.same_shape:
        return
    votes = np.zeros((10, 10), dtype=int)
    for e in examples:
        np.add.at(votes, (e.scene.grid.ravel(), e.target.ravel()), 1)
    mostly = {old: int(votes[old].argmax()) for old in range(10) if votes[old].any()}
    moved = {old: new for old, new in mostly.items() if new != old}
    # colours that no two pairs share are no sign that colours are what the rule is about
    if moved and (len(examples) == 1 or any(sum(e.scene.counts[old] > 0 for e in examples) > 1 for old in moved)):
        changed = tuple(Change(Named(old), Named(new)) for old, new in moved.items())
        if len(changed) == 2 and changed[0].old == changed[1].new and changed[0].new == changed[1].old:
            yield SwapColours(changed[0].old, changed[0].new)
        yield ChangeColours(changed)
        for one in changed if len(changed) > 1 else ():
            yield ChangeColours((one,))
    if all(int((e.scene.counts > 0).sum()) == 2 for e in examples):
        yield SwapBoth()
    yield from _relative_changes(examples)


def _relative_changes(examples: Examples) -> Iterator[Operation]:
    """One change whose colours are not the same in all pairs."""
    olds, news = [], []
    for e in examples:
        old, new = np.unique(e.scene.grid[e.changed]), np.unique(e.target[e.changed])
        if len(old) != 1 or len(new) != 1:
            return
        olds.append(int(old[0]))
        news.append(int(new[0]))
    for old_phrase in colours_for(examples, olds):
        for new_phrase in colours_for(examples, news):
            if old_phrase != new_phrase:
                yield ChangeColours((Change(old_phrase, new_phrase),))
