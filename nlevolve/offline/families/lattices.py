"""Lattices: panels seen as the cells of a small grid, and what one panel hands on to the others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from nlevolve.offline.families.combining import Combination
from nlevolve.offline.families.filling import fillings
from nlevolve.offline.families.leaving import LeaveAsIs
from nlevolve.offline.families.lines import joints, rays
from nlevolve.offline.families.symmetrizing import completions
from nlevolve.offline.grammar import Words, says
from nlevolve.offline.nouns.choosing import HasTrait, Trait, Which
from nlevolve.offline.nouns.colours import Colour, Named
from nlevolve.offline.nouns.panels import Layout, separated
from nlevolve.offline.operation import Definition, Example, Examples, Operation, perform, suggests
from nlevolve.offline.scene import Cells, Scene


@says(
    "take every panel for one cell, and in the grid of these: {step}",
    also="""
    treat every panel as a [single] cell [of a small grid] and there: {step}
    as if every panel between the separator lines were one cell: {step}
    with the panels as cells: {step}
    look at the panels as cells of a smaller grid, where you {step}
    seeing every panel as one cell, {step}
    """,
)
@dataclass(frozen=True)
class OnPanels(Combination):
    """A step on the small grid that plain panels form; the lines stay."""

    step: Operation

    def __post_init__(self) -> None:
        if isinstance(self.step, Combination | Definition | LeaveAsIs):
            raise ValueError("a combination holds plain steps")

    def apply(self, scene: Scene) -> Cells | None:
        layout = separated(scene)
        small = _small(scene.grid, layout)
        if layout is None or small is None:
            return None
        after = perform(self.step, Scene(small, scene.eye))
        if after is None or after.grid.shape != layout.shape:
            return None
        grid = scene.grid.copy()
        for panel, colour in zip(layout.cut(grid), after.grid.ravel(), strict=True):
            panel[:] = colour
        return grid


def _small(grid: Cells, layout: Layout | None) -> Cells | None:
    """One cell a panel; None when a panel has several colours."""
    if layout is None:
        return None
    panels = layout.cut(grid)
    if any((p != p.flat[0]).any() for p in panels):
        return None
    return np.array([p.flat[0] for p in panels], dtype=np.int8).reshape(layout.shape)


@suggests(cost=19, same_shape=True)
def on_panels(examples: Examples) -> Iterator[Operation]:
    """What the themes that draw would propose for the small grids."""
    small = []
    for e in examples:
        layout = separated(e.scene)
        before, after = _small(e.scene.grid, layout), _small(e.target, layout)
        if before is None or after is None or before.size < 4:
            return
        small.append(Example(Scene(before, e.scene.eye), after))
    for suggest in (joints, rays, fillings, completions):
        yield from (OnPanels(step) for step in suggest(Examples(tuple(small))))


class Places(Words):
    """Which cells of the other panels are drawn on."""

    FREE = ("where they are empty", "where these are empty", "on their background")
    ALL = ("over what they show", "in place of what they show", "instead of their own")


@says(
    "copy the pattern of the panel that {which} into all other panels, {places}",
    also="""
    draw the pattern of the panel that {which} in every other panel, {places}
    repeat the panel that {which} in all the other panels, {places}
    put what the panel that {which} shows into every other panel, {places}
    copy the panel that {which} into every other panel, {places}
    let all other panels show the pattern of the panel that {which}, {places}
    """,
)
@dataclass(frozen=True)
class CopyPanel(Operation):
    """The coloured cells of one panel drawn into the others."""

    which: Which
    places: Places

    def apply(self, scene: Scene) -> Cells | None:
        return _copied(scene, self.which, None, self.places)


@says(
    "draw the form of the panel that {which} into all other panels in {colour}, {places}",
    also="""
    copy the form of the panel that {which} in {colour} into every other panel, {places}
    repeat the form of the panel that {which} in all the other panels in {colour}, {places}
    mark in {colour} in every other panel what is coloured in the panel that {which}, {places}
    put the form of the panel that {which} in {colour} into all other panels, {places}
    let all other panels show the form of the panel that {which} in {colour}, {places}
    """,
)
@dataclass(frozen=True)
class CopyForm(Operation):
    """The places that are coloured in one panel, in one colour in the others."""

    which: Which
    colour: Colour
    places: Places

    def apply(self, scene: Scene) -> Cells | None:
        colour = self.colour.of(scene)
        return None if colour is None else _copied(scene, self.which, colour, self.places)


def _copied(scene: Scene, which: Which, colour: int | None, places: Places) -> Cells | None:
    layout = separated(scene)
    if layout is None or not layout.is_even:
        return None
    panels = layout.cut(scene.grid)
    held = list(which.holds(panels, scene))
    if sum(held) != 1:
        return None
    model = panels[held.index(True)]
    grid = scene.grid.copy()
    for panel, is_model in zip(layout.cut(grid), held, strict=True):
        if not is_model:
            where = (model != scene.background) & ((panel == scene.background) | (places is Places.ALL))
            panel[where] = model[where] if colour is None else colour
    return grid


@suggests(cost=7, same_shape=True)
def copied_panels(examples: Examples) -> Iterator[Operation]:
    """The fullest or the odd panel as a model, in its colours or a new one."""
    layouts = [separated(e.scene) for e in examples]
    if not all(layout is not None and layout.is_even for layout in layouts):
        return
    lines = {layout.line for layout in layouts if layout and layout.line is not None}
    colours = sorted({*examples.new_colours, *(lines if len(lines) == 1 else ())})
    for trait in (Trait.MOST, Trait.COLOURFUL, Trait.COLOURED):
        for places in Places:
            yield CopyPanel(HasTrait(trait), places)
            yield from (CopyForm(HasTrait(trait), Named(c), places) for c in colours[:2])
