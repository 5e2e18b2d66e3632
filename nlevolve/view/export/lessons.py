"""What a run can teach: the descriptions that held, and a library of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nlevolve.evolve.population import Candidate
from nlevolve.puzzle.tasks import Task
from nlevolve.records import Followed
from nlevolve.view.run_folder import RunFolder


def library(run: RunFolder) -> list[dict[str, Any]]:
    """Every distinct description that held, the best of a task first: exact on its training pairs, and not wrong on its tests.

    One that held on several tasks stands once: `task` and what follows it are of the first of them, `tasks` has all.
    `solved` is null where the solution is unknown.
    """
    entries: dict[str, dict[str, Any]] = {}
    for task, candidate in held(run):
        entry = entries.setdefault(candidate.description.normalised, _entry(run, task, candidate))
        entry["tasks"] += [task.id] if task.id not in entry["tasks"] else []
    return list(entries.values())


def _entry(run: RunFolder, task: Task, candidate: Candidate) -> dict[str, Any]:
    return {
        "task": task.id,
        "tasks": [],
        "description": list(candidate.description.bullets),
        "words": candidate.description.words,
        "pairs": len(task.pairs),
        "solved": run.results["tasks"][task.id]["solved"],
        "operator": candidate.birth.operator,
        "model": candidate.birth.model,
    }


def held(run: RunFolder) -> Iterator[tuple[Task, Candidate]]:
    """(task, candidate), of which several may say the same: births that were in flight at the same time."""
    for task in run.tasks:
        if run.results["tasks"][task.id]["solved"] is False:
            continue
        wrong = _wrong(run, task)
        members = run.history.task(task.id).population.members.values()
        own = [one for one in members if one.birth.operator != "given" and one.index not in wrong]
        told = [one for one in own if one.duplicate_of is None and one.fitness.perfect]
        for candidate in sorted(told, key=lambda one: one.fitness.key(run.history.rank), reverse=True):
            yield task, candidate


def _wrong(run: RunFolder, task: Task) -> set[int]:
    """Births whose own grids for some test input are all known to be wrong, though another birth's may have been right."""
    truth = dict(enumerate(run.solutions.get(task.id) or ()))
    right: dict[tuple[int, int], bool] = {}
    for followed in run.history.task(task.id).follows.values():
        attempt, place = followed.attempt, (followed.birth, followed.attempt.pair)
        if isinstance(attempt, Followed) and attempt.pair in truth:
            right[place] = right.get(place, False) or attempt.grid == truth[attempt.pair]
    return {birth for (birth, _), one in right.items() if not one}
