"""The test outputs, kept apart from tasks. Only view/grading.py and audit/truth.py import this; import-linter sees to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from nlevolve.errors import UsageError
from nlevolve.puzzle.files import RawTask, object_in, shown, tasks_in, undrawn
from nlevolve.puzzle.grids import LARGEST_SIDE, Grid, GridError, grid
from nlevolve.puzzle.sources import DATASETS, read_dataset
from nlevolve.puzzle.sources import test_outputs as outputs_within

Solution = tuple[Grid, ...]
"""One output for each test input, in order."""


def open_solutions(selectors: Iterable[str], max_side: int = LARGEST_SIDE) -> Mapping[str, Solution]:
    """Task id -> its solution, for exact selectors as `Selection.selectors` gives them (and config.json records).

    A task whose solution is not known, or whose file is gone since, is missing from the mapping.
    Raises UsageError naming a solutions file that is broken.
    """
    wanted: dict[str, list[str]] = {}
    for selector in selectors:
        source, _, id = selector.rpartition(":")
        wanted.setdefault(source, []).append(id)
    found = {id: solution for source, ids in wanted.items() for id, solution in _of_source(source, ids, max_side).items()}
    return {id: solution for id, solution in found.items() if solution is not None}


def solutions_beside(challenges: Path) -> Path:
    """The name under which Kaggle keeps the solutions of a challenges file."""
    if "challenges" in challenges.name:
        return challenges.with_name("solutions".join(challenges.name.rsplit("challenges", 1)))
    return challenges.with_name(f"{challenges.stem}_solutions.json")


def _of_source(source: str, ids: list[str], max_side: int) -> dict[str, Solution | None]:
    if source in DATASETS:
        splits = read_dataset(source).values()
        return {id: outputs_within(tasks[id], f"{source}:{id}", max_side) for id in ids for tasks in splits if id in tasks}
    path, draw = (source, None) if Path(source).is_file() else undrawn(source, seed=0)
    file = Path(path)
    if not file.is_file():
        return dict.fromkeys(ids)
    found = tasks_in(file, draw)
    tasks = {id: found[id] for id in ids if id in found}
    beside = solutions_beside(file)
    apart = object_in(beside) if beside.is_file() else {}
    if apart is None:
        raise UsageError(f"{shown(beside)} holds no solutions: expected {{id: [output, …], …}}")
    return {id: _of_task(id, tasks.get(id), apart, beside, max_side) or _own(tasks.get(id), file, id, max_side) for id in ids}


def _of_task(id: str, raw: RawTask, apart: Mapping[str, object], beside: Path, max_side: int) -> Solution | None:
    """From the solutions file; None when it does not know the task."""
    outputs = apart.get(id)
    if outputs is None or raw is None:
        return None
    if not isinstance(outputs, list) or len(outputs) != len(raw["test"]):
        raise UsageError(f"{shown(beside)}, task {id}: expected a list of {len(raw['test'])} outputs, one for each test input")
    try:
        return tuple(grid(output, max_side) for output in outputs)
    except GridError as error:
        raise UsageError(f"{shown(beside)}, task {id}: {error}") from None


def _own(raw: RawTask, file: Path, id: str, max_side: int) -> Solution | None:
    return None if raw is None else outputs_within(raw, f"{shown(file)}, task {id}", max_side)
