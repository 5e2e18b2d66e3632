"""The tasks as they lie in their data sets and files, with their test outputs: the second place that opens solutions."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from nlevolve.audit.findings import Findings
from nlevolve.errors import UsageError
from nlevolve.puzzle.datasets import load
from nlevolve.puzzle.grids import LARGEST_SIDE, Grid
from nlevolve.puzzle.public import public
from nlevolve.puzzle.solutions import Solution, open_solutions
from nlevolve.puzzle.tasks import Task

__all__ = ["Solution", "Truth", "accuracy", "digest"]


@dataclass(frozen=True)
class Truth:
    tasks: Mapping[str, Task] = field(default_factory=dict)
    """Those selected, in order; empty where a task's file is gone."""
    solutions: Mapping[str, Solution] = field(default_factory=dict)
    public: frozenset[str] | None = None
    """Those that are in a published data set; None where their files are gone."""

    @classmethod
    def of(cls, config: Mapping[str, Any], found: Findings) -> Truth:
        """What config.json's selectors name."""
        side = config.get("max_side", LARGEST_SIDE)
        try:
            selection = load(config["tasks"], max_side=side)
            tasks = {task.id: task for task in selection.tasks}
            solutions = open_solutions(config["tasks"], side)
        except UsageError as gone:
            found.cannot(
                f"the tasks cannot be read ({gone}): whether answers are right, and whether the log has their true pairs"
            )
            return cls()
        if recorded := config.get("tasks_digest"):
            found.equal("setting", "config.json, tasks_digest", recorded, digest(list(tasks.values())))
        recorded = config.get("task_digests")
        if recorded is None:
            found.cannot("config.json has no digest of each task (an older version wrote it)")
        else:
            for selector, id in zip(selection.selectors, tasks, strict=True):
                found.equal("setting", f"config.json, task_digests.{selector}", recorded.get(selector), digest([tasks[id]]))
        if lacking := len(tasks.keys() - solutions.keys()):
            found.cannot(f"the solutions of {lacking} of {len(tasks)} tasks are not known: whether their answers are right")
        return cls(tasks, solutions, public(selection.found))


def digest(tasks: list[Task]) -> str:
    """SHA-256 of what tasks hold that a solver may see."""
    rows = [[task.id, [[pair.input, pair.output] for pair in task.pairs], task.tests] for task in tasks]
    return hashlib.sha256(json.dumps(rows, separators=(",", ":")).encode()).hexdigest()


def accuracy(got: Grid | None, want: Grid) -> float:
    """Share of equal cells, 0..1; 0 where the sizes differ."""
    if got is None or len(got) != len(want) or len(got[0]) != len(want[0]):
        return 0.0
    cells = [a == b for row, other in zip(got, want, strict=True) for a, b in zip(row, other, strict=True)]
    return sum(cells) / len(cells)
