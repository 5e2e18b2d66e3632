"""A run without a terminal: a line for each headline, as CI and log files want it."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from types import TracebackType
from typing import TextIO

from nlevolve.records import Event, RunFinished, TaskAnswered
from nlevolve.view.door import put
from nlevolve.view.terminal.sentences import Moment, of
from nlevolve.view.terminal.standing import standing
from nlevolve.view.terminal.summary import Summary, left
from nlevolve.view.text import clean, duration

QUIET = 10.0
"""Seconds without a line after which one says how the run stands, and who is waited for."""
TICK = 0.5
"""Seconds between two looks at whether it has been quiet for so long."""


class Lines:
    """A context manager with `see(event)`, like the dashboard; writes plain lines as they come.

    With a `clock` it looks at that by itself, so that it speaks while nothing happens too: a provider may take minutes.
    `timeouts`: role -> seconds for one try, to say how long a run that is asked to stop may still take.
    `followed`: the run's last words come after these lines, and say why it ended.
    When nobody reads them any more (`| head`), or they cannot be written, it falls silent and sets `broken`: the run goes on.
    """

    def __init__(
        self,
        stream: TextIO | None = None,
        *,
        clock: Callable[[], datetime] | None = None,
        timeouts: Mapping[str, float] | None = None,
        followed: bool = False,
    ) -> None:
        self.summary = Summary()
        self._stream = stream or sys.stdout
        self.broken = False
        self._told: datetime | None = None
        self._clock, self._timeouts, self._followed = clock, timeouts or {}, followed
        self._turn = threading.RLock()
        """Held while the summary is read or changed, and while something is written."""
        self._over = threading.Event()
        self._ticking = threading.Thread(target=self._tick_until_over, name="lines", daemon=True)

    def __enter__(self) -> Lines:
        if self._clock is not None:
            self._ticking.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._over.set()
        if self._clock is not None:
            self._ticking.join()
        self._write("")

    def recall(self, events: Iterable[Event]) -> None:
        """Take in what happened before, without a word: the earlier sessions of a resumed run."""
        for event in events:
            self.summary.see(event)

    def stopping(self) -> None:
        """The run was asked to stop: say so, and what is still waited for."""
        with self._turn:
            now = self._clock() if self._clock else self.summary.latest
            self._write(f"stopping: {left(self.summary, self._timeouts, now)}; once more stops at once\n")

    def see(self, event: Event) -> None:
        with self._turn:
            moment = self.summary.see(event)
            if self._followed and isinstance(event, RunFinished):
                moment = of(event, (event.why,))
            if moment is not None and moment.headline:
                self._say(event.at, _sentence(moment) + (self._progress() if isinstance(event, TaskAnswered) else ""))
            else:
                self.tick(event.at)

    def tick(self, now: datetime) -> None:
        """It is so late: say how the run stands, if nothing was said for long."""
        with self._turn:
            quiet = self._told is not None and (now - self._told).total_seconds() >= QUIET
            if quiet and self.summary.finished is None:
                self._say(now, standing(self.summary, now))

    def _tick_until_over(self) -> None:
        assert self._clock is not None
        while not self._over.wait(TICK):
            self.tick(self._clock())

    def _say(self, at: datetime, text: str) -> None:
        self._told = at
        elapsed = duration(self.summary.elapsed(at))
        self._write(f"{elapsed:>7}  {text}\n")

    def _write(self, text: str) -> None:
        if self.broken:
            return
        try:
            put(text, self._stream)
        except (OSError, ValueError):  # nobody reads it, or it is closed
            self.broken = True
            # what else is written there, now and when Python ends, must not fail either
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self._stream.fileno())
            os.close(nowhere)

    def _progress(self) -> str:
        phases = self.summary.phases()
        total = phases.total()
        return f"  [{total - phases['waiting'] - phases['running']}/{total}]"


def _sentence(moment: Moment) -> str:
    return f"{clean(moment.task)}  {moment.text}" if moment.task else moment.text
