"""The tasks of a run, and where each was found."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from nlevolve.puzzle.grids import LARGEST_SIDE
from nlevolve.puzzle.shards import Shard, every
from nlevolve.puzzle.tasks import Task


@dataclass(frozen=True, slots=True)
class Selected:
    """A task and where it was found: a data set's name, or a file's absolute path (and how it was drawn from its pairs)."""

    task: Task
    source: str

    @property
    def selector(self) -> str:
        """Selects this task alone, from any working folder."""
        return f"{self.source}:{self.task.id}"


@dataclass(frozen=True)
class Selection:
    """The tasks of a run, each id once, in the order in which they were selected."""

    found: tuple[Selected, ...]
    max_side: int = LARGEST_SIDE
    """How many rows or columns their grids may have."""
    broken: tuple[str, ...] = ()
    """What is wrong with those that were left out, a line each."""
    shard: Shard | None = None
    """Which part of what was selected these are, if not all."""
    others: tuple[Task, ...] = ()
    """Tasks of the other shards, where a selection was cut here."""

    @cached_property
    def tasks(self) -> tuple[Task, ...]:
        return tuple(one.task for one in self.found)

    @property
    def whole(self) -> tuple[Task, ...]:
        """All that were selected, in any order: what is settled by them is settled alike in every shard."""
        return (*self.tasks, *self.others)

    @cached_property
    def selectors(self) -> tuple[str, ...]:
        """One exact selector a task: `load(selection.selectors)` is this selection again. What config.json records."""
        return tuple(one.selector for one in self.found)

    @cached_property
    def digest(self) -> str:
        """SHA-256, in hex, of what the tasks hold: tells a resumed run whether they are still the same."""
        return _digest(self.tasks)

    @cached_property
    def digests(self) -> dict[str, str]:
        """Selector -> SHA-256 of its task alone: of a data set that has changed they say which tasks did."""
        return {one.selector: _digest([one.task]) for one in self.found}

    def part(self, shard: str) -> Selection:
        """Every n-th of these tasks, for `i/n`. Raises UsageError where there are fewer than shards."""
        number, of = map(int, shard.split("/"))
        found = every(self.found, number, of)
        mine = {one.task.id for one in found}
        others = tuple(task for task in self.tasks if task.id not in mine)
        return replace(self, found=found, shard=Shard(number, of, self.selectors, self.digest), others=others)


def _digest(tasks: Iterable[Task]) -> str:
    rows = [[t.id, [[p.input, p.output] for p in t.pairs], t.tests] for t in tasks]
    return hashlib.sha256(json.dumps(rows, separators=(",", ":")).encode()).hexdigest()
