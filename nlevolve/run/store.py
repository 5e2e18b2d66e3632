"""runs/NAME/: append and read events, mend a torn log, replace files atomically, one writer at a time."""

from __future__ import annotations

import difflib
import json
import os
import re
import stat
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from nlevolve import files
from nlevolve.errors import UsageError
from nlevolve.formats import check_config
from nlevolve.puzzle.grids import LARGEST_SIDE, MOST_SIDE
from nlevolve.puzzle.shards import Shard
from nlevolve.records import AnyEvent, Event, LogDamaged, LogReader, RunFinished, TaskAnswered, write_event

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_REPEAT = re.compile(r"(?P<stem>.+)\.s\d+")
TO_RESUME = ("id", "preset", "settings", "tasks", "limits", "prompts_dir", "cache_dir")
"""Keys of config.json without which a run cannot go on."""


class StoreFailed(Exception):
    """The run's folder can no longer be written (disk full, gone, read-only). One line; what was acknowledged is on disk."""


class Lock:
    """A run's folder belongs to the one process that holds this, from before anything in it is moved or written.

    The lock is a file beside the folder, so that it stays where it is when the folder is moved aside. A process that is killed
    leaves the file, but not the lock on it. Entered again by its holder it is released when the last one leaves.
    Raises UsageError when another process, or another run of this one, holds it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.aside: Path | None = None
        """Where an earlier run of the same name was moved to, if there was one."""
        self._file = FileLock(_lock_file(folder), thread_local=False)
        self.acquire()

    def acquire(self) -> None:
        try:
            self._file.acquire(timeout=0)
        except Timeout:
            raise UsageError(f"run {self.folder.name} is being written by another process") from None
        except OSError as error:
            file = Path(self._file.lock_file)
            if os.path.lexists(file) and not _is_plain(file):
                told = f"cannot hold run {self.folder.name}: {file} is no plain file, but a link or the like: remove it"
                raise UsageError(told) from None
            raise UsageError(f"cannot write to the runs folder {self.folder.parent}: {error.strerror}") from None

    def close(self) -> None:
        """Let go of it once: the folder is free when everybody who held it has."""
        if self._file.lock_counter == 1:
            # whoever opens the file now finds it held, or unlinked, and both are refused: two never hold it
            with suppress(OSError):
                os.unlink(self._file.lock_file)
        self._file.release()

    def __enter__(self) -> Lock:
        self.acquire()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def being_written(folder: Path) -> bool:
    """Whether a process holds the run's folder, as far as locks tell."""
    file = _lock_file(folder)
    if not _is_plain(file):
        return False
    try:
        with FileLock(file, timeout=0):
            return False
    except (Timeout, OSError):
        return True


def is_name(text: str) -> bool:
    """Whether a run may be called so: it is no path."""
    return _NAME.fullmatch(text) is not None


def require_name(text: str) -> None:
    """Raises UsageError."""
    if not is_name(text):
        raise UsageError(f"run name {text!r}: use letters, digits, '.', '_' and '-' (no path; --runs-dir says where runs go)")


def create(runs_dir: Path, name: str | None, shard: Shard | None = None) -> Lock:
    """A new run's folder, empty and held. An earlier run of the same name is moved aside to NAME.1, NAME.2, …; not so one that
    has another shard, since jobs that are all told one name would move aside each other's.

    Raises UsageError for a name that is none, a folder that cannot be written, and a run that is being written.
    """
    if name is not None:
        require_name(name)
    try:
        runs_dir.mkdir(parents=True, exist_ok=True)
        if name is not None and shard is not None:
            _check_shard(runs_dir / name, shard)
        return _fresh(runs_dir, shard.suffix if shard else "") if name is None else _named(runs_dir / name)
    except OSError as error:
        raise UsageError(f"cannot write to the runs folder {runs_dir}: {error.strerror}") from None


def find(run: str, runs_dir: Path) -> Path:
    """The folder of a run, by name or path. Raises UsageError naming the nearest runs."""
    for folder in (runs_dir / run, Path(run)):
        if (folder / "config.json").is_file():
            return folder
    known = names_in(runs_dir)
    close = difflib.get_close_matches(run, known, n=3, cutoff=0.3) or known[-3:]
    raise UsageError(
        f"no run {run!r} under {runs_dir}" + (f"; nearest: {', '.join(close)}" if close else "; there are no runs yet")
    )


def names_in(runs_dir: Path) -> list[str]:
    """The runs that are kept there."""
    return sorted(p.parent.name for p in runs_dir.glob("*/config.json")) if runs_dir.is_dir() else []


def repeat_name(stem: str, number: int) -> str:
    """What the so-manieth repeat of a run is called, from 1."""
    return f"{stem}.s{number}"


def stem_of(name: str) -> str | None:
    """Of which run this is the name of a repeat; None where it is none."""
    found = _REPEAT.fullmatch(name)
    return found["stem"] if found else None


def find_all(run: str, runs_dir: Path) -> list[Path]:
    """The folder of a run, or those of its repeats where only they are there. Raises UsageError."""
    try:
        return [find(run, runs_dir)]
    except UsageError:
        place = runs_dir / run
        found = [one.parent for one in place.parent.glob("*/config.json") if stem_of(one.parent.name) == place.name]
        if not found:
            raise
        return sorted(found, key=lambda one: int(one.name.rpartition(".s")[2]))


def read_config(folder: Path, needs: Collection[str] = ("tasks",)) -> dict[str, Any]:
    """config.json. Raises UsageError when it is missing, torn, or without one of the keys that it `needs`."""
    path = folder / "config.json"
    try:
        config = json.loads(files.read(path))
    except (OSError, ValueError, RecursionError) as error:
        why = getattr(error, "strerror", None) or error
        raise UsageError(f"{path} cannot be read ({why}): restore it, or start the run anew") from None
    lacking = [key for key in needs if key not in config] if isinstance(config, dict) else ["everything"]
    if lacking:
        raise UsageError(f"{path} is not a run's: it lacks {', '.join(lacking)}: restore it, or start the run anew")
    if fault := check_config(config):
        raise UsageError(f"{path} is not a run's ({fault}): restore it, or start the run anew")
    found: dict[str, Any] = config
    return found


def max_side(config: Mapping[str, Any]) -> int:
    """How many rows or columns a grid of this run may have. A run from before this could be said has ARC's."""
    side = config.get("max_side", LARGEST_SIDE)
    return side if isinstance(side, int) and LARGEST_SIDE <= side <= MOST_SIDE else LARGEST_SIDE


def shard_of(config: Mapping[str, Any]) -> str:
    """`2/7` of a run that has a part of what was selected, by its config.json; empty of any other."""
    shard = config.get("shard")
    return f"{shard['number']}/{shard['of']}" if shard else ""


def read_events(folder: Path) -> list[AnyEvent | LogDamaged]:
    """All whole events of a run, in the order written, and a LogDamaged among them where lines cannot be read.

    A last line that a kill left torn is no damage: it is left out, and so are kinds that a newer program wrote. Raises UsageError
    for a log that cannot be read at all.
    """
    return LogReader().read(whole_lines(folder))


def whole_lines(folder: Path) -> bytes:
    """A run's log as it stands, less a last line that a kill left torn. Raises UsageError where it cannot be read."""
    path = folder / "events.jsonl"
    try:
        data = files.read(path)
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from None
    return data[: data.rfind(b"\n") + 1]


def replace(path: Path, content: Any) -> None:
    """Write JSON so that a reader, or a crash, sees the old file or the new one, never a part. Raises StoreFailed."""
    replace_text(path, json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n")


def replace_text(path: Path, content: str | bytes) -> None:
    """As `replace`, for any text, or bytes."""
    with _storing(path):
        files.replace(path, content)


class Log:
    """events.jsonl, open for appending by who holds the `Lock`. Each event is one write, whole on disk when `append` returns."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "events.jsonl"
        with _storing(self.path):
            self._file = files.opened(self.path, os.O_RDWR | os.O_CREAT)
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

    def _mend(self) -> None:
        """Cut off a line that a kill left torn, so that the next event starts on its own."""
        size = os.lseek(self._file, 0, os.SEEK_END)
        whole = os.pread(self._file, size, 0).rfind(b"\n") + 1
        os.ftruncate(self._file, whole)
        os.lseek(self._file, whole, os.SEEK_SET)


def _lock_file(folder: Path) -> Path:
    folder = folder.resolve()
    return folder.with_name(f".{folder.name}.lock")


def _is_plain(file: Path) -> bool:
    """Whether a file of this name is there, itself: nobody holds a link, a folder or a pipe."""
    try:
        return stat.S_ISREG(os.lstat(file).st_mode)
    except OSError:
        return False


def _check_shard(folder: Path, shard: Shard) -> None:
    try:
        there = shard_of(read_config(folder, ()))
    except UsageError:
        return
    if there and there != shard.label:
        name = folder.name
        raise UsageError(f"run {name} is shard {there}: call this one otherwise, for example --run {name}{shard.suffix}")


def _fresh(runs_dir: Path, ending: str = "") -> Lock:
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    for suffix in ("", *(f"-{n}" for n in range(2, 1000))):
        folder = runs_dir / (stamp + suffix + ending)
        try:
            folder.mkdir()
            return Lock(folder)
        except FileExistsError:
            continue
    raise UsageError(f"too many runs in {runs_dir} were started this second")


def _named(folder: Path) -> Lock:
    lock = Lock(folder)
    try:
        if folder.exists():
            taken = (folder.with_name(f"{folder.name}.{n}") for n in range(1, 10_000))
            lock.aside = folder.rename(next(p for p in taken if not p.exists()))
        folder.mkdir()
    except OSError:
        lock.close()
        raise
    return lock


@contextmanager
def _storing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreFailed(
            f"cannot write {path}: {error.strerror}; what was written before is kept, free space and resume"
        ) from None
