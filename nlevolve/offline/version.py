"""Which embedded models these are: a digest of the sources that decide what they reply."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

DIGITS = 12
"""Hex digits of a version: enough to tell any two programs apart that one bank will ever meet."""


@lru_cache(maxsize=1)
def version() -> str:
    """The version of the embedded models in this process; takes a few milliseconds, once.

    Whoever changes any of their sources has another version. numpy and scipy, which they compute with, have no part in it.
    """
    return digest(Path(__file__).parent)


def digest(folder: Path) -> str:
    """The same wherever the folder lies, whenever it was written, and however a checkout ends its lines."""
    sources = {file.relative_to(folder).as_posix(): file for file in folder.rglob("*.py")}
    found = hashlib.sha256()
    for name in sorted(sources):
        # a source's own digest: no two lists of files run together to the same bytes
        text = sources[name].read_bytes().replace(b"\r\n", b"\n")
        found.update(f"{name} {hashlib.sha256(text).hexdigest()}\n".encode())
    return found.hexdigest()[:DIGITS]
