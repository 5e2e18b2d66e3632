"""What of a library may be shown to a task, and how like it the tasks are that it is from. Pure; loads numpy and scipy."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from math import log

from nlevolve.evolve.examples import Shelf
from nlevolve.puzzle.kinship import akin, fingerprints
from nlevolve.puzzle.tasks import Task
from nlevolve.puzzle.traits import traits
from nlevolve.records import Entry

_TELLING = re.compile(r"(?=.*\d).{6,}")
"""Ids that are no words."""


def shelf(task: Task, entries: Iterable[Entry]) -> Shelf:
    """What of these entries may be shown to a task: none of its own, whatever it is called, turned or recoloured, and none that
    names it."""
    own = fingerprints(task)
    others = tuple(
        entry for entry in entries if entry.task != task.id and not akin(own, entry.fingerprints) and not _names(task.id, entry)
    )
    return Shelf(others, likeness(traits(task), [entry.traits for entry in others]))


def _names(task: str, entry: Entry) -> bool:
    """Whether it holds the task's id; one that is a word like others may stand anywhere."""
    return _TELLING.fullmatch(task) is not None and any(_holds(task, bullet) for bullet in entry.description.bullets)


def _holds(task: str, bullet: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(task)}(?!\w)", bullet) is not None


def likeness(own: Sequence[str], others: Sequence[Sequence[str]]) -> tuple[float, ...]:
    """How much of what holds of either task holds of both, 0..1, what is rare among the others counting more."""
    weights = _rarity(others)
    return tuple(_shared(set(own), set(other), weights, log(1 + len(others))) for other in others)


def _rarity(others: Sequence[Sequence[str]]) -> Mapping[str, float]:
    names = sorted({name for other in others for name in other})
    return {name: log(1 + len(others) / sum(name in other for other in others)) for name in names}


def _shared(own: set[str], other: set[str], weights: Mapping[str, float], unknown: float) -> float:
    def weight(names: set[str]) -> float:
        return sum(weights.get(name, unknown) for name in sorted(names))

    either = weight(own | other)
    return weight(own & other) / either if either else 0.0
