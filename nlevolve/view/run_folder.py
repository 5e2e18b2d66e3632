"""A run read back from its folder: settings, history, solutions and results, for whoever looks at it afterwards."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nlevolve import files
from nlevolve.errors import UsageError
from nlevolve.formats import ResultsFile
from nlevolve.llm.keys import shown
from nlevolve.puzzle.datasets import load
from nlevolve.puzzle.public import public
from nlevolve.puzzle.tasks import Pair, Task
from nlevolve.run import store
from nlevolve.view.grading import Solution, open_solutions
from nlevolve.view.history import History, read
from nlevolve.view.results import results
from nlevolve.view.text import plural


@dataclass(frozen=True)
class RunFolder:
    folder: Path
    config: Mapping[str, Any]
    """The content of config.json."""
    history: History
    tasks: Sequence[Task]
    """The tasks selected; of a run whose task files are gone since, those that it took up."""
    solutions: Mapping[str, Solution]
    results: Mapping[str, Any]
    """The content of results.json, computed anew from the events where the tasks can still be found."""

    @property
    def name(self) -> str:
        return self.folder.name


def read_run(folder: Path) -> RunFolder:
    """Read a run's folder (see `run.store.find`). Raises UsageError when there is nothing to go by."""
    config = store.read_config(folder)
    history = read(store.read_events(folder))
    selectors = config.get("tasks") or ()
    try:
        selection = load(selectors, max_side=store.max_side(config))
        solutions = open_solutions(selectors, store.max_side(config))
    except UsageError:
        return RunFolder(folder, config, history, _taken_up(history), {}, _written(folder))
    found = results(history, selection.tasks, solutions, public(selection.found))
    return RunFolder(folder, config, history, selection.tasks, solutions, found)


def names_of(runs: Sequence[RunFolder]) -> list[str]:
    """Names of the runs; the path where two folders have one name. Raises UsageError when a run is named twice."""
    plain = [run.name for run in runs]
    names = [run.name if plain.count(run.name) == 1 else str(run.folder) for run in runs]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise UsageError(f"run {twice} is named twice: compare it with another one")
    return names


def settings_of(config: Mapping[str, Any]) -> list[tuple[str, str]]:
    """config.json as (dotted key, value) rows; a library in one, without what its rules say."""
    library = config.get("library")
    if isinstance(library, Mapping):
        rules = f"{library.get('of')}, {plural(len(library.get('entries', ())), 'rule')}, {str(library.get('digest'))[:12]}"
        config = {**config, "library": "run" if library.get("grows") else rules}
    return list(flat(config))


def flat(tree: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """A tree of settings as (dotted key, value) rows."""
    if isinstance(tree, Mapping) and tree:
        for key, value in tree.items():
            yield from flat(value, f"{path}.{key}" if path else str(key))
    elif isinstance(tree, list) and any(isinstance(value, Mapping | list) for value in tree):
        for place, value in enumerate(tree):
            yield from flat(value, f"{path}.{place}")
    else:
        yield path, shown(path, ", ".join(map(str, tree)) if isinstance(tree, list) else str(tree))


def _taken_up(history: History) -> list[Task]:
    return [
        Task(event.task, tuple(Pair(*pair) for pair in event.pairs), event.tests)
        for task in history.tasks.values()
        if (event := task.started) is not None
    ]


def _written(folder: Path) -> dict[str, Any]:
    path = folder / "results.json"
    try:
        written = files.read(path)
        ResultsFile.model_validate_json(written)
        found: dict[str, Any] = json.loads(written)
        return found
    except (OSError, ValueError, RecursionError):
        raise UsageError(f"the tasks of run {folder.name} are gone, and {path} cannot be read either") from None
