"""A library's file: JSONL, an entry a line. It may be a stranger's: its size, and what it holds, have bounds."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from pydantic import ValidationError

from nlevolve import files
from nlevolve.errors import UsageError
from nlevolve.options import explain
from nlevolve.puzzle.files import shown
from nlevolve.puzzle.tasks import Task
from nlevolve.records import Description, Entry
from nlevolve.solved.entries import DIGITS, id_of, marks_of
from nlevolve.solved.known import by_name

NAME = "library.jsonl"
"""In the cache's folder, where no other file is named."""
LARGEST = 20_000_000
"""Bytes of a file."""
MOST = 5_000
"""Entries of a file."""
MOST_BULLETS, LONGEST_BULLET = 60, 2_000
"""Of a description; characters."""
TO_PRUNE = 10
"""So many times as large a file can be read to be pruned."""
PATIENCE = 60
"""Seconds to wait for another command that changes the file."""
FORMS = {"": '{"task": …, "description": …, "fingerprints": …}', "description": '{"bullets": ["…", …]}'}
"""What stands in an entry where, of things that have parts."""
_MARK = re.compile(r"p?[0-9a-f]{16}")
"""A fingerprint, of a pair or of an input: an entry has some of both."""


def read(file: Path, times: int = 1, tasks: Iterable[Task] = ()) -> list[Entry]:
    """`times`: so many times as much as a library may hold is read. `tasks`: known by their ids beside published ones, so that
    entries of them need no fingerprints. Raises UsageError, one line, for what cannot be read, naming the line."""
    rows = [(number, line) for number, line in enumerate(text_of(file, times).split("\n"), 1) if line.strip()]
    if len(rows) > MOST * times:
        remedy = f"nlevolve library prune --file {shown(file)}" if times == 1 else "take some out by hand"
        raise UsageError(f"the library {shown(file)} has {len(rows):,} entries, it may have {MOST * times:,}: {remedy}")
    known = by_name(tasks)
    return [_entry(f"{shown(file)}, line {number}", line, known) for number, line in rows]


def read_if_there(file: Path) -> list[Entry]:
    """None where there is no file yet."""
    return read(file) if file.exists() else []


def text_of(file: Path, times: int = 1) -> str:
    """What a file holds that may be a library. Raises UsageError."""
    try:
        return files.read_settings(file, LARGEST * times)
    except UnicodeDecodeError:
        raise UsageError(f"cannot read {shown(file)}: it is not text in UTF-8") from None
    except OSError as error:
        raise UsageError(f"cannot read {shown(file)}: {error.strerror}") from None


@contextlib.contextmanager
def changing(file: Path) -> Iterator[None]:
    """While this file is read and written anew nobody else does so. Raises UsageError."""
    if file.exists() and not file.is_file():
        raise UsageError(f"cannot write the library {shown(file)}: it is no plain file")
    lock = FileLock(file.with_name(f".{file.name}.lock"), timeout=PATIENCE)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout:
        raise UsageError(f"another command is changing {shown(file)}: try again when it is over") from None
    except OSError as error:
        raise _unwritten(file, error) from None
    try:
        yield
    finally:
        lock.release()


def write(file: Path, entries: Sequence[Entry]) -> None:
    """Put a file in the place of this one, whole. Raises UsageError."""
    if len(entries) > MOST:
        fewer = f"nlevolve library prune --file {shown(file)} --most N makes room"
        raise UsageError(f"a library has {MOST:,} entries at most, these are {len(entries):,}: {fewer}")
    text = lines(entries)
    if len(text.encode("utf-8", "replace")) > LARGEST:
        raise UsageError(f"a library has {LARGEST:,} bytes at most, these {len(entries):,} rules have more: nothing was written")
    known = by_name()
    for number, line in enumerate(text.splitlines(), 1):
        _entry(f"rule {number} of what would be {shown(file)}", line, known)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        files.replace(file, text)
    except OSError as error:
        raise _unwritten(file, error) from None


def _unwritten(file: Path, error: OSError) -> UsageError:
    return UsageError(f"cannot write the library {shown(file)}: {error.strerror}")


def lines(entries: Iterable[Entry]) -> str:
    """The text of a library's file."""
    return "".join(json.dumps(entry.model_dump(mode="json"), ensure_ascii=False) + "\n" for entry in entries)


def _entry(where: str, line: str, known: Callable[[str], Task | None]) -> Entry:
    hint = "; nlevolve library import reads other forms" if '"fingerprints"' not in line else ""
    try:
        found = Entry.model_validate(_completed(json.loads(line), known))
    except ValidationError as error:
        raise UsageError(f"{where}: {_fault(error)}{hint}") from None
    except (ValueError, RecursionError):
        raise UsageError(f"{where} is not JSON: a library has an entry a line") from None
    if not found.fingerprints:
        raise UsageError(f"{where}: it has no fingerprints, and its task {found.task!r} is not known by its id{hint}")
    if not all(map(_MARK.fullmatch, found.fingerprints)) or len({len(mark) for mark in found.fingerprints}) < 2:
        raise UsageError(f"{where}: fingerprints: those of its task's pairs and inputs, as nlevolve library add writes them")
    told = _bounded(where, found.description)
    # whoever edits a line by hand makes another entry of it
    return found.model_copy(update={"description": told, "id": id_of(found.fingerprints, told)})


def _completed(row: Any, known: Callable[[str], Task | None]) -> Any:
    """What is written for it may be left out: its id, and of a task that is known what is said of that."""
    if not isinstance(row, dict):
        return row
    row = {**row, "id": "0" * DIGITS}
    if row.get("fingerprints"):
        return row
    named = known(row["task"]) if isinstance(row.get("task"), str) else None
    if named is None:
        return {**row, "fingerprints": ()}
    # numpy and scipy take their time to load
    from nlevolve.puzzle.traits import traits

    return {**row, "traits": row.get("traits") or traits(named), "fingerprints": marks_of(named)}


def _fault(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    where = ".".join(map(str, first["loc"]))
    if first["type"] == "model_type":
        return f"{where or 'an entry'} is {FORMS.get(where, 'an object')}"
    if first["type"] == "too_long":
        return f"{where}: at most {first['ctx']['max_length']:,} of it"
    return explain(error, Entry, str)


def _bounded(where: str, told: Description) -> Description:
    bullets = tuple(" ".join(bullet.split()) for bullet in told.bullets if bullet.strip())
    if not bullets:
        raise UsageError(f"{where}: a description is empty")
    if len(bullets) > MOST_BULLETS or max(map(len, bullets)) > LONGEST_BULLET:
        raise UsageError(f"{where}: a description has {MOST_BULLETS} bullets of {LONGEST_BULLET:,} characters at most")
    return Description(bullets=bullets)
