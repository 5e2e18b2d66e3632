"""A run without a terminal: a line for each headline, as CI and log files want it."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from types import TracebackType
from typing import TextIO

from nlevolve.records import Event, TaskAnswered
from nlevolve.view.door import put
from nlevolve.view.terminal.in_flight import Away, Waiting
from nlevolve.view.terminal.sentences import Moment
from nlevolve.view.terminal.summary import Summary, left
from nlevolve.view.text import clean, duration, money, percent, plural, short_model

QUIET = 10.0
"""Seconds without a line after which one says how the run stands, and who is waited for."""
TICK = 0.5
"""Seconds between two looks at whether it has been quiet for so long."""
NAMED = 3
"""Roles and models that are named as waited for; most runs have two."""


class Lines:
    """A context manager with `see(event)`, like the dashboard; writes plain lines as they come.

    With a `clock` it looks at that by itself, so that it speaks while nothing happens too: a provider may take minutes.
    `timeouts`: role -> seconds for one try, to say how long a run that is asked to stop may still take.
    When nobody reads them any more (`| head`), or they cannot be written, it falls silent and sets `broken`: the run goes on.
    """

    def __init__(
        self,
        stream: TextIO | None = None,
        *,
        clock: Callable[[], datetime] | None = None,
        timeouts: Mapping[str, float] | None = None,
    ) -> None:
        self.summary = Summary()
        self._stream = stream or sys.stdout
        self.broken = False
        self._told: datetime | None = None
        self._clock, self._timeouts = clock, timeouts or {}
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
            if moment is not None and moment.headline:
                self._say(event.at, _sentence(moment) + (self._progress() if isinstance(event, TaskAnswered) else ""))
            else:
                self.tick(event.at)

    def tick(self, now: datetime) -> None:
        """It is so late: say how the run stands, if nothing was said for long."""
        with self._turn:
            quiet = self._told is not None and (now - self._told).total_seconds() >= QUIET
            if quiet and self.summary.finished is None:
                self._say(now, self._standing(now))

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

    def _standing(self, now: datetime) -> str:
        summary = self.summary
        phases = summary.phases()
        eta, sent = summary.eta(now), summary.calls.in_flight
        flying = "" if sent is None else f", {sent} in flight"
        told = ["paused"] if summary.paused else []
        told += [
            f"{plural(phases['running'], 'task')} running, {phases['waiting']} waiting",
            f"{plural(summary.account.provider, 'call')}{flying}, {summary.rate(now):.1f}/s",
            money(summary.account.cost_usd),
        ]
        told += [f"{summary.account.failed} failed"] if summary.account.failed else []
        told += [_absent(one, summary.calls.kept_by(one, now), now) for one in summary.calls.away.values()]
        told += [_waited(one, summary, now) for one in summary.calls.waiting(now)[:NAMED]]
        queued, paced = summary.calls.queued(paced=False), summary.calls.queued(paced=True)
        told += [f"{queued} wait for a place"] if queued else []
        told += [f"{paced} wait for the pace of {_paces(summary)}"] if paced else []
        held = summary.calls.backing_off(now)
        told += [f"{held} {'waits' if held == 1 else 'wait'} to be sent again"] if held else []
        told += [plural(summary.calls.rate_limits, "rate limit")] if summary.calls.rate_limits else []
        readings = summary.history.readings.total
        told += [f"{percent(readings.share(readings.unread), 0)} of the replies not read"] if readings.unread else []
        told += [f"{duration(eta)} to go"] if eta is not None else []
        return "… " + "; ".join(told)


def _absent(away: Away, calls: int, now: datetime) -> str:
    """Which server nobody is at, for how long, and how long it is waited for."""
    left = away.left(now)
    waits = f"waited for {duration(left)} more" if left else "no longer waited for"
    held = f" by {calls} call{'' if calls == 1 else 's'}" if calls and left else ""
    return f"nothing answers at {clean(away.address)} for {duration(away.gone(now))}, {waits}{held}"


def _paces(summary: Summary) -> str:
    told = ", ".join(f"{pace:.0f} a minute" for pace in summary.calls.paces.values())
    return told or "the settings"


def _waited(one: Waiting, summary: Summary, now: datetime) -> str:
    """Who is waited for, how many, how long, how fast it is or has been."""
    speed, flow = summary.calls.speed(one.model), summary.calls.flow(now, one.model)
    calls = "1 reply" if one.calls == 1 else f"{one.calls} replies, the longest"
    pace = f" (about {speed:.0f} tokens/s)" if speed else ""
    if flow is not None:
        pace = f" ({flow:.0f} tokens/s in all)" if flow else " (nothing has come for some seconds)"
    return f"{one.role} {short_model(one.model)}: waiting for {calls} {duration(one.longest)}{pace}"


def _sentence(moment: Moment) -> str:
    return f"{clean(moment.task)}  {moment.text}" if moment.task else moment.text
