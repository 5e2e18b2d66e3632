"""The runs of a folder: what each is and how it stands, a note beside it, and taking one away."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from nlevolve import files
from nlevolve.errors import UsageError
from nlevolve.records import DamagedLine, read_event
from nlevolve.run import store
from nlevolve.run.steering import CONTROL

NOTE = "note.txt"
OWN = frozenset({"config.json", "events.jsonl", "results.json", "submission.json", "report.html", "export", NOTE, CONTROL})
"""What a run's folder holds. With anything else in it, it is not ours to take away."""

LONGEST = 1_000_000
"""Bytes of a log's first line that are read: it names the run's tasks."""

State = Literal["running", "paused", "done", "unfinished"]


@dataclass(frozen=True)
class Kept:
    """One run as a list shows it."""

    folder: Path
    began: datetime
    """When its log begins; of one that has none, when its settings were written."""
    config: Mapping[str, Any]
    results: Mapping[str, Any]
    """The content of results.json; empty where it has none yet."""
    state: State
    note: str

    @property
    def name(self) -> str:
        return self.folder.name


def kept(runs_dir: Path) -> Iterator[Kept]:
    """The runs below a folder, the latest last; what is no run is passed over."""
    found = [one for folder in runs_dir.glob("*") if (one := _read(folder)) is not None] if runs_dir.is_dir() else []
    yield from sorted(found, key=lambda one: (one.began, one.name))


def note(folder: Path) -> str:
    """What was noted of a run; empty where nothing was."""
    try:
        return files.read(folder / NOTE).decode("utf-8", "replace").strip()
    except OSError:
        return ""


def set_note(folder: Path, text: str) -> None:
    """Keep a note with a run; an empty one takes it away. Raises UsageError."""
    try:
        if text.strip():
            files.replace(folder / NOTE, f"{text.strip()}\n")
        else:
            (folder / NOTE).unlink(missing_ok=True)
    except OSError as error:
        raise UsageError(f"cannot write {folder / NOTE}: {error.strerror}") from None


def check_removable(folder: Path) -> None:
    """Raises UsageError where a folder is no run's, or holds what no run has put there."""
    if folder.is_symlink():
        raise UsageError(f"{folder} is a link: remove it yourself")
    store.read_config(folder, needs=("id", "run", "tasks"))
    strange = sorted(path.name for path in folder.iterdir() if path.name.removesuffix(".part") not in OWN)
    if strange:
        raise UsageError(f"{folder} holds what is no run's ({', '.join(strange[:3])}): remove it yourself")


def remove(folder: Path) -> None:
    """Take a run away. Raises UsageError where it may not be, or while a process writes it."""
    with closing(store.Lock(folder)):
        check_removable(folder)
        try:
            shutil.rmtree(folder)
        except OSError as error:
            raise UsageError(f"cannot remove {folder}: {error.strerror}") from None


def _read(folder: Path) -> Kept | None:
    try:
        config = store.read_config(folder, needs=("run", "tasks"))
        began = _first(folder) or datetime.fromtimestamp((folder / "config.json").stat().st_mtime, UTC)
    except (UsageError, OSError):
        return None
    results = _results(folder)
    return Kept(folder, began, config, results, _state(folder, results), note(folder))


def _first(folder: Path) -> datetime | None:
    """When the first event of the log happened."""
    try:
        with open(files.opened(folder / "events.jsonl"), "rb") as log:
            return read_event(log.readline(LONGEST)).at
    except (OSError, DamagedLine):
        return None


def _state(folder: Path, results: Mapping[str, Any]) -> State:
    if store.being_written(folder):
        return "paused" if is_paused(folder) else "running"
    return "done" if results.get("finished") else "unfinished"


def is_paused(folder: Path) -> bool:
    """Of a run that goes on: whether the last that the log says of it is that it is paused. No text in an event looks like this:
    its quotes are escaped."""
    try:
        log = files.read(folder / "events.jsonl")
    except OSError:
        return False
    last = log.rfind(b'"kind":"paused"')
    return last > log.rfind(b'"kind":"run_started"') and log.startswith(b',"on":true', last + len(b'"kind":"paused"'))


def _results(folder: Path) -> Mapping[str, Any]:
    try:
        found = json.loads(files.read(folder / "results.json"))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) and isinstance(found.get("totals"), dict) else {}
