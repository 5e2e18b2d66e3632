"""What templates are filled with: grids, pairs and candidates as plain fields."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import Any

from nlevolve.puzzle.grids import Grid, shape
from nlevolve.puzzle.notations import Grids, difference, write
from nlevolve.puzzle.tasks import Pair, Task
from nlevolve.records import Attempt, Description, Followed, Garbled, Refused, Unreached

SAID = 300
"""Characters of a description that a line about it holds, and of a bullet of an example."""
MOST_SAID = 20
"""Bullets of an example."""


@lru_cache(maxsize=4096)
def grid_fields(grid: Grid, grids: Grids = "digits") -> dict[str, Any]:
    rows, columns = shape(grid)
    return {"rows": rows, "columns": columns, "text": write(grid, grids)}


def pair_fields(
    pairs: Sequence[Pair], hidden: int | None = None, out: Collection[int] = (), grids: Grids = "digits"
) -> list[dict[str, Any]]:
    """The pairs less the hidden one and those left `out` (from 0). Numbers stay those of the whole task, so that feedback can
    name them."""
    return [
        {"number": i + 1, "input": grid_fields(p.input, grids), "output": grid_fields(p.output, grids)}
        for i, p in enumerate(pairs)
        if i != hidden and i not in out
    ]


def fields_of_tests(task: Task, grids: Grids = "digits") -> list[dict[str, Any]]:
    return [{"number": i + 1, **grid_fields(t, grids)} for i, t in enumerate(task.tests)]


def parent_fields(
    task: Task, description: Description, attempts: Sequence[Attempt], tokens: int, place: int = 0, grids: Grids = "digits"
) -> dict[str, Any]:
    """A candidate with what came of it on each training pair.

    Wrong grids are shown whole, the worst first, while their estimated `tokens` last; of the rest only the verdict.
    """
    shown: set[int] = set()
    for i in sorted(range(len(attempts)), key=lambda i: attempts[i].cells):
        attempt = attempts[i]
        if isinstance(attempt, Followed) and not attempt.exact:
            rows, columns = shape(attempt.grid)
            tokens -= 4 * rows * columns
            if tokens >= 0:
                shown.add(i)
    results = [
        {"number": i + 1, "verdict": _verdict(a, p.output), **(_got(a, p.output, grids) if i in shown else {"text": ""})}
        for i, (a, p) in enumerate(zip(attempts, task.pairs, strict=True))
    ]
    return {**rule_fields(description, place), "results": results}


def rule_fields(description: Description, place: int = 0) -> dict[str, Any]:
    """A description, and nothing of what came of it."""
    return {"letter": "ABCDEFGH"[place], "bullets": description.bullets}


def example_fields(example: Description) -> dict[str, Any]:
    """A rule of another task, which may be a stranger's words: a line a bullet, cut, of what can be seen alone."""
    bullets = (" ".join("".join(c if c.isprintable() else " " for c in bullet).split()) for bullet in example.bullets)
    return {"bullets": [bullet[:SAID] for bullet in bullets if bullet][:MOST_SAID]}


def tried_fields(task: Task, description: Description, attempts: Sequence[Attempt]) -> dict[str, Any]:
    """A description in a line, and why it failed in another: no grid, so that nobody goes on from it."""
    words = " ".join(description.plain.bullets)
    said = words if len(words) <= SAID else f"{words[:SAID].rsplit(' ', 1)[0]} …"
    missed = [(i, _verdict(a, p.output)) for i, (a, p) in enumerate(zip(attempts, task.pairs, strict=True)) if not a.exact]
    exact = f"exact on {len(attempts) - len(missed)} of {len(attempts)} pairs"
    return {"said": said, "outcome": "; ".join([exact, *(f"pair {i + 1}: {verdict}" for i, verdict in missed)])}


def _got(attempt: Attempt, want: Grid, grids: Grids) -> dict[str, Any]:
    assert isinstance(attempt, Followed)
    return {**grid_fields(attempt.grid, grids), "difference": difference(attempt.grid, want, grids)}


READERS = {"checker": "a reader", "coder": "a program made from the words"}


def _verdict(attempt: Attempt, want: Grid) -> str:
    """What came of a pair; where there are two readers, for whom, and whether the words were read in two ways."""
    if attempt.other is None:
        told = _told(attempt, want)
        return told if attempt.by == "checker" or isinstance(attempt, Unreached | Refused) else f"{told}, for {READERS['coder']}"
    other = attempt.other
    first, second = READERS[attempt.by], READERS[other.by]
    if isinstance(attempt, Followed) and attempt.grid == other.grid:
        return f"{_told(attempt, want)}, for {first} and for {second} alike"
    theirs = NO_GRID if other.grid is None else _compared(other.grid, other.accuracy, want)
    return f"{_told(attempt, want)} for {first}, {theirs} for {second}: the words were read in two ways"


NO_GRID = "no valid grid"


def _told(attempt: Attempt, want: Grid) -> str:
    if isinstance(attempt, Garbled):
        return "the reader gave no valid grid" if attempt.by == "checker" and attempt.other is None else NO_GRID
    return _compared(attempt.grid, attempt.cells, want) if isinstance(attempt, Followed) else "not tried"


def _compared(grid: Grid, accuracy: float, want: Grid) -> str:
    if grid == want:
        return "exact"
    if shape(grid) != shape(want):
        return "wrong size"
    cells = sum(map(len, want))
    return f"{round((1 - accuracy) * cells)} of {cells} cells wrong"
