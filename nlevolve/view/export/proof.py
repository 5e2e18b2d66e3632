"""Tasks turned together with the words that solve them, and the proof that the words still do.

A copy of a description is kept only where `offline/checker` follows it on every turned grid to what the first one leads to on
the grid as it was, and the first one leads to the right output on every training pair. Where it cannot read the words nothing is
proven, and no copy is made.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from random import Random

from nlevolve.offline.checker import check
from nlevolve.offline.scene import cells
from nlevolve.puzzle.grids import Grid
from nlevolve.puzzle.orbit import orbit
from nlevolve.puzzle.symmetry import SYMMETRIES, Transform, relabelling
from nlevolve.puzzle.tasks import Task
from nlevolve.records import Description
from nlevolve.view.export.wording import turned


@dataclass(frozen=True)
class Turning:
    """A task and words for it as seen through a transform."""

    by: Transform
    task: Task
    description: Description


def transforms(task: Task, number: int) -> Iterator[Transform]:
    """So many distinct ones other than the identity, the same for every copy of the task, every run and every machine.

    By turns a symmetry alone and a recolouring with any symmetry or none; black stays black.
    """
    rng = Random(f"{orbit(task)}/turned")
    symmetries, had = rng.sample(SYMMETRIES[1:], 7), {Transform()}
    while number:
        symmetry = symmetries.pop() if symmetries and len(had) % 2 else rng.choice(SYMMETRIES)
        by = symmetry if symmetry not in had else symmetry.then(relabelling(rng))
        if by not in had:
            had.add(by)
            number -= 1
            yield by


def turnings(task: Task, description: Description, number: int, told: Counter[str]) -> Iterator[Turning]:
    """Up to `number` copies, each proven. `told` counts what became of each that was tried: kept, unsafe, differs, or unread."""
    if number and not _read(task, description):
        told["unread"] += number
        return
    for by in transforms(task, number):
        bullets = [turned(bullet, by) for bullet in description.bullets]
        if None in bullets:
            told["unsafe"] += 1
            continue
        copy = Turning(by, by.task(task), Description(bullets=tuple(filter(None, bullets))))
        proven = _follows(copy, task, description)
        told["kept" if proven else "differs"] += 1
        if proven:
            yield copy


def _read(task: Task, description: Description) -> bool:
    """Whether the embedded checker understands the words as they are, and gets the training outputs by them."""
    return all(_followed(description.bullets, pair.input) == pair.output for pair in task.pairs)


def _follows(copy: Turning, task: Task, description: Description) -> bool:
    """On the test inputs too: what either leads to there is compared, and nobody knows what is right."""
    for grid in (*(pair.input for pair in task.pairs), *task.tests):
        there = _followed(description.bullets, grid)
        if there is None or _followed(copy.description.bullets, copy.by.grid(grid)) != copy.by.grid(there):
            return False
    return True


@lru_cache(maxsize=4096)
def _followed(bullets: tuple[str, ...], grid: Grid) -> Grid | None:
    """None where some bullet is not understood, or makes no sense on the grid."""
    checked = check(bullets, cells(grid))
    return None if checked.note else tuple(tuple(map(int, row)) for row in checked.grid)
