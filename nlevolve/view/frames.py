"""A run as pandas frames, for whoever counts and plots: its tasks, candidates, attempts and calls."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nlevolve.evolve.population import Candidate
from nlevolve.plugins import of_extra
from nlevolve.puzzle.grids import Grid, cell_accuracy
from nlevolve.records import Attempt, CallFinished, Followed
from nlevolve.run import store
from nlevolve.view.columns import ATTEMPTS, CALLS, CANDIDATES, TASKS, Columns
from nlevolve.view.history import TaskHistory
from nlevolve.view.run_folder import RunFolder
from nlevolve.view.run_folder import read_run as read_folder

if TYPE_CHECKING:
    from pandas import DataFrame

Row = dict[str, Any]


@dataclass(frozen=True)
class RunFrames:
    """Frames of a run, or of all its repeats one below the other; `run` in each says which. docs/DATA.md lists the columns."""

    runs: tuple[str, ...]
    tasks: DataFrame
    """A row a task that was selected."""
    candidates: DataFrame
    """A row a description that was checked."""
    attempts: DataFrame
    """A row a grid that was asked for: by a description, on a training pair or a test input, or by a direct guess."""
    calls: DataFrame
    """A row a logical call, in the order in which they ended."""


def read_run(run: str | Path, runs_dir: str | Path = "runs") -> RunFrames:
    """Read a run, by its name or the path of its folder, while it goes on too; of repeats (A.s1, A.s2, …) their common name reads
    all. Raises UsageError: no such run, or pandas is not installed."""
    of_extra("pandas", "data", "read_run")
    folders = store.find_all(str(run), Path(runs_dir))
    read = [(read_folder(folder), store.read_events(folder)) for folder in folders]
    told = [one for one, _ in read]
    calls = [(one.name, event) for one, events in read for event in events if isinstance(event, CallFinished)]
    return RunFrames(
        runs=tuple(one.name for one in told),
        tasks=_frame(TASKS, (row for one in told for row in _tasks(one))),
        candidates=_frame(CANDIDATES, (row for one in told for row in _candidates(one))),
        attempts=_frame(ATTEMPTS, (row for one in told for row in _attempts(one))),
        calls=_frame(CALLS, (_call(name, call) for name, call in calls)),
    )


def _frame(columns: Columns, rows: Iterable[Row]) -> DataFrame:
    """With the same types whatever it holds, and if it holds nothing."""
    pandas = of_extra("pandas", "data", "read_run")
    told = list(rows)
    data = {name: pandas.Series([row[name] for row in told], dtype=kind) for name, (kind, _) in columns.items()}
    frame: DataFrame = pandas.DataFrame(data)
    return frame


def _tasks(run: RunFolder) -> Iterator[Row]:
    for task in run.tasks:
        seen, row = run.history.task(task.id), run.results["tasks"][task.id]
        solved, best = row["inputs_solved"], seen.best
        yield {
            "run": run.name,
            "task": task.id,
            "public": row.get("public"),
            "pairs": len(task.pairs),
            "tests": len(task.tests),
            "copy_accuracy": task.copy_accuracy,
            "solved": row["solved"],
            "inputs_solved": None if solved is None else sum(solved),
            "exact": best.fitness.exact if best else 0,
            "cells": best.fitness.cells if best else 0.0,
            "best": best.index if best else None,
            "births": seen.started.births if seen.started else None,
            "candidates": len(seen.population.members),
            "failed": len(seen.population.failed),
            "stopped": row["stopped"],
            "unfinished": row.get("unfinished", False),
            "error": row["error"],
            "calls": seen.account.provider,
            "cached": seen.account.cache,
            "tokens_prompt": seen.account.prompt,
            "tokens_completion": seen.account.completion,
            "cost_usd": seen.account.cost_usd,
            "seconds": row["seconds"],
        }


def _candidates(run: RunFolder) -> Iterator[Row]:
    for task in run.tasks:
        for _, one in sorted(run.history.task(task.id).population.members.items()):
            yield {"run": run.name, "task": task.id, **_candidate(one)}


def _candidate(one: Candidate) -> Row:
    birth, fit = one.birth, one.fitness
    return {
        "birth": birth.index,
        "operator": birth.operator,
        "parents": list(birth.parents),
        "model": birth.model,
        "view": birth.view,
        "grids": birth.grids,
        "facts": one.shown.facts,
        "images": one.shown.eye,
        "examples": len(birth.examples),
        "unseen": bool(one.unseen),
        "phase": birth.phase,
        "blind": birth.blind,
        "description": "\n".join(one.description.bullets),
        "words": fit.words,
        "exact": fit.exact,
        "pairs": fit.pairs,
        "cells": fit.cells,
        "judged": fit.judged,
        "perfect": fit.perfect,
        "duplicate_of": one.duplicate_of,
        "program": one.program or None,
        "verdict": one.review.verdict if one.review else None,
        "cost_usd": one.dollars,
    }


def _attempts(run: RunFolder) -> Iterator[Row]:
    for task in run.tasks:
        seen, truth = run.history.task(task.id), run.solutions.get(task.id)
        outputs = [pair.output for pair in task.pairs]
        for birth, one in sorted(seen.population.members.items()):
            for attempt in one.attempts:
                yield {**_attempt(run, task.id, attempt, outputs), "birth": birth, "on": "training", "sample": 0, "view": ""}
        for birth_, sample, view, attempt in _on_tests(seen):
            row = _attempt(run, task.id, attempt, truth)
            yield {**row, "birth": birth_, "on": "test", "sample": sample, "view": view}


def _on_tests(seen: TaskHistory) -> Iterator[tuple[int | None, int, str, Attempt]]:
    """(birth, sample, view, attempt) of what was followed or guessed."""
    for followed in seen.follows.values():
        yield followed.birth, followed.sample, followed.view, followed.attempt
    for guessed in seen.guesses.values():
        yield None, guessed.sample, "", guessed.attempt


def _attempt(run: RunFolder, task: str, attempt: Attempt, truth: Iterable[Grid] | None) -> Row:
    grid = attempt.grid if isinstance(attempt, Followed) else None
    want = None if truth is None else list(truth)[attempt.pair]
    unknown = want is None or attempt.kind in ("unreached", "refused", "skipped")
    return {
        "run": run.name,
        "task": task,
        "pair": attempt.pair,
        "by": attempt.by,
        "kind": attempt.kind,
        "accuracy": None if grid is None or want is None else cell_accuracy(grid, want),
        "exact": None if unknown else grid == want,
        "grid": None if grid is None else [list(row) for row in grid],
        "said": attempt.note if isinstance(attempt, Followed) else getattr(attempt, "why", ""),
    }


def _call(run: str, call: CallFinished) -> Row:
    fields = ("at", "task", "role", "purpose", "model", "birth", "target", "repair", "source", "finish")
    rest = ("cost_usd", "seconds", "tries", "error", "request")
    return {
        "run": run,
        **{name: getattr(call, name) for name in (*fields, *rest)},
        "tokens_prompt": call.usage.prompt,
        "tokens_cached": call.usage.prompt_cached,
        "tokens_completion": call.usage.completion,
        "tokens_reasoning": call.usage.reasoning,
        "bought_usd": call.bought.cost_usd if call.bought else None,
    }
