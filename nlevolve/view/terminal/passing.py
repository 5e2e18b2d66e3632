"""A word on a terminal while something takes its time, gone again when it is done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from nlevolve.view.door import complain, console, put


@contextmanager
def passing(text: str, stream: TextIO) -> Iterator[Callable[[str], None]]:
    """Say so on a terminal; elsewhere nothing is said. What is given complains meanwhile, on a line of its own."""
    if not stream.isatty():
        yield complain
        return

    def instead(complaint: str) -> None:
        _erase(stream)
        complain(complaint)

    put(text, stream)
    try:
        yield instead
    finally:
        _erase(stream)


def _erase(stream: TextIO) -> None:
    from rich.control import Control  # it is loaded by now, and would take its time before the first word
    from rich.segment import ControlType

    console(file=stream, force_terminal=True).control(Control(ControlType.CARRIAGE_RETURN, (ControlType.ERASE_IN_LINE, 2)))
