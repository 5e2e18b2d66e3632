"""Panels: the equal parts of a grid, between separator lines or by size."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

import numpy as np

from nlevolve.offline.grammar import Phrase, Range, Words, pin, says
from nlevolve.offline.operation import Examples
from nlevolve.offline.scene import Cells, Scene

Spans = tuple[tuple[int, int], ...]
"""From, and up to but not including, for each panel along one axis."""


@dataclass(frozen=True)
class Layout:
    """Where the panels are, and the colour of the lines between them (None: no lines)."""

    down: Spans
    across: Spans
    line: int | None

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of panels."""
        return len(self.down), len(self.across)

    @property
    def is_even(self) -> bool:
        """Whether all panels have one size."""
        return all(len({b - a for a, b in spans}) == 1 for spans in (self.down, self.across))

    def cut(self, grid: Cells) -> list[Cells]:
        """The panels, row by row."""
        return [grid[a:b, c:d] for a, b in self.down for c, d in self.across]


class Panels(Phrase):
    """A way to part a grid."""

    def lay_out(self, scene: Scene) -> Layout | None:
        raise NotImplementedError

    def of(self, scene: Scene) -> list[Cells]:
        """The panels row by row; empty when the grid cannot be parted so, or not into panels of one size."""
        layout = self.layout(scene)
        return layout.cut(scene.grid) if layout and layout.is_even else []

    def layout(self, scene: Scene) -> Layout | None:
        """Computed once for a scene."""
        return scene.once(("panels", self), lambda: self.lay_out(scene))


@says(
    "the panels between the separator lines",
    also="""
    the panels
    the (parts|sections|fields|areas|blocks) between the [separator|dividing] lines
    the panels [that are] separated by [the] lines
    the (parts|sections|fields) that the lines (separate|part)
    the fields of the grid of lines
    """,
)
@dataclass(frozen=True)
class Separated(Panels):
    """Parted by full rows and columns of one colour."""

    def lay_out(self, scene: Scene) -> Layout | None:
        return separated(scene)


@says(
    pin("the top and bottom half", rows=2, columns=1),
    pin("the left and right half", rows=1, columns=2),
    pin("the four quarters of the grid", rows=2, columns=2),
    pin("the top, middle and bottom third", rows=3, columns=1),
    pin("the left, middle and right third", rows=1, columns=3),
    "the {rows} by {columns} equal parts of the grid",
    also=[
        pin("the (upper|top half) and [the] (lower|bottom) half [of the grid]", rows=2, columns=1),
        pin("the two halves one above the other", rows=2, columns=1),
        pin("the left half and the right half [of the grid]", rows=1, columns=2),
        pin("the two halves side by side", rows=1, columns=2),
        pin("the four (quarters|quadrants)", rows=2, columns=2),
        "[the] {rows} by {columns} (equal|equally large) (parts|panels|blocks)",
    ],
)
@dataclass(frozen=True)
class EqualParts(Panels):
    """Parted by size."""

    rows: Annotated[int, Range(1, 10)]
    columns: Annotated[int, Range(1, 10)]

    def __post_init__(self) -> None:
        if self.rows == self.columns == 1:
            raise ValueError("one part is the whole")

    def lay_out(self, scene: Scene) -> Layout | None:
        if scene.rows % self.rows or scene.columns % self.columns:
            return None
        high, wide = scene.rows // self.rows, scene.columns // self.columns
        down = tuple((k * high, (k + 1) * high) for k in range(self.rows))
        return Layout(down, tuple((k * wide, (k + 1) * wide) for k in range(self.columns)), None)


@says(
    "the two halves with the fewest colours in common",
    also="""
    the two halves that share the fewest colours
    the halves [of the grid] that have the fewest colours in common
    the halves of the grid, cut so that they have the fewest colours in common
    the two most different halves [of the grid]
    """,
)
@dataclass(frozen=True)
class Halves(Panels):
    """Halves one above the other or side by side, whichever are less alike; in a tie the longer side of the grid is cut."""

    def lay_out(self, scene: Scene) -> Layout | None:
        ways = [EqualParts(2, 1), EqualParts(1, 2)] if scene.rows >= scene.columns else [EqualParts(1, 2), EqualParts(2, 1)]
        layouts = [layout for way in ways if (layout := way.layout(scene)) is not None]
        return min(layouts, key=lambda layout: len(shared_colours(layout.cut(scene.grid))), default=None)


def shared_colours(panels: list[Cells]) -> set[int]:
    """Colours that all of them have; none of no panels."""
    return set.intersection(*(set(panel.ravel().tolist()) for panel in panels)) if panels else set()


@says(
    "the squares that the grid consists of",
    also="""
    the square parts of the grid
    the squares that the grid is made of
    the squares of which the grid consists
    the squares one beside the other
    """,
)
@dataclass(frozen=True)
class Squares(Panels):
    """Parted into as many squares as its longer side holds of its shorter one."""

    def lay_out(self, scene: Scene) -> Layout | None:
        short, long = sorted((scene.rows, scene.columns))
        if long % short or long == short:
            return None
        rows, columns = scene.rows // short, scene.columns // short
        return EqualParts(rows, columns).lay_out(scene) if max(rows, columns) <= 10 else None


def separated(scene: Scene) -> Layout | None:
    """Panels between full lines of one colour. Which one, is told by: it is not background, the panels have one size, it
    occurs in the lines alone, it has most lines."""
    return scene.once("separated", lambda: _separated(scene))


def _separated(scene: Scene) -> Layout | None:
    grid = scene.grid
    rows = np.where((grid == grid[:, :1]).all(axis=1), grid[:, 0], -1)
    columns = np.where((grid == grid[:1]).all(axis=0), grid[0], -1)
    found: list[tuple[tuple[bool | int, ...], Layout]] = []
    for colour in {int(c) for c in (*rows, *columns) if c >= 0}:
        lines = (rows == colour)[:, None] | (columns == colour)
        layout = Layout(_spans(rows == colour), _spans(columns == colour), colour)
        if layout.shape == (1, 1) or not layout.down or not layout.across:
            continue
        panels = np.concatenate([panel.ravel() for panel in layout.cut(grid)])
        dense = 2 * int((panels != colour).sum()) > panels.size
        if layout.is_even or colour != scene.background or dense:
            strays = int(scene.counts[colour]) > int(lines.sum())
            found.append(((colour == scene.background, not layout.is_even, strays, -int(lines.sum()), colour), layout))
    return min(found, key=lambda f: f[0])[1] if found else None


def _spans(is_line: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> Spans:
    """Runs of what is no line."""
    edges = np.flatnonzero(np.diff(np.concatenate([[True], is_line, [True]]).astype(np.int8)))
    return tuple((int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True))


def panels_for(examples: Examples) -> Iterator[Panels]:
    """Ways to part all grids into panels of one size: by their lines, or as the sizes of the targets suggest."""
    layouts = [separated(e.scene) for e in examples]
    if all(layout is not None and layout.is_even for layout in layouts):
        yield Separated()
    shares = {
        (e.scene.rows // e.target.shape[0], e.scene.columns // e.target.shape[1])
        if e.scene.rows % e.target.shape[0] == 0 and e.scene.columns % e.target.shape[1] == 0
        else (1, 1)
        for e in examples
    }
    if len(shares) == 1:
        share = shares.pop()
        if share != (1, 1) and max(share) <= 10:
            yield EqualParts(*share)


class Ordinal(Words):
    """Panels in reading order: row by row, each from left to right."""

    FIRST = ("first",)
    SECOND = ("second",)
    THIRD = ("third",)
    FOURTH = ("fourth",)
    FIFTH = ("fifth",)
    SIXTH = ("sixth",)

    @property
    def index(self) -> int:
        """From 0."""
        return list(Ordinal).index(self)
