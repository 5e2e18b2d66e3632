"""Panels laid over each other: cell by cell logic between them, or one on top of the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import permutations

import numpy as np

from nlevolve.offline.grammar import Phrase, Words, says
from nlevolve.offline.nouns.colours import Background, Colour, Named
from nlevolve.offline.nouns.panels import Ordinal, Panels, panels_for
from nlevolve.offline.operation import Examples, Operation, suggests
from nlevolve.offline.scene import Cells, Mask, Scene


class Logic(Words):
    """In which of the panels a place is coloured."""

    ALL = ("in all of them", "in both", "in both of them", "in every one of them", "in all panels", "in both halves")
    NONE = ("in none of them", "in neither", "in neither of them", "in no panel", "in neither half")
    SOME = ("in at least one of them", "in any of them", "in either", "in one or both of them", "in at least one panel")
    ONE = ("in exactly one of them", "in only one of them", "in one but not the other", "in just one of them")
    FIRST = ("in the first alone", "in the first but not in the second", "only in the first", "in the first only")
    SECOND = ("in the second alone", "in the second but not in the first", "only in the second", "in the second only")


_HOLDS: dict[Logic, Callable[[Mask], Mask]] = {
    Logic.ALL: lambda panels: np.asarray(panels.all(axis=0)),
    Logic.NONE: lambda panels: np.asarray(~panels.any(axis=0)),
    Logic.SOME: lambda panels: np.asarray(panels.any(axis=0)),
    Logic.ONE: lambda panels: panels.sum(axis=0) == 1,
    Logic.FIRST: lambda panels: panels[0] & ~panels[1:].any(axis=0),
    Logic.SECOND: lambda panels: panels[1] & ~panels[0],
}


@says(
    "cells coloured {logic} become {colour}",
    also="""
    cells that are coloured {logic} (become|turn) {colour}
    colour {colour} the cells [that are] coloured {logic}
    cells not empty {logic} become {colour}
    {colour} where there is colour {logic}
    {colour} for cells coloured {logic}
    """,
)
@dataclass(frozen=True)
class Case(Phrase):
    """What a place becomes when it is coloured in some of the panels."""

    logic: Logic
    colour: Colour


_BACKGROUND = Background()


@says(
    "lay {panels} over each other: {cases}, all others the background colour",
    "lay {panels} over each other: {cases}, all others {rest}",
    also="""
    compare {panels} [cell by cell]: {cases}, all other cells [become] {rest}
    put {panels} on top of each other: {cases} and the rest becomes {rest}
    overlay {panels}: {cases}, all others [become] {rest}
    combine {panels} into one: {cases}, everything else is {rest}
    (match|stack) {panels}: {cases}, all other cells are {rest}
    """,
)
@dataclass(frozen=True)
class ComparePanels(Operation):
    """One panel, made of all by what is coloured where."""

    panels: Panels
    cases: tuple[Case, ...]
    rest: Colour = _BACKGROUND

    def apply(self, scene: Scene) -> Cells | None:
        panels = self.panels.of(scene)
        rest = self.rest.of(scene)
        if len(panels) < 2 or rest is None:
            return None
        coloured = np.stack(panels) != scene.background
        grid = np.full(panels[0].shape, rest, dtype=np.int8)
        for case in reversed(self.cases):
            colour = case.colour.of(scene)
            if colour is None:
                return None
            grid[_HOLDS[case.logic](coloured)] = colour
        return grid


@suggests(cost=7)
def comparisons(examples: Examples) -> Iterator[Operation]:
    """The kinds of place that have one colour in all targets, and what is left over."""
    for panels in panels_for(examples):
        if len(panels.of(examples[0].scene)) > 6 or any(panels.of(e.scene)[0].shape != e.target.shape for e in examples):
            continue
        coloured = [np.stack(panels.of(e.scene)) != e.scene.background for e in examples]
        two = len(panels.of(examples[0].scene)) == 2
        told = [(logic, *_colours(examples, coloured, _HOLDS[logic])) for logic in Logic]
        told = [t for t in told if len(t[1]) == len(t[2]) == 1 and t[1] != t[2]]
        # of a logic and its opposite, the one that leaves the rest empty
        for logic, inside, outside in sorted(told, key=lambda t: t[2] != [examples[0].scene.background]):
            yield _comparison(examples, panels, [(logic, inside[0])], outside[0])
        parts = [_colours(examples, coloured, _HOLDS[k])[0] for k in (Logic.ALL, Logic.FIRST, Logic.SECOND, Logic.NONE)]
        if two and all(len(p) == 1 for p in parts):
            kinds = zip((Logic.ALL, Logic.FIRST, Logic.SECOND), [p[0] for p in parts], strict=False)
            yield _comparison(examples, panels, [(k, c) for k, c in kinds if c != parts[3][0]], parts[3][0])


def _comparison(examples: Examples, panels: Panels, cases: list[tuple[Logic, int]], rest: int) -> Operation:
    background = all(e.scene.background == rest for e in examples)
    told = tuple(Case(logic, Named(colour)) for logic, colour in cases) or (Case(Logic.NONE, Named(rest)),)
    return ComparePanels(panels, told, Background() if background else Named(rest))


def _colours(examples: Examples, coloured: list[Mask], holds: Callable[[Mask], Mask]) -> tuple[list[int], list[int]]:
    """The targets' colours where the logic holds, and elsewhere."""
    inside: set[int] = set()
    outside: set[int] = set()
    for e, panels in zip(examples, coloured, strict=True):
        mask = holds(panels)
        inside.update(map(int, np.unique(e.target[mask])))
        outside.update(map(int, np.unique(e.target[~mask])))
    return sorted(inside), sorted(outside)


@says(
    "lay {panels} on top of each other, in this order from the top: {order}",
    also="""
    stack {panels}, from the topmost to the bottommost: {order}
    put {panels} over one another in the order {order} [from the top]
    overlay {panels} with priority {order}
    superimpose {panels}: {order} [from top to bottom]
    take every cell from {panels}, from the one that is coloured there first in the order {order}
    """,
)
@dataclass(frozen=True)
class StackPanels(Operation):
    """One panel: each place has the colour of the foremost panel that is coloured there."""

    panels: Panels
    order: tuple[Ordinal, ...]

    def __post_init__(self) -> None:
        if len(set(self.order)) != len(self.order) or len(self.order) < 2:
            raise ValueError("each panel lies somewhere once")

    def apply(self, scene: Scene) -> Cells | None:
        panels = self.panels.of(scene)
        if len(panels) < len(self.order) or any(o.index >= len(panels) for o in self.order):
            return None
        return stacked([panels[o.index] for o in self.order], scene.background)


def stacked(panels: list[Cells], background: int) -> Cells:
    """The first panel over the second, and so on."""
    grid = panels[-1]
    for panel in panels[-2::-1]:
        grid = np.where(panel != background, panel, grid)
    return grid


@suggests(cost=2)
def stacks(examples: Examples) -> Iterator[Operation]:
    """Orders in which a panel that hides another comes first."""
    for panels in panels_for(examples):
        cut = [panels.of(e.scene) for e in examples]
        count = len(cut[0])
        if not 2 <= count <= 4 or any(
            len(c) != count or c[0].shape != e.target.shape for c, e in zip(cut, examples, strict=True)
        ):
            continue
        for order in permutations(range(count)):
            grids = [stacked([c[k] for k in order], e.scene.background) for c, e in zip(cut, examples, strict=True)]
            if all((g == e.target).all() for g, e in zip(grids, examples, strict=True)):
                yield StackPanels(panels, tuple(list(Ordinal)[k] for k in order))
                return
