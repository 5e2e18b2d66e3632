"""Garbage collection beside litellm: a third of a million objects that stay, and calls that make many that do not."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

THRESHOLD = 20_000
"""Objects made before a search for garbage. Python's own 700 is less than one call of litellm makes."""
_before: list[tuple[int, int, int]] = []


@contextmanager
def uncollected() -> Iterator[None]:
    """What is made in here, and all that was made before, is not searched for garbage until `collected()` is called.

    A full search of litellm stops the event loop for a quarter of a second, and all of them together take a tenth of a
    call's CPU.
    """
    if not _before:
        _before.append(gc.get_threshold())
    gc.set_threshold(0)
    try:
        yield
    finally:
        if _before:  # else `collected()` came first: whoever wanted litellm was closed before it was there
            gc.freeze()
            gc.set_threshold(THRESHOLD, *_before[0][1:])


def collected() -> None:
    """Back to what it was."""
    if _before:
        gc.set_threshold(*_before.pop())
        gc.unfreeze()
