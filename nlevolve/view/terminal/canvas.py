"""The terminal's other screen, on which frames are drawn: only rows that have changed are rendered and sent."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import ExitStack, redirect_stderr, redirect_stdout
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderResult
from rich.control import Control
from rich.segment import ControlType, Segment

from nlevolve.view.terminal.panels.layout import Frame, Row

TOGETHER, DONE = "\x1b[?2026h", "\x1b[?2026l"
"""Around what a terminal is to show at once (synchronized output, private mode 2026); those that do not know it pass it over."""
REPAINT = 40
"""Frames after which every row is sent, whatever has been written over it meanwhile."""


class Canvas:
    """`open` and `close` may follow each other several times. What others print meanwhile comes out after `close`.

    rich's Live renders each frame twice and sends all of it, which beside a run that needs the CPU, or on a slow line, is
    most of what a dashboard costs.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._shown: tuple[Row, ...] = ()
        self._frames = 0
        self._undo = ExitStack()

    def open(self) -> None:
        self._shown = ()
        console, said = self._console, io.StringIO()
        # a console without a file of its own would follow the redirection below
        screen = console.file = console.file
        with ExitStack() as undo:
            undo.callback(lambda: screen.write(said.getvalue()))
            undo.enter_context(redirect_stdout(said))
            undo.enter_context(redirect_stderr(said))
            undo.callback(console.show_cursor, True)
            console.show_cursor(False)
            undo.callback(console.set_alt_screen, False)
            console.set_alt_screen(True)
            self._undo = undo.pop_all()

    def close(self) -> None:
        self._undo.close()

    def draw(self, frame: Frame) -> None:
        """Show a frame of the console's size."""
        resized = [row.cell_len for row in frame.rows] != [row.cell_len for row in self._shown]
        if resized or self._frames % REPAINT == 0:
            self._shown = ()
        self._frames += 1
        changes = _Changes(frame.rows, self._shown, clear=resized)
        if changes.any:
            self._console.print(changes, end="", crop=False)
        self._shown = frame.rows


@dataclass(frozen=True, slots=True)
class _Changes:
    """The rows that differ from what is shown, each led by a move of the cursor to it."""

    rows: tuple[Row, ...]
    shown: tuple[Row, ...]
    clear: bool

    @property
    def any(self) -> bool:
        return self.clear or self.rows != self.shown

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield _mode(TOGETHER)
        if self.clear:
            yield Control.clear().segment
        for number, row in self._changed():
            yield Control.move_to(0, number).segment
            yield from row.segments(console)
        yield _mode(DONE)

    def _changed(self) -> Iterator[tuple[int, Row]]:
        for number, row in enumerate(self.rows):
            if number >= len(self.shown) or row != self.shown[number]:
                yield number, row


def _mode(sequence: str) -> Segment:
    return Segment(sequence, None, [(ControlType.BELL,)])  # any code: it only says that the text is no text
