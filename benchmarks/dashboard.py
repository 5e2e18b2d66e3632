"""What the dashboard costs: an event folded, a frame drawn, and a run of 10,000 events a second with and without it.

    make bench-dashboard [ARGS="--seconds 5 --rounds 3"]          writes a section of docs/BENCHMARKS.md

The run is an asyncio loop that makes each event anew, writes it to a log as a real run does, and paces itself to 10,000 a second.
The terminal is a pseudo-terminal that another process empties.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import pty
import statistics
import subprocess
import tempfile
import termios
import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from pathlib import Path

from rich.console import Console

from benchmarks.figures import section
from nlevolve.records import CallFinished, Event, RunStarted, write_event
from nlevolve.view.terminal.dashboard import Dashboard
from nlevolve.view.terminal.panels.look import Look
from nlevolve.view.terminal.panels.screen import draw
from nlevolve.view.terminal.summary import Summary
from tests.view.fake_run import FakeRun

RATE = 10_000
SLICE = 0.01
"""Seconds between two bursts of events."""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--seconds", type=float, default=5.0, help="of each run")
    options.add_argument("--rounds", type=int, default=3)
    given = options.parse_args()
    command = f"make bench-dashboard ARGS='--seconds {given.seconds:g} --rounds {given.rounds}'"
    section(Path("docs/BENCHMARKS.md"), "Dashboard", command, measure(given.seconds, given.rounds))


def measure(seconds: float, rounds: int) -> list[str]:
    """The figures, as rows of a Markdown table."""
    events = FakeRun(tasks=400, births=24, at_once=20).events()
    plain, shown = [], []
    for _ in range(rounds):
        plain.append(run(events, seconds, live=False))
        shown.append(run(events, seconds, live=True))
    ratio = statistics.median(shown) / statistics.median(plain)
    return [
        "| what | figure |",
        "|---|---|",
        f"| fold one event ({len(events):,} events of 400 tasks) | {fold(events) * 1e6:.1f} µs |",
        *(f"| draw one frame, {width}x{height} | {frame(events, width, height) * 1e3:.1f} ms |" for width, height in SIZES),
        f"| {RATE:,} events a second for {seconds:g} s, without the dashboard | {statistics.median(plain):.2f} s |",
        f"| the same with it, 200x50 | {statistics.median(shown):.2f} s |",
        f"| ratio (at most 1.05) | {ratio:.3f} |",
    ]


SIZES = ((80, 24), (200, 50))


def fold(events: Sequence[Event]) -> float:
    """CPU seconds for one event, the best of three."""
    return min(_cpu(lambda: _folded(events)) for _ in range(3)) / len(events)


def frame(events: Sequence[Event], width: int, height: int) -> float:
    """CPU seconds for one frame in the middle of a run, as ANSI text; the best of ten."""
    summary = _folded(events[: len(events) // 2])
    look = Look(summary, events[len(events) // 2].at, focus=next(reversed(summary.running)))
    with open(os.devnull, "w") as nowhere:
        console = Console(file=nowhere, force_terminal=True, color_system="truecolor", width=width, height=height)
        return min(_cpu(lambda: console.print(draw(look, width, height))) for _ in range(10))


def _folded(events: Sequence[Event]) -> Summary:
    summary = Summary()
    for event in events:
        summary.see(event)
    return summary


def _cpu(work: Callable[[], object]) -> float:
    began = time.thread_time()
    work()
    return time.thread_time() - began


def run(events: Sequence[Event], seconds: float, *, live: bool) -> float:
    """Seconds that a run of RATE events a second takes for `seconds` seconds' worth of events."""
    number = int(RATE * seconds)
    with tempfile.TemporaryDirectory() as folder, (Path(folder) / "events.jsonl").open("wb", buffering=0) as log:
        ours, theirs = pty.openpty()
        termios.tcsetwinsize(theirs, (50, 200))
        reader = subprocess.Popen(["cat"], stdin=ours, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            with os.fdopen(theirs, "w") as terminal:
                console = Console(file=terminal, force_terminal=True, color_system="truecolor")
                with Dashboard(console=console) if live else nullcontext() as view:
                    see = view.see if view is not None else lambda event: None
                    return asyncio.run(_emit(events, number, lambda event: _both(log, event, see)))
        finally:
            os.close(ours)
            reader.terminate()
            reader.wait()


def _both(log, event: Event, see: Callable[[Event], object]) -> None:
    log.write(write_event(event).encode() + b"\n")
    see(event)


async def _emit(events: Sequence[Event], number: int, emit: Callable[[Event], None]) -> float:
    began, sent = time.monotonic(), 0
    while sent < number:
        due = min(number, int((time.monotonic() - began + SLICE) * RATE))
        for place in range(sent, due):
            event = events[place % len(events)]
            emit(event if isinstance(event, RunStarted) else _anew(event))
        sent = due
        await asyncio.sleep(max(0.0, sent / RATE - (time.monotonic() - began)))
    return time.monotonic() - began


def _anew(event: Event) -> Event:
    """Validated once more, as an event that has just happened is."""
    return type(event)(**event.__dict__) if isinstance(event, CallFinished) else event.model_copy()


if __name__ == "__main__":
    main()
