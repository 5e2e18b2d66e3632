"""The dashboard of a run in another process, from its events.jsonl: followed as it grows, or played again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TextIO

from rich.console import Console

from nlevolve import files
from nlevolve.errors import UsageError
from nlevolve.records import Event, LogReader, RunFinished, RunStarted
from nlevolve.run.store import being_written
from nlevolve.view.terminal.dashboard import Dashboard
from nlevolve.view.terminal.focus import Focus
from nlevolve.view.terminal.grids import coloured, fades
from nlevolve.view.terminal.lines import Lines
from nlevolve.view.terminal.palette import Palette
from nlevolve.view.terminal.panels.layout import Frame
from nlevolve.view.terminal.panels.look import Look
from nlevolve.view.terminal.panels.screen import draw
from nlevolve.view.terminal.summary import Summary
from nlevolve.view.text import duration, percent

POLL = 0.25
"""Seconds between two looks at a log that grows."""
SILENT = 10.0
"""Seconds without an event after which it is asked whether anybody still writes the log."""
FASTEST, SLOWEST = 4096.0, 0.25


class Tail:
    """Reads a log that another process appends to. Lines that are not whole yet wait; lines that cannot be read are counted."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._read = 0
        self._reader = LogReader()

    def new(self) -> Iterator[Event]:
        """The events written since the last call."""
        try:
            number = files.opened(self.path)
        except FileNotFoundError:
            return
        except OSError as error:
            raise UsageError(f"{self.path} cannot be read: {error.strerror}") from None
        with open(number, "rb") as file:
            file.seek(self._read)
            data = file.read()
        whole = data.rfind(b"\n") + 1
        self._read += whole
        yield from self._reader.read(data[:whole])

    def being_written(self) -> bool:
        """Whether a process writes the log, as far as locks tell."""
        return being_written(self.path.parent)


def follow(path: Path, console: Console, colours: Palette) -> None:
    """Show a run as it goes on, on a terminal, until `q`."""
    tail = Tail(path)
    going = _Going(tail)
    with Dashboard(watching=True, console=console, clock=going.now, note=going.note, colours=colours) as dashboard:
        while not dashboard.left.is_set():
            for event in tail.new():
                dashboard.see(event)
                going.see(event)
            dashboard.left.wait(POLL)


def follow_lines(path: Path, stream: TextIO) -> None:
    """The run's headlines as they come, until it ends or nobody writes it any more."""
    tail, asked, alive = Tail(path), float("-inf"), True
    with Lines(stream, clock=lambda: datetime.now(UTC)) as lines:
        while True:
            events = list(tail.new())
            for event in events:
                lines.see(event)
            if lines.broken or not alive or (events and isinstance(events[-1], RunFinished)):
                return
            if time.monotonic() - asked >= SILENT:
                # what was written before the writer left is read once more
                alive, asked = tail.being_written(), time.monotonic()
            if alive:
                time.sleep(POLL)


class _Going:
    """Whether the run behind a log goes on, and what time it is there: a log that nobody writes stands still."""

    def __init__(self, tail: Tail) -> None:
        self._tail = tail
        self._latest: datetime | None = None
        self._finished = False
        self._asked, self._alive = 0.0, True

    def see(self, event: Event) -> None:
        self._latest = event.at
        self._finished = isinstance(event, RunFinished)
        self._alive, self._asked = True, time.monotonic()

    def now(self) -> datetime:
        now = datetime.now(UTC)
        if not self._finished and time.monotonic() - self._asked > SILENT:
            self._alive, self._asked = self._tail.being_written(), time.monotonic()
        return self._latest if self._latest and (self._finished or not self._alive) else now

    def note(self) -> str:
        return "" if self._finished or self._alive else "nobody runs it: nlevolve resume goes on"


# ---- replay ----------------------------------------------------------------------------------------------------------


class Player:
    """A run's events in their time, pauses between its sessions left out. Seconds run from the first event."""

    def __init__(
        self, events: Sequence[Event], *, at: float, speed: float, paused: bool, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.events, self.seconds = events, list(_running_time(events))
        self.speed, self.paused = speed, paused
        self._clock, self._since = clock, clock()
        self._position = at * self.length
        self._given = 0

    @property
    def length(self) -> float:
        return self.seconds[-1] if self.seconds else 0.0

    @property
    def position(self) -> float:
        """Seconds of the run that have been played."""
        gone = 0.0 if self.paused else (self._clock() - self._since) * self.speed
        return min(self.length, self._position + gone)

    def due(self) -> Iterator[Event]:
        """The events whose time has come since the last call."""
        until = self.position
        while self._given < len(self.events) and self.seconds[self._given] <= until:
            yield self.events[self._given]
            self._given += 1

    def now(self) -> datetime:
        """The time in the run's own days."""
        if not self.events:
            return datetime.now(UTC)
        last = max(0, self._given - 1)
        return self.events[last].at + timedelta(seconds=max(0.0, self.position - self.seconds[last]))

    def note(self) -> str:
        share = self.position / self.length if self.length else 1.0
        how = "paused" if self.paused else f"×{self.speed:g}"
        return f"replay {how} at {percent(share, 0)} of {duration(self.length)}"

    def pause(self) -> None:
        self._settle()
        self.paused = not self.paused

    def faster(self, factor: float = 2.0) -> None:
        self._settle()
        self.speed = min(FASTEST, max(SLOWEST, self.speed * factor))

    def slower(self) -> None:
        self.faster(0.5)

    def _settle(self) -> None:
        self._position, self._since = self.position, self._clock()


def _running_time(events: Sequence[Event]) -> Iterator[float]:
    seconds, before = 0.0, None
    for event in events:
        if before is not None and not (isinstance(event, RunStarted) and event.resumed):
            seconds += max(0.0, (event.at - before).total_seconds())
        before = event.at
        yield seconds


def replay(player: Player, console: Console, colours: Palette) -> None:
    """Play a run again on a terminal, until `q`. Space pauses, + and - change the speed."""
    keys = {" ": player.pause, "+": player.faster, "=": player.faster, "-": player.slower}
    with Dashboard(watching=True, console=console, clock=player.now, keys=keys, note=player.note, colours=colours) as dashboard:
        while not dashboard.left.is_set():
            for event in player.due():
                dashboard.see(event)
            dashboard.left.wait(POLL / 5)


def still(events: Sequence[Event], console: Console, colours: Palette, *, at: float = 1.0, task: str = "") -> Frame:
    """One frame: the run when the share `at` (0..1) of its time had passed, looking at `task` or where something happened."""
    player = Player(events, at=at, speed=1.0, paused=True)
    summary, looked = Summary(), Focus()
    for event in player.due():
        summary.see(event)
        looked.follow(summary, (event.at - events[0].at).total_seconds())
    look = Look(
        summary,
        player.now(),
        focus=task or looked.task,
        watching=True,
        palette=colours,
        colour=coloured(console),
        fades=fades(console),
    )
    return draw(look, *console.size)


def replay_lines(events: Sequence[Event], stream: TextIO, *, at: float = 1.0) -> None:
    """The run's headlines up to that share of its time, all at once."""
    with Lines(stream) as told:
        for event in Player(events, at=at, speed=1.0, paused=True).due():
            told.see(event)
