"""How diskcache stores a reply here: text, in the database, and nothing else, whatever a row claims to be."""

from __future__ import annotations

from typing import Any

from diskcache import UNKNOWN, Disk
from diskcache.core import MODE_RAW


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
