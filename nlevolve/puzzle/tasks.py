"""Pair and Task: training pairs and test inputs. There are no test outputs in these types."""

from __future__ import annotations

from dataclasses import dataclass, replace
from html import escape

from nlevolve.puzzle.drawing import svg
from nlevolve.puzzle.grids import LARGEST_SIDE, Grid, cell_accuracy


@dataclass(frozen=True, slots=True)
class Pair:
    """One training example."""

    input: Grid
    output: Grid


@dataclass(frozen=True, slots=True)
class Task:
    """An ARC task as a solver may know it. `id` names it to people; it never reaches a model."""

    id: str
    pairs: tuple[Pair, ...]
    tests: tuple[Grid, ...]
    max_side: int = LARGEST_SIDE
    """How many rows or columns a grid may have, those that a model answers with too: more than ARC's in some data sets."""

    def without(self, pair: int) -> Task:
        """The task less one training pair (index from 0): what a model is shown when that pair is judged."""
        return replace(self, pairs=self.pairs[:pair] + self.pairs[pair + 1 :])

    def _repr_html_(self) -> str:
        """What a notebook shows: the training pairs, and the test inputs."""
        pairs = "".join(f"<tr><td>{svg(pair.input)}</td><td>→</td><td>{svg(pair.output)}</td></tr>" for pair in self.pairs)
        tests = "".join(f"<tr><td>{svg(test)}</td><td>→</td><td>?</td></tr>" for test in self.tests)
        return f"<table><caption>{escape(self.id)}</caption>{pairs}{tests}</table>"

    @property
    def copy_accuracy(self) -> float:
        """Mean cell accuracy, 0..1, of giving each training input back as its output."""
        return sum(cell_accuracy(p.input, p.output) for p in self.pairs) / len(self.pairs)
