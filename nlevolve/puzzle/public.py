"""Which tasks are public: what is published may have been learnt from, so that a figure on it says less than one on others."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from nlevolve.puzzle.datasets import same
from nlevolve.puzzle.files import RawTask
from nlevolve.puzzle.selection import Selected
from nlevolve.puzzle.sources import DATASETS, read_dataset, task
from nlevolve.puzzle.tasks import Task

_ID = re.compile(r"[0-9a-f]{8}")
"""Of the published tasks."""


def public(found: Iterable[Selected]) -> frozenset[str]:
    """The ids of those that are in a published data set: selected from it, or copied from it into a file."""
    told = list(found)
    named = {one.task.id for one in told if one.source in DATASETS}
    others = [one.task for one in told if one.source not in DATASETS and _ID.fullmatch(one.task.id)]
    return frozenset(named | set(_copied(others) if others else ()))


def _copied(tasks: Iterable[Task]) -> Iterator[str]:
    """Fresh pairs under a published id, as re-arc has them, are no copy."""
    published = [tasks for name in DATASETS for tasks in read_dataset(name).values()]
    return (one.id for one in tasks if any(_holds(split, one) for split in published))


def _holds(split: Mapping[str, RawTask], one: Task) -> bool:
    return one.id in split and same(task(one.id, split[one.id], one.id), one)
