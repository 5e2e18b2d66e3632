"""Panels as things: pick one, remove the lines between them, shrink each to a cell, fill or empty some, copy one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from nlevolve.offline.grammar import Words, pin, says
from nlevolve.offline.nouns.choosing import Which, one_for, which_for
from nlevolve.offline.nouns.colours import Background, Colour, Named
from nlevolve.offline.nouns.panels import EqualParts, Panels, Separated, panels_for, separated
from nlevolve.offline.operation import Examples, Operation, suggests
from nlevolve.offline.scene import Cells, Scene


@says(
    "of {panels}, keep the one that {which}",
    also="""
    the output is the one of {panels} that {which}
    from {panels} (keep|take|choose|pick|select) the one (which|that) {which}
    (crop|choose|pick|select|take) the one of {panels} (that|which) {which}
    out of {panels} (keep|take) the one that {which}
    crop the grid to the one of {panels} that {which}
    """,
)
@dataclass(frozen=True)
class PickPanel(Operation):
    """One panel, where exactly one is meant (or all meant are equal)."""

    panels: Panels
    which: Which

    def apply(self, scene: Scene) -> Cells | None:
        layout = self.panels.layout(scene)
        panels = layout.cut(scene.grid) if layout else []
        held = self.which.holds(panels, scene) if panels else []
        meant: list[Cells] = [p for p, h in zip(panels, held, strict=True) if h]
        return meant[0] if meant and all(np.array_equal(m, meant[0]) for m in meant) else None


class Spot(Words):
    """A panel by its place."""

    TOP_LEFT = ("top left", "upper left", "first")
    TOP_RIGHT = ("top right", "upper right")
    BOTTOM_LEFT = ("bottom left", "lower left")
    BOTTOM_RIGHT = ("bottom right", "lower right", "last")
    CENTRE = ("central", "middle")


@says(
    "of {panels}, keep the {spot} one",
    also="""
    the output is the {spot} one of {panels}
    (take|choose|pick|select|crop) the {spot} one of {panels}
    out of {panels} keep the {spot} one
    crop the grid to the {spot} one of {panels}
    from {panels} (keep|take) [only] the {spot} one
    """,
)
@dataclass(frozen=True)
class PanelAt(Operation):
    """The panel at a corner, or in the middle."""

    panels: Panels
    spot: Spot

    def apply(self, scene: Scene) -> Cells | None:
        layout = self.panels.layout(scene)
        if layout is None:
            return None
        rows, columns = layout.shape
        corners = {
            Spot.TOP_LEFT: (0, 0),
            Spot.TOP_RIGHT: (0, -1),
            Spot.BOTTOM_LEFT: (-1, 0),
            Spot.BOTTOM_RIGHT: (-1, -1),
            Spot.CENTRE: (rows // 2, columns // 2),
        }
        row, column = corners[self.spot]
        if self.spot is Spot.CENTRE and not rows % 2 & columns % 2:
            return None
        (a, b), (c, d) = layout.down[row], layout.across[column]
        return scene.grid[a:b, c:d]


@suggests(cost=2)
def picked(examples: Examples) -> Iterator[Operation]:
    """The panel that is the target, or has its size."""
    if any(e.target.size >= e.scene.grid.size for e in examples):
        return
    for panels in _partings(examples):
        yield from (PanelAt(panels, spot) for spot in Spot)
        cut = [panels.of(e.scene) for e in examples]
        if not all(cut):
            continue
        right = [
            [p.shape == e.target.shape and bool((p == e.target).all()) for p in c] for c, e in zip(cut, examples, strict=True)
        ]
        if all(map(any, right)):
            yield from (PickPanel(panels, which) for which in one_for(examples, cut, right))


def _partings(examples: Examples) -> Iterator[Panels]:
    yield from panels_for(examples)
    if any(separated(e.scene) for e in examples):
        yield Separated()


@says(
    "remove the separator lines and push the panels together",
    also="""
    remove the (separator|separating|dividing) (lines|rows and columns)
    remove the lines between the panels
    cut the separator lines out [and push the panels together]
    take the separator lines out [of the grid]
    join the panels, leaving out the [separator] lines [between them]
    """,
)
@dataclass(frozen=True)
class RemoveSeparators(Operation):
    """The panels, without anything between them."""

    def apply(self, scene: Scene) -> Cells | None:
        layout = separated(scene)
        if layout is None:
            return None
        rows = np.concatenate([np.arange(a, b) for a, b in layout.down])
        columns = np.concatenate([np.arange(a, b) for a, b in layout.across])
        return np.asarray(scene.grid[rows][:, columns])


class Summary(Words):
    """The colour that stands for a panel."""

    COMMON = ("most common colour", "dominant colour", "main colour")
    RARE = ("least common colour", "rarest colour")
    COLOURED = ("most common colour besides the background", "colour, or the background when it is empty")


@says(
    "shrink every one of {panels} to one cell of its {summary}",
    also="""
    every one of {panels} becomes one cell of its {summary}
    replace every one of {panels} by a [single] cell of its {summary}
    (turn|reduce|scale) every one of {panels} [down] (to|into) one cell of its {summary}
    the output has one cell for every one of {panels}: its {summary}
    for every one of {panels} the output has one cell of its {summary}
    """,
)
@dataclass(frozen=True)
class ShrinkPanels(Operation):
    """One cell for each panel."""

    panels: Panels
    summary: Summary

    def apply(self, scene: Scene) -> Cells | None:
        layout = self.panels.layout(scene)
        if layout is None:
            return None
        colours = [_summary(panel, self.summary, scene.background) for panel in layout.cut(scene.grid)]
        return np.array(colours, dtype=np.int8).reshape(layout.shape)


def _summary(panel: Cells, summary: Summary, background: int) -> int:
    counts = np.bincount(panel.ravel(), minlength=10)
    if summary is Summary.COMMON:
        return int(counts.argmax())
    if summary is Summary.RARE:
        return int(np.where(counts > 0, counts, 901).argmin())
    counts[background] = 0
    return int(counts.argmax()) if counts.any() else background


@says(
    "every one of {panels} becomes one cell: {colour} if it {which}, otherwise {rest}",
    also="""
    shrink every one of {panels} to one cell, {colour} if it {which} and {rest} if not
    replace every one of {panels} by one cell: {colour} when it {which} and {rest} otherwise
    the output has one cell for every one of {panels}: {colour} if it {which}, {rest} otherwise
    reduce every one of {panels} to a cell that is {colour} if the panel {which} and {rest} otherwise
    turn every one of {panels} into one cell: {colour} if it {which}, else {rest}
    """,
)
@dataclass(frozen=True)
class JudgePanels(Operation):
    """One cell for each panel, of one of two colours."""

    panels: Panels
    which: Which
    colour: Colour
    rest: Colour

    def apply(self, scene: Scene) -> Cells | None:
        layout = self.panels.layout(scene)
        colour, rest = self.colour.of(scene), self.rest.of(scene)
        if layout is None or colour is None or rest is None:
            return None
        held = np.array(self.which.holds(layout.cut(scene.grid), scene))
        return np.where(held, np.int8(colour), np.int8(rest)).reshape(layout.shape)


@suggests(cost=8)
def shrunk(examples: Examples) -> Iterator[Operation]:
    """One cell a panel, where the target has as many cells as there are panels."""
    for panels in _cell_panels(examples):
        layouts = [panels.layout(e.scene) for e in examples]
        if any(layout is None or layout.shape != e.target.shape for layout, e in zip(layouts, examples, strict=True)):
            continue
        yield from (ShrinkPanels(panels, summary) for summary in Summary)
        cut = [layout.cut(e.scene.grid) for layout, e in zip(layouts, examples, strict=True) if layout]
        for colour in examples.new_colours:
            rest = {int(c) for e in examples for c in np.unique(e.target)} - {colour}
            wanted = [[int(c) == colour for c in e.target.ravel()] for e in examples]
            if len(rest) == 1:
                other = rest.pop()
                name: Colour = Background() if all(e.scene.background == other for e in examples) else Named(other)
                yield from (JudgePanels(panels, w, Named(colour), name) for w in which_for(examples, cut, wanted))


def _cell_panels(examples: Examples) -> Iterator[Panels]:
    """Separated, or as many equal parts as the target has cells."""
    yield Separated()
    shapes = {e.target.shape for e in examples}
    if len(shapes) == 1:
        rows, columns = shapes.pop()
        if max(rows, columns) <= 10 and rows * columns > 1:
            yield EqualParts(rows, columns)


@suggests(cost=2)
def unseparated(examples: Examples) -> Iterator[Operation]:
    """Smaller targets, or several panels to be looked at without lines."""
    if not examples.same_shape and all(separated(e.scene) for e in examples):
        yield RemoveSeparators()


@says(
    pin("fill every one of {panels} that {which} with {colour}", emptied=False),
    pin("fill every one of {panels} that {which} with {colour} and empty the others", emptied=True),
    also=[
        pin(
            """
        (fill|colour) the one of {panels} (that|which) {which} [with] {colour}
        (recolour|turn) every one of {panels} that {which} [to] {colour}
        every one of {panels} that {which} becomes {colour}
        """,
            emptied=False,
        ),
        pin(
            """
        (fill|colour) the one of {panels} (that|which) {which} [with] {colour}, and (empty|remove) [all] [the] others
        fill those of {panels} that {which} with {colour} and empty all the others
        """,
            emptied=True,
        ),
    ],
)
@dataclass(frozen=True)
class FillPanels(Operation):
    """Panels in one colour, the lines kept; the other panels as they are, or background."""

    panels: Panels
    which: Which
    colour: Colour
    emptied: bool = False

    def apply(self, scene: Scene) -> Cells | None:
        layout, colour = self.panels.layout(scene), self.colour.of(scene)
        if layout is None or colour is None:
            return None
        grid = scene.grid.copy()
        held = self.which.holds(layout.cut(scene.grid), scene)
        for panel, meant in zip(layout.cut(grid), held, strict=True):
            if meant:
                panel[:] = colour
            elif self.emptied:
                panel[:] = scene.background
        return grid


@suggests(cost=10, same_shape=True)
def filled_panels(examples: Examples) -> Iterator[Operation]:
    """Panels that have one new colour in the target, told from the others."""
    layouts = [separated(e.scene) for e in examples]
    if not examples.same_shape or not all(layouts):
        return
    cut = [layout.cut(e.scene.grid) for layout, e in zip(layouts, examples, strict=True) if layout]
    goals = [layout.cut(e.target) for layout, e in zip(layouts, examples, strict=True) if layout]
    for colour in sorted({int(c) for e in examples for c in np.unique(e.target[e.changed])}):
        wanted = [[bool((g == colour).all()) for g in goal] for goal in goals]
        if any(map(any, wanted)):
            others = [g for goal, row in zip(goals, wanted, strict=True) for g, w in zip(goal, row, strict=True) if not w]
            emptied = all(len(np.unique(g)) == 1 for g in others)
            for which in which_for(examples, cut, wanted):
                yield FillPanels(Separated(), which, Named(colour), emptied)
