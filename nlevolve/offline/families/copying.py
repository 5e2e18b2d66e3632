"""Copying objects beside themselves: once, mirrored, or again and again to the border."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

import numpy as np

from nlevolve.offline.grammar import Range, Words, pin, says
from nlevolve.offline.nouns.objects import Coloured, Every, Foremost, Objects
from nlevolve.offline.nouns.picking import candidates
from nlevolve.offline.operation import Example, Examples, Operation, suggests
from nlevolve.offline.scene import Cells, Mask, Object, Scene


class Towards(Words):
    """Where copies go: the four directions and the four diagonals."""

    UP = ("above it", "upwards", "on its top side")
    DOWN = ("below it", "downwards", "on its bottom side")
    LEFT = ("to its left", "to the left of it", "on its left side")
    RIGHT = ("to its right", "to the right of it", "on its right side")
    UP_LEFT = ("diagonally up and to the left", "to its upper left")
    UP_RIGHT = ("diagonally up and to the right", "to its upper right")
    DOWN_LEFT = ("diagonally down and to the left", "to its lower left")
    DOWN_RIGHT = ("diagonally down and to the right", "to its lower right")

    @property
    def step(self) -> tuple[int, int]:
        """(rows, columns) of one step."""
        words = self.name.split("_")
        return ("DOWN" in words) - ("UP" in words), ("RIGHT" in words) - ("LEFT" in words)


STRAIGHT = (Towards.UP, Towards.DOWN, Towards.LEFT, Towards.RIGHT)


def drawn(scene: Scene, grid: Cells, picture: Cells, mask: Mask, top: int, left: int) -> bool:
    """Draw a picture's masked cells over background; what lies outside is left out. Whether any of its cells is in the grid."""
    rows, columns = np.nonzero(mask)
    to_rows, to_columns = rows + top, columns + left
    inside = (to_rows >= 0) & (to_rows < scene.rows) & (to_columns >= 0) & (to_columns < scene.columns)
    rows, columns, to_rows, to_columns = rows[inside], columns[inside], to_rows[inside], to_columns[inside]
    free = grid[to_rows, to_columns] == scene.background
    grid[to_rows[free], to_columns[free]] = picture[rows[free], columns[free]]
    return bool(len(rows))


class Often(Words):
    """How many copies are made."""

    ONCE = ("once",)
    ON = ("again and again to the border", "repeatedly to the border", "repeatedly until the border is reached")


@says(
    pin("copy {objects} {towards} {often}", gap=0),
    pin("copy {objects} {towards} {often}, leaving a gap of one cell", gap=1),
    "copy {objects} {towards} {often}, leaving a gap of {gap} cells",
    also="""
    (repeat|draw) {objects} {towards} {often}, with a gap of {gap} cells
    (put|draw) copies of {objects} {towards} {often}, leaving a gap of {gap} cells
    {objects} is copied {towards} {often}, leaving a gap of {gap} cells
    put a copy of {objects} {towards} {often}, leaving a gap of {gap} cells
    """,
)
@dataclass(frozen=True)
class CopyBeside(Operation):
    """Copies beside the object's box, over background only."""

    objects: Objects
    towards: Towards
    often: Often
    gap: Annotated[int, Range(0, 9)]

    def apply(self, scene: Scene) -> Cells | None:
        grid = scene.grid.copy()
        down, across = self.towards.step
        chosen = self.objects.of(scene)
        for one in chosen:
            for number in range(1, 2 if self.often is Often.ONCE else 31):
                top = one.top + down * number * (one.height + self.gap)
                left = one.left + across * number * (one.width + self.gap)
                if not drawn(scene, grid, one.box, one.shape, top, left):
                    break
        return grid if chosen else None


@says(
    "put a mirror image of {objects} directly {towards}",
    also="""
    (draw|add) a mirror image of {objects} directly {towards}
    flip {objects} over {towards}
    flip {objects} so that its mirror image lies directly {towards}
    flip a copy of {objects} {towards}
    (put|draw) a mirrored copy of {objects} directly {towards}
    """,
)
@dataclass(frozen=True)
class MirrorBeside(Operation):
    """A copy that touches the object's box and is flipped over that side."""

    objects: Objects
    towards: Towards

    def __post_init__(self) -> None:
        if self.towards not in STRAIGHT:
            raise ValueError("an object is mirrored at a side")

    def apply(self, scene: Scene) -> Cells | None:
        grid = scene.grid.copy()
        down, across = self.towards.step
        chosen = self.objects.of(scene)
        for one in chosen:
            axis = 0 if down else 1
            top, left = one.top + down * one.height, one.left + across * one.width
            drawn(scene, grid, np.flip(one.box, axis), np.flip(one.shape, axis), top, left)
        return grid if chosen else None


@suggests(by_eye=True, cost=62, same_shape=True)
def copies(examples: Examples) -> Iterator[Operation]:
    """Cells of known colours that came onto background beside objects that stay."""
    if not all(_may_be_copies(e) for e in examples):
        return
    colours = [p for p in candidates(examples) if isinstance(p, Every | Coloured | Foremost)]
    for phrase in (p for p in colours if all(_stays(p, e) for e in examples)):
        tries: list[Operation] = [MirrorBeside(phrase, towards) for towards in STRAIGHT]
        for towards in Towards:
            for gap in {gap for gap in range(3) if _is_copied(phrase.of(examples[0].scene)[0], examples[0], towards, gap)}:
                tries += [CopyBeside(phrase, towards, often, gap) for often in Often]
        for step in tries:
            grid = step.apply(examples[0].scene)
            if grid is not None and _adds_rightly(grid, examples[0]):
                yield step


def _may_be_copies(example: Example) -> bool:
    scene = example.scene
    if example.is_done or not 0 < len(scene.objects) <= 12 or (example.changed & scene.foreground).any():
        return False
    return set(np.unique(example.target[example.changed]).tolist()) <= set(scene.colours)


def _stays(phrase: Objects, example: Example) -> bool:
    chosen = phrase.of(example.scene)
    return bool(chosen) and any(o.size > 1 for o in chosen)


def _is_copied(one: Object, example: Example, towards: Towards, gap: int) -> bool:
    """Whether the nearest copy, as far as it lies in the grid, is in the target."""
    rows, columns = np.nonzero(one.mask)
    down, across = towards.step
    to_rows, to_columns = rows + down * (one.height + gap), columns + across * (one.width + gap)
    height, width = example.target.shape
    inside = (to_rows >= 0) & (to_rows < height) & (to_columns >= 0) & (to_columns < width)
    if not inside.any():
        return False
    return bool((example.target[to_rows[inside], to_columns[inside]] == one.grid[rows[inside], columns[inside]]).all())


def _adds_rightly(grid: Cells, example: Example) -> bool:
    added = grid != example.scene.grid
    return bool(added.any() and (grid == example.target)[added].mean() > 0.8)
