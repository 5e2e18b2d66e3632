"""Facing: a step with directions, done on the grid turned so that something it shows is at a certain side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from nlevolve.offline.families.combining import Combination
from nlevolve.offline.families.leaving import LeaveAsIs
from nlevolve.offline.grammar import says
from nlevolve.offline.nouns.places import Side
from nlevolve.offline.operation import Definition, Example, Operation, perform
from nlevolve.offline.scene import Cells, Scene

_AROUND = (Side.TOP, Side.LEFT, Side.BOTTOM, Side.RIGHT)
"""In the order in which a quarter turn anticlockwise takes each to the next."""


@says(
    "with the grid turned so that its fullest border is at the {side}: {step}",
    also="""
    turn the grid until its fullest border is at the {side} and there: {step}
    seeing its fullest border as the {side} of the grid, {step}
    let the fullest border of the grid be the {side} and there: {step}
    as if the fullest border of the grid were at the {side}: {step}
    with the grid turned so that the border with the largest share of coloured cells is at the {side}: {step}
    """,
)
@dataclass(frozen=True)
class Facing(Combination):
    """A step on the turned grid, which is turned back; nothing where two borders are equally full."""

    side: Side
    step: Operation

    def __post_init__(self) -> None:
        if isinstance(self.step, Combination | Definition | LeaveAsIs):
            raise ValueError("a combination holds plain steps")

    def apply(self, scene: Scene) -> Cells | None:
        fullest = _fullest(scene)
        if fullest is None:
            return None
        turns = (_AROUND.index(self.side) - _AROUND.index(fullest)) % 4
        done = perform(self.step, _turned(scene, turns))
        return None if done is None else np.rot90(done.grid, -turns)


def _fullest(scene: Scene) -> Side | None:
    """In the original input, as long as the grid has its size: what earlier steps have drawn turns nothing round."""
    coloured = (scene.original if scene.original.grid.shape == scene.grid.shape else scene).grid != scene.background
    lines = {Side.TOP: coloured[0], Side.BOTTOM: coloured[-1], Side.LEFT: coloured[:, 0], Side.RIGHT: coloured[:, -1]}
    shares = sorted((float(line.mean()), side.name) for side, line in lines.items())
    return Side[shares[-1][1]] if shares[-1][0] > shares[-2][0] else None


def _turned(scene: Scene, turns: int) -> Scene:
    """The scene after quarter turns anticlockwise."""
    return Scene(np.rot90(scene.grid, turns).copy(), replace(scene.eye, background=scene.background), scene.original)


def is_directed(step: Operation, examples: Sequence[Example]) -> bool:
    """Whether something else comes of the step on turned grids."""
    return any(_done(step, e.scene, turns) != _done(step, e.scene, 0) for e in examples for turns in (1, 2))


def _done(step: Operation, scene: Scene, turns: int) -> list[list[int]] | None:
    done = perform(step, _turned(scene, turns))
    return None if done is None else np.rot90(done.grid, -turns).tolist()
