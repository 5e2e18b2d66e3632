"""Waiting that is said: who waits for another program's lock shall not look as if he hung."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

SILENT = 2.0
"""Seconds after which a wait is explained."""


@contextmanager
def said_if_long(say: Callable[[], None]) -> Iterator[None]:
    """Call `say`, on another thread and once, if what is done in here takes long."""
    timer = threading.Timer(SILENT, say)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
