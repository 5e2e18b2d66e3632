"""A library's file: JSONL, an entry a line. It may be a stranger's: its size, and what it holds, have bounds."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from pydantic import ValidationError

from nlevolve import files
from nlevolve.errors import UsageError
from nlevolve.options import explain
from nlevolve.puzzle.files import shown
from nlevolve.records import Description, Entry
from nlevolve.solved.entries import id_of

NAME = "library.jsonl"
"""In the cache's folder, where no other file is named."""
LARGEST = 20_000_000
"""Bytes of a file."""
MOST = 5_000
"""Entries of a file."""
MOST_BULLETS, LONGEST_BULLET = 60, 2_000
"""Of a description; characters."""


def read(file: Path) -> list[Entry]:
    """Raises UsageError, one line, for what cannot be read, naming the line."""
    try:
        text = files.read_settings(file, LARGEST)
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not text in UTF-8"
        raise UsageError(f"cannot read the library {shown(file)}: {why}") from None
    rows = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    if len(rows) > MOST:
        raise UsageError(f"the library {shown(file)} has {len(rows):,} entries, it may have {MOST:,}: nlevolve library prune")
    return [_entry(f"{shown(file)}, line {number}", line) for number, line in rows]


def read_if_there(file: Path) -> list[Entry]:
    """None where there is no file yet."""
    return read(file) if file.exists() else []


def write(file: Path, entries: Sequence[Entry]) -> None:
    """Put a file in the place of this one, whole. Raises UsageError."""
    if len(entries) > MOST:
        raise UsageError(f"a library has {MOST:,} entries at most, these are {len(entries):,}: nlevolve library prune")
    text = lines(entries)
    if len(text.encode("utf-8", "replace")) > LARGEST:
        raise UsageError(f"a library has {LARGEST:,} bytes at most, these {len(entries):,} rules have more: nothing was written")
    for number, line in enumerate(text.splitlines(), 1):
        _entry(f"rule {number} of what would be {shown(file)}", line)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        files.replace(file, text)
    except OSError as error:
        raise UsageError(f"cannot write the library {shown(file)}: {error.strerror}") from None


def lines(entries: Iterable[Entry]) -> str:
    """The text of a library's file."""
    return "".join(json.dumps(entry.model_dump(mode="json"), ensure_ascii=False) + "\n" for entry in entries)


def _entry(where: str, line: str) -> Entry:
    try:
        found = Entry.model_validate(json.loads(line))
    except ValidationError as error:
        hint = "; nlevolve library import reads other forms" if '"fingerprints"' not in line else ""
        raise UsageError(f"{where}: {explain(error, Entry, str)}{hint}") from None
    except (ValueError, RecursionError):
        raise UsageError(f"{where} is not JSON: a library has an entry a line") from None
    told = _bounded(where, found.description)
    # whoever edits a line by hand makes another entry of it
    return found.model_copy(update={"description": told, "id": id_of(found.fingerprints, told)})


def _bounded(where: str, told: Description) -> Description:
    bullets = tuple(" ".join(bullet.split()) for bullet in told.bullets if bullet.strip())
    if not bullets:
        raise UsageError(f"{where}: a description is empty")
    if len(bullets) > MOST_BULLETS or max(map(len, bullets)) > LONGEST_BULLET:
        raise UsageError(f"{where}: a description has {MOST_BULLETS} bullets of {LONGEST_BULLET:,} characters at most")
    return Description(bullets=bullets)
