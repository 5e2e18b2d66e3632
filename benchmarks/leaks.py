"""How well exports keep solutions to themselves: each task's outputs written in many ways, and how many of them are seen.

`python -m benchmarks.leaks --tasks 'arc1:training[:100]'`: every test output that is large enough to be looked for and no open
matter, in the six notations, as it is, turned, recoloured, and in pieces. What a task shows in that way anyhow is not tried.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from random import Random

from nlevolve.puzzle.datasets import load
from nlevolve.puzzle.grids import Grid
from nlevolve.puzzle.notations import NAMES, NOTATIONS, write
from nlevolve.puzzle.symmetry import SYMMETRIES, relabelling
from nlevolve.puzzle.tasks import Task
from nlevolve.view.export.spills import LEAST, LEAST_HIDDEN, LEAST_TURNED, spills
from nlevolve.view.grading import open_solutions

PIECES: dict[str, Callable[[Grid], str]] = {
    "bullets": lambda grid: "\n".join(f"- {_digits(row)}" for row in grid),
    "numbered bullets": lambda grid: "\n".join(f"{n}. {_digits(row)}" for n, row in enumerate(grid, 1)),
    "rows in words": lambda grid: " ".join(f"Row {n} is {_digits(row)}." for n, row in enumerate(grid, 1)),
    "rows among words": lambda grid: " ".join(f"Then draw {', '.join(NAMES[cell] for cell in row)} below it." for row in grid),
    "JSON of bullets": lambda grid: str([f"{n}) {_digits(row)}" for n, row in enumerate(grid, 1)]),
    "program": lambda grid: f"def f(grid):\n    return {[list(row) for row in grid]}\n",
    "wrapped": lambda grid: "\n".join(_digits(_flat(grid)[start : start + 7]) for start in range(0, len(_flat(grid)), 7)),
}


def _digits(row: Sequence[int]) -> str:
    return " ".join(map(str, row))


def _flat(grid: Grid) -> tuple[int, ...]:
    return tuple(cell for row in grid for cell in row)


def main(arguments: Sequence[str] | None = None) -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--tasks", default="arc1:training[:100]")
    told = options.parse_args(arguments)
    seen, tried = Counter[str](), Counter[str]()
    for task, output in secrets([told.tasks]):
        for way, text in told_in(task, output):
            tried[way] += 1
            seen[way] += spills(text, task, [output])
    for way, number in tried.items():
        print(f"{way:<40} {seen[way]:>6,} of {number:,} seen")
    return 0 if seen == tried else 1


def secrets(selectors: Sequence[str]) -> Iterator[tuple[Task, Grid]]:
    """Outputs that are looked for: large enough, and not within a grid that the task shows."""
    selection = load(selectors)
    tasks = {task.id: task for task in selection.tasks}
    for name, outputs in open_solutions(selection.selectors).items():
        for output in outputs or ():
            if len(_flat(output)) >= LEAST and spills(write(output), tasks[name], [output]):
                yield tasks[name], output


def told_in(task: Task, output: Grid) -> Iterator[tuple[str, str]]:
    """(in which way, the text) of every way in which it may be looked for at its size."""
    size, rng = len(_flat(output)), Random(task.id)
    for notation in NOTATIONS:
        yield notation, f"The output is:\n{write(output, notation)}\nas one sees."
        if size >= LEAST_TURNED and not _open(task, output, _flat):
            for symmetry in SYMMETRIES[1:]:
                yield f"{notation}, turned", f"It is\n{write(symmetry.grid(output), notation)}"
        if size >= LEAST_HIDDEN and len(set(_flat(output))) > 1 and not _open(task, output, _named):
            for symmetry in SYMMETRIES:
                other = symmetry.then(relabelling(rng, ()))
                yield f"{notation}, recoloured", f"It is\n{write(other.grid(output), notation)}"
    for way, pieces in PIECES.items() if size >= LEAST_HIDDEN and len(output[0]) > 2 else ():
        yield way, pieces(output)


def _open(task: Task, output: Grid, seen: Callable[[Grid], tuple[int, ...]]) -> bool:
    """Whether a grid of the task has the same cells in a row, looked at from any side and seen so."""
    size = len(_flat(output))
    wanted = {seen(symmetry.grid(output)) for symmetry in SYMMETRIES}
    grids = [*(grid for pair in task.pairs for grid in (pair.input, pair.output)), *task.tests]
    rows = [_flat(symmetry.grid(grid)) for grid in grids for symmetry in SYMMETRIES]
    return any(seen((row[start : start + size],)) in wanted for row in rows for start in range(len(row) - size + 1))


def _named(grid: Grid) -> tuple[int, ...]:
    """Its cells with the colours called by the order in which they come."""
    names: dict[int, int] = {}
    return tuple(names.setdefault(cell, len(names)) for cell in _flat(grid))


if __name__ == "__main__":
    sys.exit(main())
