"""The live dashboard: events go in, a screen comes out, in a thread of its own that takes little from the run."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from types import FrameType, TracebackType

from rich.console import Console
from rich.text import Text

from nlevolve.records import Event
from nlevolve.view.door import console as behind_the_door
from nlevolve.view.terminal.canvas import Canvas
from nlevolve.view.terminal.focus import Focus
from nlevolve.view.terminal.grids import coloured, fades
from nlevolve.view.terminal.keys import Keys
from nlevolve.view.terminal.palette import COLOUR_BLIND, STANDARD, Palette, palette
from nlevolve.view.terminal.panels.layout import Frame
from nlevolve.view.terminal.panels.look import PAGES, Look
from nlevolve.view.terminal.panels.screen import draw
from nlevolve.view.terminal.summary import Summary
from nlevolve.view.text import clean

INTERVAL = 0.25
"""Seconds between two redraws at least."""
LONGEST = 2.0
SHARE = 0.03
"""Share of one core that drawing may take."""
CLOCK_TICK = 1.0
"""Seconds after which the screen is drawn anew though nothing has happened: its clock goes on."""


class Dashboard:
    """A context manager with `see(event)`, which only queues: folding and drawing happen in the dashboard's thread.

    `stop_requested` is called once, from that thread, when the viewer presses `q`; a watcher's `q` sets `left` instead.
    `hold` pauses the run (True) or lets it go on, when the viewer presses `p`; None: there is no run to be paused from here.
    `keys` are further keys and what they do; `note` is asked for a word on the view itself at every frame.
    Whatever ends it (an exception, SIGTERM, Ctrl-C, Ctrl-Z), the terminal is left as it was found. An error while drawing
    ends the drawing, never the run: it is kept in `error`.
    """

    def __init__(
        self,
        *,
        stop_requested: Callable[[], object] | None = None,
        hold: Callable[[bool], object] | None = None,
        watching: bool = False,
        console: Console | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        keys: Mapping[str, Callable[[], None]] | None = None,
        note: Callable[[], str] = str,
        colours: Palette | None = None,
        timeouts: Mapping[str, float] | None = None,
    ) -> None:
        self.summary = Summary()
        self.error: Exception | None = None
        self.left = threading.Event()
        """Set when a watcher has pressed `q`."""
        self._stop_requested, self._watching, self._clock = stop_requested, watching, clock
        self._hold = hold
        self._more_keys, self._note = dict(keys or {}), note
        self._palette, self._timeouts = colours or palette(), timeouts or {}
        self._console = console or behind_the_door()
        self._canvas = Canvas(self._console)
        self._keys = Keys()
        self._queue: deque[Event] = deque()
        self._focus = Focus()
        self._page = PAGES[0]
        self._help = self._stopping = False
        self._over = threading.Event()
        self._screen = threading.Lock()
        """Held while the screen is written to."""
        self._thread = threading.Thread(target=self._run, name="dashboard", daemon=True)
        self._undo = ExitStack()

    # ---- the run's side ----------------------------------------------------------------------------------------------

    def see(self, event: Event) -> None:
        """Take an event in; costs the caller well under a microsecond."""
        self._queue.append(event)

    def recall(self, events: Iterable[Event]) -> None:
        """Take in what happened before: the earlier sessions of a resumed run."""
        self._queue.extend(events)

    def stopping(self) -> None:
        """The run was asked to stop, by whomever: say so."""
        self._stopping = True

    def __enter__(self) -> Dashboard:
        with ExitStack() as undo:
            undo.callback(self._say_error)
            undo.enter_context(self._keys)
            undo.callback(self._canvas.close)
            self._canvas.open()
            undo.enter_context(self._signals())
            self._thread.start()
            self._undo = undo.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        with self._undo:
            self._over.set()
            self._keys.wake()
            self._thread.join()
            self._fold()

    def _say_error(self) -> None:
        if self.error is not None:
            told = f"the dashboard stopped drawing ({type(self.error).__name__}: {clean(str(self.error))}); the run went on"
            self._console.print(Text(told))

    # ---- the thread --------------------------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            self._draw_until_over()
        # whatever is wrong with the picture, a run that costs money goes on
        except Exception as error:
            self.error = error

    def _draw_until_over(self) -> None:
        drawn, seen, size = float("-inf"), -1, self._console.size
        while not self._over.is_set():
            self._fold()
            now, wait, before, size = time.monotonic(), INTERVAL, size, self._console.size
            if seen != self.summary.events or size != before or now - drawn >= CLOCK_TICK:
                drawn, seen = now, self.summary.events
                wait = pause(self._draw(now))
            pressed = self._keys.wait(wait)
            for key in pressed:
                self._press(key)
            if pressed:
                seen = -1
                self._over.wait(max(0.0, drawn + INTERVAL - time.monotonic()))

    def _draw(self, now: float) -> float:
        """Draw a frame; returns the CPU seconds it took."""
        began = time.thread_time()
        self._focus.follow(self.summary, now)
        with self._screen:
            self._canvas.draw(self.frame())
        return time.thread_time() - began

    def _fold(self) -> None:
        # a run that is faster than the fold must not hold up the drawing for ever
        for _ in range(len(self._queue)):
            self.summary.see(self._queue.popleft())

    def frame(self) -> Frame:
        """The screen at this moment."""
        width, height = self._console.size
        return draw(self._look(), width, height)

    def _look(self) -> Look:
        return Look(
            self.summary,
            self._clock(),
            focus=self._focus.task,
            birth=self._focus.birth,
            held=self._focus.held,
            page=self._page,
            help=self._help,
            stopping=self._stopping,
            timeouts=self._timeouts,
            note=self._note(),
            watching=self._watching,
            replayed=bool(self._more_keys),
            pausable=self._hold is not None,
            palette=self._palette,
            colour=coloured(self._console),
            fades=fades(self._console),
        )

    def _press(self, key: str) -> None:
        match key:
            case "left" | "right":
                self._focus.step(self.summary, -1 if key == "left" else 1, time.monotonic())
            case "up" | "down":
                self._focus.choose(self.summary, -1 if key == "up" else 1)
            case "f":
                self._focus.held = not self._focus.held
            case "p":
                self._pause()
            case "\t":
                self._page, self._help = PAGES[(PAGES.index(self._page) + 1) % len(PAGES)], False
            case "c":
                self._palette = STANDARD if self._palette is COLOUR_BLIND else COLOUR_BLIND
            case "?" | "h":
                self._help = not self._help
            case "q":
                self._quit()
            case _ if key in self._more_keys:
                self._more_keys[key]()

    def _pause(self) -> None:
        if self._hold is not None and self.summary.finished is None:
            self._hold(not self.summary.paused)

    def _quit(self) -> None:
        if self._watching:
            self.left.set()
        elif not self._stopping and self._stop_requested is not None:
            self._stopping = True
            self._stop_requested()

    # ---- signals -----------------------------------------------------------------------------------------------------

    @contextmanager
    def _signals(self) -> Iterator[None]:
        """Let SIGTERM unwind the stack, and Ctrl-Z hand the terminal back. Handlers that others have set are left alone."""
        ours = {signal.SIGTERM: _terminate, signal.SIGTSTP: self._suspend}
        main = threading.current_thread() is threading.main_thread()
        taken = [number for number in ours if main and signal.getsignal(number) is signal.SIG_DFL]
        for number in taken:
            signal.signal(number, ours[number])
        try:
            yield
        finally:
            for number in taken:
                if signal.getsignal(number) == ours[number]:
                    signal.signal(number, signal.SIG_DFL)

    def _suspend(self, number: int, at: FrameType | None) -> None:
        with self._screen:
            self._canvas.close()
            self._keys.give_back()
            os.kill(os.getpid(), signal.SIGSTOP)  # returns when the shell continues us
            self._keys.take()
            self._canvas.open()


def _terminate(number: int, at: FrameType | None) -> None:
    raise SystemExit(128 + number)


def pause(cost: float) -> float:
    """Seconds to wait after a redraw that took `cost` CPU seconds."""
    return min(LONGEST, max(INTERVAL, cost / SHARE))
