"""Symmetry: completing a symmetric picture about the centre of the grid or of objects, or about axes that it shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from nlevolve.offline.families.turning import Turn
from nlevolve.offline.grammar import Phrase, Words, pin, says
from nlevolve.offline.nouns.objects import Coloured, Every, Objects
from nlevolve.offline.nouns.picking import candidates
from nlevolve.offline.operation import Examples, Operation, suggests
from nlevolve.offline.scene import Cells, Scene

MOST_CENTRES = 12
"""Different centres that are tried for one puzzle."""


class Symmetry(Words):
    """What a picture may be the same under."""

    LEFT_RIGHT = ("symmetric left to right", "its own mirror image left to right", "horizontally symmetric")
    TOP_BOTTOM = ("symmetric top to bottom", "its own mirror image top to bottom", "vertically symmetric")
    BOTH = ("symmetric left to right and top to bottom", "symmetric both ways", "symmetric horizontally and vertically")
    QUARTERS = ("the same after every quarter turn", "rotationally symmetric", "unchanged by quarter turns")
    ALL = ("symmetric in every way", "symmetric in all directions", "fully symmetric", "symmetric also along the diagonals")
    DIAGONAL = ("symmetric along its main diagonal", "symmetric about the main diagonal")
    ANTIDIAGONAL = ("symmetric along its other diagonal", "symmetric about the antidiagonal")
    HALF = ("the same after half a turn", "unchanged by half a turn", "point symmetric")


_TURNS = {
    Symmetry.LEFT_RIGHT: (Turn.LEFT_RIGHT,),
    Symmetry.TOP_BOTTOM: (Turn.TOP_BOTTOM,),
    Symmetry.BOTH: (Turn.LEFT_RIGHT, Turn.TOP_BOTTOM, Turn.HALF),
    Symmetry.QUARTERS: (Turn.CLOCKWISE, Turn.ANTICLOCKWISE, Turn.HALF),
    Symmetry.ALL: tuple(Turn),
    Symmetry.DIAGONAL: (Turn.DIAGONAL,),
    Symmetry.ANTIDIAGONAL: (Turn.ANTIDIAGONAL,),
    Symmetry.HALF: (Turn.HALF,),
}


class Centre(Phrase):
    """What a symmetry is about."""

    def twice(self, scene: Scene) -> tuple[int, int] | None:
        """First plus last row, first plus last column: twice the middle."""
        raise NotImplementedError


@says(
    "the centre of the grid",
    also="""
    the middle of the grid
    the grid
    """,
)
@dataclass(frozen=True)
class OfGrid(Centre):
    """The middle of the whole grid."""

    def twice(self, scene: Scene) -> tuple[int, int] | None:
        return scene.rows - 1, scene.columns - 1


@says(
    "the centre of {objects}",
    also="""
    the middle of {objects}
    {objects}
    """,
)
@dataclass(frozen=True)
class OfObjects(Centre):
    """The middle of the smallest box around objects."""

    objects: Objects

    def twice(self, scene: Scene) -> tuple[int, int] | None:
        chosen = self.objects.of(scene)
        if not chosen:
            return None
        return (
            min(o.top for o in chosen) + max(o.bottom for o in chosen),
            min(o.left for o in chosen) + max(o.right for o in chosen),
        )


@says(
    pin("make the grid {symmetry}", centre=OfGrid()),
    "complete the picture about {centre} so that it is {symmetry}",
    also="""
    make the picture {symmetry} about {centre}
    make the pattern {symmetry} around {centre}
    add cells so that the grid becomes {symmetry} about {centre}
    complete the pattern around {centre} so that it (is|becomes) {symmetry}
    copy cells to their mirror places about {centre} until the picture is {symmetry}
    """,
)
@dataclass(frozen=True)
class MakeSymmetric(Operation):
    """Background cells get the colours that their images under the symmetry have."""

    symmetry: Symmetry
    centre: Centre

    def apply(self, scene: Scene) -> Cells | None:
        twice = self.centre.twice(scene)
        return None if twice is None else completed(scene.grid, scene.background, _TURNS[self.symmetry], twice)


def completed(grid: Cells, empty: int, turns: tuple[Turn, ...], twice: tuple[int, int]) -> Cells | None:
    """The grid with images of itself on its empty cells; None when a turn would miss whole cells."""
    out = grid.copy()
    rows, columns = np.nonzero(grid != empty)
    for turn in turns:
        image = _image(rows, columns, turn, twice)
        if image is None:
            return None
        to_rows, to_columns = image
        inside = (to_rows >= 0) & (to_rows < grid.shape[0]) & (to_columns >= 0) & (to_columns < grid.shape[1])
        at = to_rows[inside], to_columns[inside]
        colours = grid[rows[inside], columns[inside]]
        free = out[at] == empty
        out[at[0][free], at[1][free]] = colours[free]
    return out


Indices = np.ndarray[tuple[int, ...], np.dtype[np.int64]]


def _image(rows: Indices, columns: Indices, turn: Turn, twice: tuple[int, int]) -> tuple[Indices, Indices] | None:
    """Where cells come to lie when the grid is turned about half of `twice`."""
    down, across = twice
    if turn is Turn.LEFT_RIGHT:
        return rows, across - columns
    if turn is Turn.TOP_BOTTOM:
        return down - rows, columns
    if turn is Turn.HALF:
        return down - rows, across - columns
    if (down + across) % 2:
        return None
    half, over = (down - across) // 2, (down + across) // 2
    if turn is Turn.DIAGONAL:
        return columns + half, rows - half
    if turn is Turn.ANTIDIAGONAL:
        return over - columns, over - rows
    if turn is Turn.CLOCKWISE:
        return columns + half, over - rows
    return over - columns, rows - half


@suggests(by_eye=True, cost=68, same_shape=True)
def completions(examples: Examples) -> Iterator[Operation]:
    """Symmetries of the targets' changed part, about the centres that make them so."""
    if not examples.same_shape or not all(_only_adds(e.scene, e.target) for e in examples):
        return
    tried: set[tuple[tuple[int, int] | None, ...]] = set()
    for centre in _centres(examples):
        twices = tuple(centre.twice(e.scene) for e in examples)
        if twices in tried or None in twices:
            continue
        tried.add(twices)
        for symmetry in Symmetry:
            pairs = zip(twices, examples, strict=True)
            if all(twice is not None and _fits(e.scene, e.target, _TURNS[symmetry], twice) for twice, e in pairs):
                yield MakeSymmetric(symmetry, centre)
        if len(tried) > MOST_CENTRES:
            return


def _centres(examples: Examples) -> Iterator[Centre]:
    yield OfGrid()
    if all(len(e.scene.objects) <= 8 for e in examples):
        yield from map(OfObjects, _plain_choices(examples))


def _plain_choices(examples: Examples) -> Iterator[Objects]:
    """Choices of one object, of a colour, or of all."""
    for phrase in candidates(examples):
        if isinstance(phrase, Every | Coloured) or all(len(phrase.of(e.scene)) == 1 for e in examples):
            yield phrase


def _only_adds(scene: Scene, target: Cells) -> bool:
    changed = scene.grid != target
    return bool(changed.any() and (scene.grid[changed] == scene.background).all())


def _fits(scene: Scene, target: Cells, turns: tuple[Turn, ...], twice: tuple[int, int]) -> bool:
    """Whether completing adds right cells only, and some."""
    out = completed(scene.grid, scene.background, turns, twice)
    if out is None:
        return False
    added = out != scene.grid
    return bool(added.any() and (out[added] == target[added]).all())
