"""A word on a terminal while something takes its time, gone again when it is done."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from nlevolve.view.door import console, put


@contextmanager
def passing(text: str, stream: TextIO) -> Iterator[None]:
    """Say so on a terminal; elsewhere nothing is said. The next thing that is written there takes its place."""
    if not stream.isatty():
        yield
        return
    put(text, stream)
    try:
        yield
    finally:
        from rich.control import Control
        from rich.segment import ControlType

        # rich is loaded by now, and would take its time before the first word
        console(file=stream, force_terminal=True).control(Control(ControlType.CARRIAGE_RETURN, (ControlType.ERASE_IN_LINE, 2)))
