"""Material that users bring: people's descriptions (LARC), and more pairs of known tasks (re-arc)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from nlevolve.errors import UsageError
from nlevolve.exam.lessons import Lesson
from nlevolve.options import explain
from nlevolve.puzzle.files import object_in, shown
from nlevolve.puzzle.grids import LARGEST_SIDE, GridError, grid
from nlevolve.puzzle.larc import Told
from nlevolve.puzzle.sources import read_dataset, task
from nlevolve.puzzle.tasks import Pair, Task
from nlevolve.records import Description


def larc(file: Path) -> list[Lesson]:
    """People's descriptions of ARC-AGI-1 training tasks from which somebody built the output: of each task the one that most did.

    `file` holds a JSON object a line. Raises UsageError naming the line.
    S. Acquaviva and others, Communicating Natural Programs to Humans and Machines (2021).
    """
    known = read_dataset("arc1")["training"]
    best: dict[str, Told] = {}
    for number, told in _told(file):
        if told.task not in known:
            raise UsageError(f"{shown(file)}, line {number}: {told.task[:40]!r} is no training task of ARC-AGI-1")
        if told.builds_succeeded and (told.task not in best or told.share > best[told.task].share):
            best[told.task] = told
    if not best:
        raise UsageError(f"{shown(file)} has no description from which anybody built the output (builds_succeeded)")
    return [_lesson(task(id, known[id], id), best[id].bullets) for id in sorted(best)]


def _lesson(described: Task, bullets: tuple[str, ...]) -> Lesson:
    """The last part alone says what to do."""
    return Lesson(described, Description(bullets=bullets), looks=len(bullets) - 1)


def _told(file: Path) -> Iterator[tuple[int, Told]]:
    for number, row in _rows(file):
        try:
            yield number, Told.model_validate(row)
        except ValidationError as error:
            raise UsageError(f"{shown(file)}, line {number}: {explain(error, Told, str)}") from None


def freshened(lessons: Sequence[Lesson], file: Path) -> list[Lesson]:
    """The lessons with a file's pairs to follow them on; those that it has no pairs for are left out.

    The file is re-arc's `{task: [{"input", "output"}, …]}`, or has `{"task": …, "pairs": […]}` a line. Raises UsageError.
    """
    pairs = dict(_fresh(file))
    found = [replace(one, grids=_pairs(pairs[one.task.id], file, one.task.id)) for one in lessons if one.task.id in pairs]
    if not found:
        raise UsageError(_strange(file, lessons, list(pairs)))
    return found


def _strange(file: Path, lessons: Sequence[Lesson], ids: Sequence[str]) -> str:
    """Why no pairs of a file are of any use: what it has, and what is wanted."""
    wanted = lessons[0].task.id
    if ids and set(ids) <= {"train", "test", "name"}:
        form = f'{{"{wanted}": [{{"input": …, "output": …}}, …]}}'
        return f"{shown(file)} is a task in ARC's form: say of which one its pairs are, {form}"
    has = ", ".join(ascii(id[:40]) for id in ids[:3]) + (" …" if len(ids) > 3 else "")
    several = f"the {len(lessons)} tasks that are described, such as {wanted}"
    described = several if len(lessons) > 1 else f"the one task that is described, {wanted}"
    return f"{shown(file)} has pairs of none of {described}; it has {has or 'no pairs at all'}"


def _fresh(file: Path) -> Iterator[tuple[str, Any]]:
    if file.suffix != ".jsonl":
        whole = object_in(file)
        if whole is None:
            raise UsageError(f'{shown(file)}: expected {{task: [{{"input": …, "output": …}}, …]}}')
        yield from whole.items()
        return
    for number, row in _rows(file):
        if not isinstance(row, Mapping) or not {"task", "pairs"} <= row.keys():
            raise UsageError(f'{shown(file)}, line {number}: expected {{"task": …, "pairs": […]}}')
        yield str(row["task"]), row["pairs"]


def _pairs(raw: Any, file: Path, id: str) -> tuple[Pair, ...]:
    where = f"{shown(file)}, task {id}"
    if not isinstance(raw, list) or not raw:
        raise UsageError(f'{where}: no pairs, where a list of {{"input": …, "output": …}} is expected')
    return tuple(_pair(pair, f"{where}: a pair is no input and output: number {number}") for number, pair in enumerate(raw, 1))


def _pair(raw: Any, wrong: str) -> Pair:
    if not isinstance(raw, Mapping) or (lacking := {"input", "output"} - raw.keys()):
        raise UsageError(f"{wrong} " + (f"has no {min(lacking)}" if isinstance(raw, Mapping) else "is no object"))
    try:
        return Pair(*(grid(raw[side], LARGEST_SIDE) for side in ("input", "output")))
    except (TypeError, GridError) as error:
        raise UsageError(f"{wrong}, {error}") from None


def _rows(file: Path) -> Iterator[tuple[int, Any]]:
    """The JSON of each line, with its number."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read {shown(file)}: {getattr(error, 'strerror', None) or 'it is not text in UTF-8'}") from None
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            try:
                yield number, json.loads(line)
            except (ValueError, RecursionError):
                raise UsageError(f"{shown(file)}, line {number} is not JSON") from None
