"""What we have of diskcache: text under text, in one database, and nothing else, whatever a row claims to be."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from diskcache import UNKNOWN, Cache, Disk
from diskcache.core import MODE_RAW

from nlevolve import files

FILE = "cache.db"
"""Name of the database in its folder."""
NO_LIMIT = 2**62
SYNC_NORMAL, SYNC_FULL = 1, 2
"""sqlite's: a commit survives a kill; a commit survives a power cut, which takes a wait for the disk."""


class StrangeRow(Exception):
    """A row that this program did not write: a pickle, a file name, or another kind of key or value."""


class TextDisk(Disk):  # type: ignore[misc]  # diskcache has no types
    """Keys and values are text kept inline.

    diskcache unpickles what it reads and opens the file that a row names (CVE-2025-69872; its JSONDisk does too), so
    whoever can write the cache could run code. Here such values raise StrangeRow, and no file is opened or removed.
    """

    def put(self, key: Any) -> tuple[str, bool]:
        return _text(key), True

    def get(self, key: Any, raw: bool) -> str:
        # what has no text for a key has no key: nothing is found under it, and going through all rows does not stop at it
        return key if raw and isinstance(key, str) else ""

    def store(self, value: Any, read: bool, key: Any = UNKNOWN) -> tuple[int, int, None, str]:
        return 0, MODE_RAW, None, _text(value)

    def fetch(self, mode: int, filename: str | None, value: Any, read: bool) -> str:
        if mode != MODE_RAW or filename is not None:
            raise StrangeRow("the value is not inline text")
        return _text(value)

    def remove(self, file_path: str) -> None:
        """Nothing: no row of ours has a file, and a strange row must not name one to delete."""


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise StrangeRow(f"a {type(value).__name__} where text is kept")
    return value


class TextTable:
    """A diskcache of texts that never throws anything away. Everything that we know of diskcache's ways is in this module.

    Every call may raise sqlite3.OperationalError (the place cannot be used), another sqlite3.DatabaseError (the file is
    damaged) and StrangeRow, to open it OSError too; every call waits for other processes that write.
    """

    def __init__(self, folder: Path) -> None:
        check_files(folder)
        # "none" and 0: its default throws the oldest rows away at a gigabyte, without a word
        self._cache = Cache(
            str(folder),
            disk=TextDisk,
            eviction_policy="none",
            cull_limit=0,
            size_limit=NO_LIMIT,
            statistics=0,
            sqlite_synchronous=SYNC_NORMAL,
        )
        self.file = file_of(folder)
        """Which file the database is, whatever lies under its name later."""

    def get(self, key: str) -> str | None:
        """The text under this key."""
        text: str | None = self._cache.get(key, retry=True)
        return text

    def add(self, key: str, text: str, tag: str) -> bool:
        """Put a text where there is none; whether there was none."""
        return bool(self._cache.add(key, text, tag=tag, retry=True))

    def set(self, key: str, text: str, tag: str) -> None:
        """Put a text, whatever there is."""
        self._cache.set(key, text, tag=tag, retry=True)

    def delete(self, key: str) -> None:
        """Take the text away, if there is one."""
        self._cache.delete(key, retry=True)

    def transaction(self) -> AbstractContextManager[None]:
        """What is done in here is done altogether or not at all."""
        block: AbstractContextManager[None] = self._cache.transact(retry=True)
        return block

    def through_a_power_cut(self, wanted: bool) -> None:
        """Whether commits of this thread, from now on, wait until the disk has them."""
        self._cache.reset("sqlite_synchronous", SYNC_FULL if wanted else SYNC_NORMAL, update=False)

    def __iter__(self) -> Iterator[str]:
        """All keys, oldest first."""
        return iter(self._cache)

    def close(self) -> None:
        self._cache.close()


def check_files(folder: Path) -> None:
    """Raises OSError where a database, or what sqlite keeps beside it, is a link: sqlite would follow it and write elsewhere."""
    for beside in ("", "-wal", "-shm", "-journal"):
        files.check_plain(folder / (FILE + beside))


def file_of(folder: Path) -> int | None:
    """Which file the database of this folder is; None when there is none."""
    try:
        return (folder / FILE).stat().st_ino
    except OSError:
        return None


SELECT = "SELECT mode, filename, value FROM Cache WHERE key = ? AND raw = 1"
"""One row as diskcache keeps it, for reading where nothing may be written: opening a diskcache writes."""


SELECT_ALL = "SELECT key, mode, filename, value FROM Cache WHERE raw = 1 ORDER BY rowid"
"""All of them, oldest first."""


def text_of(row: tuple[Any, Any, Any]) -> str:
    """The text of such a row. Raises StrangeRow."""
    mode, filename, text = row
    if mode != MODE_RAW or filename is not None:
        raise StrangeRow("the value is not inline text")
    return _text(text)
