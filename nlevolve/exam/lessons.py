"""What a checker is examined on: descriptions that are known to be right, and grids on which following them has a known end."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from random import Random
from typing import Any

from nlevolve.errors import UsageError
from nlevolve.evolve.population import population
from nlevolve.puzzle.grids import parse
from nlevolve.puzzle.sources import read_dataset, task
from nlevolve.puzzle.tasks import Pair, Task
from nlevolve.records import Description, Event, TaskStarted
from nlevolve.run import store


@dataclass(frozen=True, slots=True)
class Lesson:
    """A description that is known to be right, and the task whose rule it is."""

    task: Task
    description: Description
    grids: tuple[Pair, ...] = ()
    """What to follow it on; none: the task's own training pairs, each hidden in its turn."""
    looks: int = 0
    """So many of its bullets, the first ones, only tell how the grids look."""

    @property
    def steps(self) -> tuple[str, ...]:
        """The bullets that say what to do."""
        return self.description.bullets[self.looks :]


@dataclass(frozen=True, slots=True)
class Exercise:
    """A lesson's description to be followed on one grid."""

    lesson: Lesson
    number: int
    """Which of the lesson's grids, from 0."""
    shown: Task
    """The examples that may be shown, and the grid as the only test input."""
    truth: Pair

    @property
    def cells(self) -> int:
        """Of the larger of input and output: what has to be read, or to be written."""
        return max(len(grid) * len(grid[0]) for grid in (self.truth.input, self.truth.output))


def own() -> list[Lesson]:
    """Our own material: plain English about ARC-AGI-1 training tasks, with grids that nobody has published."""
    known = read_dataset("arc1")["training"]
    found = sorted((file for file in files("nlevolve.exam").iterdir() if file.name.endswith(".toml")), key=lambda f: f.name)
    return [_own(tomllib.loads(file.read_text(encoding="utf-8")), known) for file in found]


def _own(told: Mapping[str, Any], known: Mapping[str, Any]) -> Lesson:
    grids = tuple(Pair(*(parse("\n".join(pair[side])) for side in ("input", "output"))) for pair in told["grids"])
    return Lesson(task(told["task"], known[told["task"]], told["task"]), Description(bullets=tuple(told["description"])), grids)


def of_run(folder: Path) -> list[Lesson]:
    """The best description of each task that fits all its training pairs, as this run's checker followed it.

    Raises UsageError where there is none.
    """
    by_task: dict[str, list[Event]] = {}
    for event in store.read_events(folder):
        by_task.setdefault(getattr(event, "task", ""), []).append(event)
    side = store.max_side(store.read_config(folder))
    found = [lesson for events in by_task.values() for lesson in _perfect(events, side)]
    if not found:
        raise UsageError(f"run {folder.name} has no description that fits all training pairs of its task: nothing to follow")
    return found


def _perfect(events: Sequence[Event], side: int) -> Iterator[Lesson]:
    begun = next((event for event in events if isinstance(event, TaskStarted)), None)
    perfect = population(events).perfect()
    if begun is not None and perfect:
        pairs = tuple(Pair(*pair) for pair in begun.pairs)
        yield Lesson(Task(begun.task, pairs, begun.tests, side), perfect[0].description)


def sampled(lessons: Sequence[Lesson], number: int | None, seed: int) -> list[Lesson]:
    """So many of the lessons, drawn by the seed, in their order; all of them where there are no more."""
    if number is None or number >= len(lessons):
        return list(lessons)
    chosen = set(Random(f"{seed}/exam").sample(range(len(lessons)), number))
    return [lesson for place, lesson in enumerate(lessons) if place in chosen]


def exercises(lessons: Sequence[Lesson], most: int) -> list[Exercise]:
    """At most so many grids for each description."""
    return [exercise for lesson in lessons for exercise in _exercises(lesson)[:most]]


def _exercises(lesson: Lesson) -> list[Exercise]:
    whole = lesson.task
    if lesson.grids:
        return [Exercise(lesson, n, replace(whole, tests=(pair.input,)), pair) for n, pair in enumerate(lesson.grids)]
    # as in a run: the pair that is judged is not shown
    hidden = (replace(whole.without(n), tests=(pair.input,)) for n, pair in enumerate(whole.pairs))
    return [Exercise(lesson, n, shown, pair) for n, (shown, pair) in enumerate(zip(hidden, whole.pairs, strict=True))]
