"""The view of a running session: the dashboard on a terminal, lines elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TextIO

from nlevolve.view.door import console
from nlevolve.view.terminal.dashboard import Dashboard
from nlevolve.view.terminal.lines import Lines
from nlevolve.view.terminal.palette import Palette

Display = Dashboard | Lines
"""Both are context managers with `see(event)`, `recall(events)`, `stopping()` and a `summary`."""


def display(
    *,
    live: bool,
    stop: Callable[[], object],
    hold: Callable[[bool], object] | None = None,
    stream: TextIO | None = None,
    timeouts: Mapping[str, float] | None = None,
    colours: Palette | None = None,
) -> Display:
    """The dashboard when `live` and the stream (default: stdout) is a terminal that can draw it, else lines.

    `stop` is called when the viewer asks the run to end, from another thread, and `hold` when he pauses it (True) or lets it
    go on. `timeouts`: role -> seconds for one try.
    """
    stream = stream or sys.stdout
    screen = console(file=stream)
    if live and screen.is_terminal and not screen.is_dumb_terminal:
        return Dashboard(stop_requested=stop, hold=hold, console=screen, timeouts=timeouts, colours=colours)
    return Lines(stream, clock=lambda: datetime.now(UTC), timeouts=timeouts, followed=True)
