"""Descriptions that a run begins with (`--seeds`): a file of them, people's of LARC, a library, or what another run found.

The file may be a stranger's: its size, and what it holds, have bounds, and its words are only ever followed and revised.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from nlevolve.config import digest
from nlevolve.errors import UsageError
from nlevolve.evolve.population import Population, grow
from nlevolve.files import read_settings
from nlevolve.formats import SeedsRow
from nlevolve.options import explain
from nlevolve.puzzle.files import shown
from nlevolve.puzzle.larc import Told
from nlevolve.puzzle.tasks import Task
from nlevolve.records import CandidateChecked, Description
from nlevolve.run import store
from nlevolve.run.controls import Brought

LARGEST = 20_000_000
"""Bytes of a file."""
MOST = 8
"""Descriptions of a task; the first of them, of LARC's those from which most people built the output."""
MOST_BULLETS, LONGEST_BULLET = 60, 2_000
"""Of a description; characters."""
FORM = '{"TASK": ["a bullet", …], …}'

Read = Mapping[str, Sequence[Description]]


def seeded(source: str, runs_dir: Path, tasks: Iterable[Task]) -> Brought:
    """What a file or a run has for these tasks. Raises UsageError, one line."""
    found, name = _found(source, runs_dir)
    given = {task.id: tuple(found[task.id]) for task in tasks if task.id in found}
    if not given:
        raise UsageError(f"--seeds {name}: it has descriptions of {len(found)} tasks, and none of those that are to be solved")
    plain = {task: [one.model_dump(mode="json") for one in told] for task, told in given.items()}
    row = SeedsRow(
        of=name,
        tasks=len(given),
        descriptions=sum(map(len, given.values())),
        ignored=len(found.keys() - given.keys()),
        digest=digest(plain),
    )
    return Brought(given, seeds=row)


def _found(source: str, runs_dir: Path) -> tuple[Read, str]:
    file = Path(source)
    if file.is_file():
        return read_file(file), file.name
    try:
        folder = store.find(source, runs_dir)
    except UsageError as error:
        raise UsageError(f"--seeds: there is no file {source!r}, and {error}") from None
    return _of_run(folder), folder.name


def read_file(file: Path) -> Read:
    """Task -> the descriptions that a file has of it, in any of the forms. Raises UsageError, one line."""
    return _distinct(_of_file(file))


def _of_run(folder: Path) -> Read:
    """Of each task the descriptions that fit all its pairs, the best first; where there are none, the best there is."""
    rank = store.read_config(folder, ("settings",))["settings"].get("policy", {}).get("rank", "pairs")
    grown: dict[str, Population] = defaultdict(Population)
    for event in store.read_events(folder):
        if isinstance(event, CandidateChecked):
            grown[event.task] = grow(grown[event.task], event)
    ranked = {task: population.ranked("cells" if rank == "cells" else "pairs") for task, population in grown.items()}
    told = {task: [c for c in those if c.fitness.perfect] or those[:1] for task, those in ranked.items()}
    return _distinct((task, one.description) for task, those in told.items() for one in those)


def _distinct(told: Iterable[tuple[str, Description]]) -> Read:
    found: dict[str, dict[str, Description]] = defaultdict(dict)
    for task, description in told:
        if len(found[task]) < MOST:
            found[task].setdefault(description.normalised, description)
    return {task: tuple(those.values()) for task, those in found.items()}


def _of_file(file: Path) -> Iterator[tuple[str, Description]]:
    try:
        text = read_settings(file, LARGEST)
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read {shown(file)}: {getattr(error, 'strerror', None) or 'it is not text in UTF-8'}") from None
    rows = list(_rows(file, text))
    # people's are tried in the order of how many could build from them; all others as they stand
    for where, row in sorted(rows, key=lambda one: -_share(one[1])):
        yield from _of_row(where, row)


def _rows(file: Path, text: str) -> Iterator[tuple[str, Any]]:
    """One JSON value, or one a line: each with where it stands."""
    whole = _json(text)
    if whole is not None:
        yield from ((f"{shown(file)}", row) for row in (whole if isinstance(whole, list) else [whole]))
        return
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            row = _json(line)
            if row is None:
                raise UsageError(f"{shown(file)}, line {number} is not JSON; descriptions are told as {FORM}")
            yield f"{shown(file)}, line {number}", row


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _share(row: Any) -> float:
    if isinstance(row, dict) and "do" in row:
        try:
            return Told.model_validate(row).share
        except ValidationError:
            return 0.0
    return 0.0


def _of_row(where: str, row: Any) -> Iterator[tuple[str, Description]]:
    """LARC's (`see`, `grid`, `do`), a library's or a colleague's (`description`), or the plain form: task -> bullets."""
    if not isinstance(row, dict):
        raise UsageError(f"{where}: expected {FORM}")
    if "do" in row:
        try:
            told = Told.model_validate(row)
        except ValidationError as error:
            raise UsageError(f"{where}: {explain(error, Told, str)}") from None
        yield told.task, _description(where, list(told.bullets))
    elif "description" in row:
        tasks = row.get("tasks") or [row.get("task")]
        if not isinstance(tasks, list) or not all(isinstance(task, str) for task in tasks):
            raise UsageError(f"{where}: a description needs its task's id as `task`")
        yield from ((task, _description(where, row["description"])) for task in tasks)
    else:
        for task, told in row.items():
            several = told if isinstance(told, list) and told and isinstance(told[0], list) else [told]
            yield from ((task, _description(f"{where}, task {task[:40]}", one)) for one in several)


def _description(where: str, told: Any) -> Description:
    if not isinstance(told, list) or not all(isinstance(bullet, str) for bullet in told):
        raise UsageError(f"{where}: a description is a list of bullets, expected {FORM}")
    bullets = tuple(" ".join(bullet.split()) for bullet in told if bullet.strip())
    if not bullets:
        raise UsageError(f"{where}: a description is empty")
    if len(bullets) > MOST_BULLETS or max(map(len, bullets)) > LONGEST_BULLET:
        raise UsageError(f"{where}: a description has {MOST_BULLETS} bullets of {LONGEST_BULLET:,} characters at most")
    return Description(bullets=bullets)
