"""runs/NAME/: append and read events, mend a torn log, replace files atomically, one writer at a time."""

from __future__ import annotations

import difflib
import fcntl
import json
import os
import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from nlevolve.errors import UsageError
from nlevolve.records import AnyEvent, Event, RunFinished, TaskAnswered, read_event, write_event

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
TO_RESUME = ("id", "preset", "settings", "tasks", "limits", "prompts_dir", "cache_dir")
"""Keys of config.json without which a run cannot go on."""


class StoreFailed(Exception):
    """The run's folder can no longer be written (disk full, gone, read-only). One line; what was acknowledged is on disk."""


def create(runs_dir: Path, name: str | None) -> Path:
    """A new run's folder, empty. An earlier run of the same name is moved aside to NAME.1, NAME.2, …

    Raises UsageError for a name that is none, a folder that cannot be written, and a run that is being written.
    """
    if name is not None and not _NAME.fullmatch(name):
        raise UsageError(f"run name {name!r}: use letters, digits, '.', '_' and '-' (no path; --runs-dir says where runs go)")
    try:
        runs_dir.mkdir(parents=True, exist_ok=True)
        return _fresh(runs_dir) if name is None else _named(runs_dir / name)
    except OSError as error:
        raise UsageError(f"cannot write to the runs folder {runs_dir}: {error.strerror}") from None


def find(run: str, runs_dir: Path) -> Path:
    """The folder of a run, by name or path. Raises UsageError naming the nearest runs."""
    for folder in (runs_dir / run, Path(run)):
        if (folder / "config.json").is_file():
            return folder
    known = sorted(p.parent.name for p in runs_dir.glob("*/config.json")) if runs_dir.is_dir() else []
    close = difflib.get_close_matches(run, known, n=3, cutoff=0.3) or known[-3:]
    raise UsageError(
        f"no run {run!r} under {runs_dir}" + (f"; nearest: {', '.join(close)}" if close else "; there are no runs yet")
    )


def read_config(folder: Path, needs: Collection[str] = ("tasks",)) -> dict[str, Any]:
    """config.json. Raises UsageError when it is missing, torn, or without one of the keys that it `needs`."""
    path = folder / "config.json"
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(f"{path} cannot be read ({error}): restore it, or start the run anew") from None
    lacking = [key for key in needs if key not in config] if isinstance(config, dict) else ["everything"]
    if lacking:
        raise UsageError(f"{path} is not a run's: it lacks {', '.join(lacking)}: restore it, or start the run anew")
    found: dict[str, Any] = config
    return found


def read_events(folder: Path) -> list[AnyEvent]:
    """All whole events of a run, in the order written; a torn last line and lines of no known kind are left out."""
    path = folder / "events.jsonl"
    return list(_whole(path.read_bytes())) if path.is_file() else []


def replace(path: Path, content: Any) -> None:
    """Write JSON so that a reader, or a crash, sees the old file or the new one, never a part. Raises StoreFailed."""
    replace_text(path, json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n")


def replace_text(path: Path, text: str) -> None:
    """As `replace`, for any text."""
    part = path.with_name(path.name + ".part")
    with _storing(path):
        with part.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)


class Log:
    """events.jsonl, open for appending by this process alone. Each event is one write, whole on disk when `append` returns."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "events.jsonl"
        with _storing(self.path):
            self._file = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o644)
            self._lock()
            self._mend()

    def append(self, event: Event) -> None:
        """Raises StoreFailed."""
        with _storing(self.path):
            line = memoryview((write_event(event) + "\n").encode())
            while line:
                line = line[os.write(self._file, line) :]
            if isinstance(event, TaskAnswered | RunFinished):
                os.fsync(self._file)

    def close(self) -> None:
        os.close(self._file)

    def _lock(self) -> None:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UsageError(f"run {self.path.parent.name} is being written by another process") from None

    def _mend(self) -> None:
        """Cut off a line that a kill left torn, so that the next event starts on its own."""
        size = os.lseek(self._file, 0, os.SEEK_END)
        whole = os.pread(self._file, size, 0).rfind(b"\n") + 1
        os.ftruncate(self._file, whole)
        os.lseek(self._file, whole, os.SEEK_SET)


def _whole(data: bytes) -> Iterator[AnyEvent]:
    for line in data[: data.rfind(b"\n") + 1].splitlines():
        try:
            yield read_event(line)
        except ValidationError:
            continue


def _fresh(runs_dir: Path) -> Path:
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    for suffix in ("", *(f"-{n}" for n in range(2, 1000))):
        folder = runs_dir / (stamp + suffix)
        try:
            folder.mkdir()
            return folder
        except FileExistsError:
            continue
    raise UsageError(f"too many runs in {runs_dir} were started this second")


def _named(folder: Path) -> Path:
    if folder.exists():
        if (folder / "events.jsonl").exists():
            Log(folder).close()  # refuses while another process writes it
        taken = (folder.with_name(f"{folder.name}.{n}") for n in range(1, 10_000))
        folder.rename(next(p for p in taken if not p.exists()))
    folder.mkdir()
    return folder


@contextmanager
def _storing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreFailed(
            f"cannot write {path}: {error.strerror}; what was written before is kept, free space and resume"
        ) from None
