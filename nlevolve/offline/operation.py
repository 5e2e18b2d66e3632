"""Operations: what a bullet does to a scene, and what the generator is told of the pairs when it looks for one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from nlevolve.offline.grammar import Phrase
from nlevolve.offline.scene import LARGEST_SIDE, Cells, Eye, Scene, is_valid


class Operation(Phrase):
    """One step: a frozen dataclass. `apply` is pure, and gives None where the step makes no sense."""

    @property
    def work(self) -> int:
        """How many ordinary steps' work it takes."""
        return 1

    def apply(self, scene: Scene) -> Cells | None:
        raise NotImplementedError


class Definition(Operation):
    """A bullet that says how to look rather than what to do: what is background, what is an object."""

    def see(self, scene: Scene) -> Eye:
        raise NotImplementedError

    def apply(self, scene: Scene) -> Cells | None:
        return scene.grid


def perform(operation: Operation, scene: Scene) -> Scene | None:
    """The scene after one step; None when the step makes no sense there or its result is no grid."""
    if isinstance(operation, Definition):
        return scene.seen_with(operation.see(scene))
    try:
        grid = operation.apply(scene)
    except (ArithmeticError, LookupError, ValueError, RecursionError):
        # a sentence may ask for the impossible in more ways than each operation can foresee
        return None
    if grid is None or not is_valid(grid, max(LARGEST_SIDE, *scene.grid.shape)):
        return None
    return scene.becoming(grid.astype(np.int8, copy=False))


@dataclass(frozen=True, eq=False)
class Example:
    """A scene and the grid it is to become."""

    scene: Scene
    target: Cells

    @property
    def same_shape(self) -> bool:
        return self.scene.grid.shape == self.target.shape

    @cached_property
    def changed(self) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
        """Cells that differ; only for equal shapes."""
        return np.asarray(self.scene.grid != self.target)

    @cached_property
    def is_done(self) -> bool:
        return self.same_shape and not self.changed.any()

    @cached_property
    def target_counts(self) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
        return np.bincount(self.target.ravel(), minlength=10)


@dataclass(frozen=True, eq=False)
class Examples(Sequence[Example]):
    """The pairs of a puzzle, or what a description has left of them."""

    pairs: tuple[Example, ...]

    def __getitem__(self, index: int) -> Example:  # type: ignore[override]
        return self.pairs[index]

    def __len__(self) -> int:
        return len(self.pairs)

    def __iter__(self) -> Iterator[Example]:
        return iter(self.pairs)

    @cached_property
    def same_shape(self) -> bool:
        """Whether every target is as large as its scene."""
        return all(e.same_shape for e in self.pairs)

    @cached_property
    def ratio(self) -> tuple[int, int] | None:
        """(rows, columns) by which every target is larger, in whole numbers; None when they differ."""
        found = {
            (e.target.shape[0] // e.scene.rows, e.target.shape[1] // e.scene.columns)
            if e.target.shape[0] % e.scene.rows == 0 and e.target.shape[1] % e.scene.columns == 0
            else None
            for e in self.pairs
        }
        return found.pop() if len(found) == 1 else None

    @cached_property
    def new_colours(self) -> tuple[int, ...]:
        """Colours of changed cells, or with another shape of any cells, in every target."""
        per_pair = [
            set(map(int, np.unique(e.target[e.changed] if e.same_shape else e.target))) for e in self.pairs if not e.is_done
        ]
        return tuple(sorted(set.intersection(*per_pair))) if per_pair else ()

    def seen_with(self, eye: Eye) -> Examples:
        return Examples(tuple(Example(e.scene.seen_with(eye), e.target) for e in self.pairs))


Suggest = Callable[[Examples], Iterable[Operation]]


@dataclass(frozen=True)
class Suggester:
    """A function that looks at examples and proposes operations, with what the generator should know of it."""

    suggest: Suggest
    theme: str
    """The module it comes from."""
    by_eye: bool
    """Whether it looks at objects, so that another way of seeing them may give other proposals."""
    cost: int
    """Work units of one call on usual pairs: about 20 microseconds each."""
    same_shape: bool | None = None
    """True: it has proposals only where every target is as large as its scene; False: only where not; None: in both cases."""

    def fits(self, examples: Examples) -> bool:
        """Whether it is worth asking."""
        return self.same_shape in (None, examples.same_shape)


SUGGESTERS: list[Suggester] = []


def suggests(*, by_eye: bool = False, cost: int = 10, same_shape: bool | None = None) -> Callable[[Suggest], Suggest]:
    """Register a function that proposes operations for examples."""

    def register(suggest: Suggest) -> Suggest:
        SUGGESTERS.append(Suggester(suggest, suggest.__module__.rsplit(".", 1)[-1], by_eye, cost, same_shape))
        return suggest

    return register
