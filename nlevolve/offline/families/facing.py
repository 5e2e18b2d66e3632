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
    seeing the border with the most coloured cells as the {side}, {step}
    as if the border with the most coloured cells were the {side}: {step}
    with the grid turned so that the border with the most coloured cells is at the {side}: {step}
    """,
)
@dataclass(frozen=True)
class Facing(Combination):
    """A step on the turned grid, which is turned back; nothing where no border has more coloured cells than all others."""

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
    lines = {Side.TOP: scene.foreground[0], Side.BOTTOM: scene.foreground[-1]}
    lines |= {Side.LEFT: scene.foreground[:, 0], Side.RIGHT: scene.foreground[:, -1]}
    counts = sorted((int(line.sum()), side.name) for side, line in lines.items())
    return Side[counts[-1][1]] if counts[-1][0] > counts[-2][0] else None


def _turned(scene: Scene, turns: int) -> Scene:
    """The scene after quarter turns anticlockwise."""
    return Scene(np.rot90(scene.grid, turns).copy(), replace(scene.eye, background=scene.background), scene.original)


def is_directed(step: Operation, examples: Sequence[Example]) -> bool:
    """Whether something else comes of the step on turned grids."""
    return any(not np.array_equal(_done(step, e.scene, turns), _done(step, e.scene, 0)) for e in examples for turns in (1, 2))


def _done(step: Operation, scene: Scene, turns: int) -> Cells | None:
    done = perform(step, _turned(scene, turns))
    return None if done is None else np.rot90(done.grid, -turns)
