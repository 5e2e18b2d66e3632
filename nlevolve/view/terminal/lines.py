"""A run without a terminal: a line for each headline, as CI and log files want it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from datetime import datetime
from types import TracebackType
from typing import TextIO

from nlevolve.records import Event, TaskAnswered
from nlevolve.view.terminal.sentences import Moment
from nlevolve.view.terminal.summary import Summary
from nlevolve.view.text import clean, duration, money, percent

QUIET = 30.0
"""Seconds without a line after which one says how the run stands."""


class Lines:
    """A context manager with `see(event)`, like the dashboard; writes plain lines as they come.

    When nobody reads them any more (`| head`), or they cannot be written, it falls silent and sets `broken`: the run goes on.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self.summary = Summary()
        self._stream = stream or sys.stdout
        self.broken = False
        self._told: datetime | None = None

    def __enter__(self) -> Lines:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._write("")

    def recall(self, events: Iterable[Event]) -> None:
        """Take in what happened before, without a word: the earlier sessions of a resumed run."""
        for event in events:
            self.summary.see(event)

    def stopping(self) -> None:
        """The run was asked to stop: say so."""
        self._write("stopping: what is in flight is finished; once more stops at once\n")

    def see(self, event: Event) -> None:
        moment = self.summary.see(event)
        if moment is not None and moment.headline:
            self._say(event.at, _sentence(moment) + (self._progress() if isinstance(event, TaskAnswered) else ""))
        elif self._told is not None and (event.at - self._told).total_seconds() >= QUIET:
            self._say(event.at, self._standing(event.at))

    def _say(self, at: datetime, text: str) -> None:
        self._told = at
        elapsed = duration(self.summary.elapsed(at))
        self._write(f"{elapsed:>7}  {text}\n")

    def _write(self, text: str) -> None:
        if self.broken:
            return
        try:
            self._stream.write(text)
            self._stream.flush()
        except OSError:
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
        eta, sent = summary.eta(now), summary.traffic.in_flight
        flying = "" if sent is None else f", {sent} in flight"
        told = [
            f"{phases['running']} tasks running, {phases['waiting']} waiting",
            f"{summary.account.calls} calls{flying}, {summary.rate(now):.1f}/s",
            money(summary.account.cost_usd),
        ]
        told += [f"{summary.traffic.rate_limits} rate limits"] if summary.traffic.rate_limits else []
        readings = summary.history.readings.total
        told += [f"{percent(readings.share(readings.unread), 0)} of the replies not read"] if readings.unread else []
        told += [f"{duration(eta)} to go"] if eta is not None else []
        return "… " + "; ".join(told)


def _sentence(moment: Moment) -> str:
    return f"{clean(moment.task)}  {moment.text}" if moment.task else moment.text
