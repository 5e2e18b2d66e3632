"""A session with its views and signals: what happens between `solve` and its exit code."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from nlevolve.ask.prompts import PlaceError
from nlevolve.cli.accidents import line, unexpected
from nlevolve.cli.trusting import tell
from nlevolve.errors import BankFailed, BudgetFileFailed, HubFailed, HubGone
from nlevolve.program import command, quoted
from nlevolve.records import CallFinished, CallSent, Event, RunFinished
from nlevolve.run.session import Session
from nlevolve.run.steering import Told, ask
from nlevolve.run.store import StoreFailed
from nlevolve.view.door import complain, console, say
from nlevolve.view.outside import Make, See, guarded, opened
from nlevolve.view.publish import Publisher
from nlevolve.view.terminal.display import display
from nlevolve.view.terminal.ending import closing
from nlevolve.view.terminal.palette import Palette, palette
from nlevolve.view.terminal.passing import passing
from nlevolve.view.terminal.summary import Summary
from nlevolve.view.text import duration
from nlevolve.view.uplift import told as controls_told

DEAF = 5.0
"""Seconds after which a loop that did not hear a signal is not waited for when another comes."""
ECHO = 0.2
"""Seconds within which two signals count as one."""
EXIT_STORE = 1
"""The run's folder, the sample bank or the budget's file could no longer be written, or the program itself failed; what was
acknowledged is kept."""
EXIT_GONE = 4
"""A hub at which nobody answers: as for a provider that is unusable."""
EXIT_STOPPED = 130
"""A second Ctrl-C."""


def carry_out(
    session: Session,
    *,
    live: bool,
    as_json: bool,
    see: Mapping[str, Make] | None = None,
    colours: Palette | None = None,
    began: float | None = None,
) -> int:
    """Run a session to its end and return the exit code; `see` makes views from other packages that see every event.

    `began`: when it was called for (time.monotonic()), if that was before now.
    """
    began = time.monotonic() if began is None else began
    # until the report is written: whoever starts a run of this name meanwhile would find it in his own
    with session.lock:
        views = opened(see or {}, session.folder)
        return _carry_out(session, views, live=live, as_json=as_json, colours=colours or palette(), began=began)


def _carry_out(session: Session, outside: Sequence[See], *, live: bool, as_json: bool, colours: Palette, began: float) -> int:
    first = _First()
    publisher = Publisher(session.folder, session.selection, session.known)
    # with --json, stdout is for the summary object alone
    stream = sys.stderr if as_json else sys.stdout
    run = handle(session.folder)
    watching = command("watch", run)
    say(f"run {session.name} in {quoted([session.folder])}; look at it from elsewhere: {watching}", stream=stream)
    tell(session.named, stream)
    try:
        finished, summary = asyncio.run(
            _run(
                session, [first.see, guarded("results.json", publisher.see, but=(StoreFailed,)), *outside], live, stream, colours
            )
        )
    except (StoreFailed, BankFailed, BudgetFileFailed, HubFailed, PlaceError) as error:
        complain(error)
        return EXIT_GONE if isinstance(error, HubGone) else EXIT_STORE
    except Exception as error:  # a fault of ours, or of a library: told in a line, and what was paid for is kept
        complain(line(f"{unexpected(error)}; what was answered is kept: {command('resume', run)}"))
        with contextlib.suppress(Exception):
            publisher.write()
        return EXIT_STORE
    except asyncio.CancelledError:
        complain(f"stopped at once; what was answered is kept: {command('resume', run)}")
        publisher.write()
        publisher.report()
        return EXIT_STOPPED
    ended = time.monotonic()
    results = publisher.results()
    if as_json:
        say(json.dumps({"folder": str(session.folder), "exit_code": finished.exit_code, **results}))
    else:
        screen = console()
        # in a file or a pipe a line stays a line
        width = screen.width if screen.is_terminal else None
        page, controls = session.folder / "report.html", controls_told(session.folder, results)
        flags = session.elsewhere.flags if session.elsewhere else ()
        told = closing(summary, results, run, colours, page=page, width=width, controls=controls, elsewhere=flags)
        screen.print(told, soft_wrap=True)
    if finished.why and (as_json or not _read_together()):
        complain(finished.why)
    _report(publisher, None if as_json else Times(began, first.at or ended, ended))
    return finished.exit_code


def _report(publisher: Publisher, times: Times | None) -> None:
    """Write the report, when all else of the run has been said; and say how long each part of it took."""
    sys.stdout.flush()
    with passing("writing report.html …", sys.stderr):
        problem = publisher.report()
    if problem:
        complain(problem)
    if times:
        say(times.told(None if problem else time.monotonic()))


@dataclass(frozen=True)
class Times:
    """Of a run, on the clock of time.monotonic(): when it was called for, when it asked first, when it ended."""

    began: float
    asked: float
    ended: float

    def told(self, written: float | None) -> str:
        """In a line; `written`: when its report was."""
        report = f", {duration(written - self.ended)} for report.html" if written is not None else ""
        ready, ran = duration(self.asked - self.began), duration(self.ended - self.asked)
        return f"   took {ready} to get ready, {ran} from the first question to the last answer{report}"


class _First:
    """When a run asked first."""

    at: float | None = None

    def see(self, event: Event) -> None:
        if self.at is None and isinstance(event, CallSent | CallFinished):
            self.at = time.monotonic()


def _read_together() -> bool:
    """Whether stdout and stderr go to one terminal, or into one file or pipe: there the last words have said it."""
    try:
        return (sys.stdout.isatty() and sys.stderr.isatty()) or os.path.sameopenfile(sys.stdout.fileno(), sys.stderr.fileno())
    except (OSError, ValueError):  # in their place is something that is no file
        return False


def handle(folder: Path) -> str:
    """What to type to name a run: its name where it is found by that, else its folder."""
    return folder.name if folder.parent == Path("runs") else str(folder)


async def _run(
    session: Session, subscribers: Sequence[See], live: bool, stream: TextIO, colours: Palette
) -> tuple[RunFinished, Summary]:
    loop = asyncio.get_running_loop()
    timeouts: dict[str, float] = {role: settings.timeout for role, settings in session.config.roles.items()}

    def stop() -> None:
        loop.call_soon_threadsafe(session.stopping.set)

    def hold(paused: bool) -> None:
        with contextlib.suppress(OSError):  # a disk that is full ends the run in its own words
            ask(session.folder, Told(paused=paused))

    with display(live=live, stop=stop, hold=hold, stream=stream, timeouts=timeouts, colours=colours) as view:
        listen(session.stopping, view.stopping)
        view.recall(session.known)
        finished = await session.run([*subscribers, guarded("on the terminal", view.see)], own_process=True)
    return finished, view.summary


def listen(stopping: asyncio.Event, tell: Callable[[], None]) -> None:
    """The first Ctrl-C, SIGTERM or SIGHUP (its terminal is gone) lets what is in flight end; a second one stops at once.

    `timeout` and others signal a process and then its whole group: what comes in the same moment is one signal. While the loop
    is too busy to hear any (nothing of ours should keep it, but a view from elsewhere may), a later one ends the process.
    """
    loop = asyncio.get_running_loop()
    running = asyncio.current_task()
    assert running is not None
    heard = float("-inf")
    unheard: float | None = None

    def stop() -> None:
        nonlocal heard, unheard
        unheard = None
        before, heard = heard, loop.time()
        if heard - before < ECHO:
            return
        if stopping.is_set():
            running.cancel()  # what becomes of it is said when it has stopped
            return
        tell()
        stopping.set()

    def beside(*_: object) -> None:
        nonlocal unheard
        unheard = unheard or time.monotonic()
        if time.monotonic() - unheard > DEAF:
            raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # nohup has it ignored, and so it shall stay
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            loop.add_signal_handler(number, stop)
            # it still wakes the loop, which calls `stop`; this one comes also while the loop does not
            signal.signal(number, beside)
