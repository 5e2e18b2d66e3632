"""A word on a terminal while something takes its time, gone again when it is done."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO


@contextmanager
def passing(text: str, stream: TextIO) -> Iterator[None]:
    """Say so on a terminal; elsewhere nothing is said. The next thing that is written there takes its place."""
    if not stream.isatty():
        yield
        return
    print(text, end="", file=stream, flush=True)
    try:
        yield
    finally:
        print("\r" + " " * len(text) + "\r", end="", file=stream, flush=True)
