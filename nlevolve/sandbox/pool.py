"""A pool of sandboxes beside the event loop: a program's text and a grid in, a grid or what was wrong out.

A sandbox is pydantic-monty's: an interpreter of its own in a process of its own, which knows no file, network, environment or
clock of ours. Nothing of a program is run, compiled or imported by our own Python.
"""

from __future__ import annotations

import asyncio
import importlib
import importlib.util
import os
import threading
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from nlevolve.errors import UsageError
from nlevolve.puzzle.grids import LARGEST_SIDE, Grid, GridError, grid

PACKAGE = "pydantic_monty"
MEBIBYTE = 2**20
DEEPEST = 200
"""Calls within calls."""
BROKE_DOWN = "the sandbox broke down while it ran"
"""Why a program failed that took its sandbox down."""
LONGEST_WHY = 300
"""Characters of what was wrong."""
MOST_SLEEPS = 1000
MOST_WORKERS = 8
_STILL = {"sleep": "zero", "random_start": {"seed": 0}, "datetime": datetime(2000, 1, 1, tzinfo=UTC)}
"""What a program gives must follow from its text and the grid alone: chance and time stand still."""


@dataclass(frozen=True)
class Bounds:
    """What one run of a program on one grid may take."""

    seconds: float = 2.0
    """For what stands around its function, and again for the function."""
    memory: int = 64
    """MiB."""
    largest: int = LARGEST_SIDE
    """Rows or columns that a grid may have."""


@dataclass(frozen=True)
class Failed:
    """A program gave no valid grid."""

    why: str
    """In one line, as Python would say it: the same whenever it is run, where that can be."""
    crashed: bool = False
    """Whether it took its sandbox down with it, twice."""


def _monty() -> Any:
    """The package, which not every installation has."""
    return importlib.import_module(PACKAGE)


def require_sandbox() -> None:
    """Raises UsageError where the package that programs run in is not installed."""
    if importlib.util.find_spec(PACKAGE) is None:
        raise UsageError("a coder's programs run in a sandbox that is not installed: pip install 'nlevolve[code]'")


class Sandbox:
    """As many workers as there are cores, started when the first program comes. Close it, and they end."""

    def __init__(self, workers: int) -> None:
        self._workers = max(1, min(workers, MOST_WORKERS))
        self._threads: ThreadPoolExecutor | None = None
        self._pool: Any = None
        self._opening = threading.Lock()

    async def run(self, program: str, given: Grid, bounds: Bounds) -> Grid | Failed:
        """What `transform` of this program makes of a grid, in a session of its own."""
        if self._threads is None:
            require_sandbox()
            self._threads = ThreadPoolExecutor(self._workers, thread_name_prefix="sandbox")
        return await asyncio.get_running_loop().run_in_executor(self._threads, self.run_now, program, given, bounds)

    def close(self) -> None:
        """End the workers, when what they are at has come to its limits."""
        if self._threads is not None:
            self._threads.shutdown(cancel_futures=True)
        if self._pool is not None:
            self._pool.__exit__(None, None, None)
        self._threads = self._pool = None

    def run_now(self, program: str, given: Grid, bounds: Bounds) -> Grid | Failed:
        """The same, for who has no event loop. Any thread may call it."""
        # a worker that was killed from outside says nothing of the program: once more with a new one
        for _ in range(2):
            try:
                return _in_session(self._opened(), program, given, bounds)
            except _monty().MontyCrashedError as crash:
                if crash.timed_out:  # deep in one operation, it did not look at the clock
                    return _late(bounds)
        return Failed(BROKE_DOWN, crashed=True)

    def _opened(self) -> Any:
        with self._opening:
            if self._pool is None:
                self._pool = _monty().Monty(min_processes=1, max_processes=self._workers).__enter__()
            return self._pool


@asynccontextmanager
async def sandboxes() -> AsyncIterator[Sandbox]:
    """A pool for a while: what runs when it closes comes to its limits first."""
    sandbox = Sandbox(os.cpu_count() or 1)
    try:
        yield sandbox
    finally:
        await asyncio.to_thread(sandbox.close)


def _in_session(pool: Any, program: str, given: Grid, bounds: Bounds) -> Grid | Failed:
    """Raises MontyCrashedError when the worker is gone."""
    limits = {
        "max_feed_duration_secs": bounds.seconds,
        "max_memory": bounds.memory * MEBIBYTE,
        "max_recursion_depth": DEEPEST,
        "max_suspensions": MOST_SLEEPS,
    }
    try:
        with pool.checkout(script_name="program.py", limits=limits, os_policy=_STILL) as session:
            session.feed_run(program, print_callback=_unheard)
            rows = session.feed_run("transform(grid)", inputs={"grid": [list(row) for row in given]}, print_callback=_unheard)
            return _valid(rows, bounds.largest)
    except _monty().MontyCrashedError:
        raise
    except _monty().MontyError as error:
        return Failed(_said(error, bounds))
    except (ValueError, RecursionError):
        return Failed("what it gave is too large, or lies too deep, to be taken for a grid")


def _unheard(stream: str, text: str) -> None:
    """What a program prints."""


def _valid(rows: Any, largest: int) -> Grid | Failed:
    try:
        return grid(rows, largest)
    except GridError as error:
        return Failed(_shortly(f"it returned no valid grid: {error}"))


def _said(error: Any, bounds: Bounds) -> str:
    """The error by its name, with the line; limits in our words, since the sandbox tells the very microseconds."""
    inner = error.exception()
    if isinstance(inner, TimeoutError):
        return _late(bounds).why
    if isinstance(inner, MemoryError):
        return f"MemoryError: it took more than {bounds.memory} MiB"
    frames = [frame for frame in getattr(error, "traceback", list)() if "input-0" in frame.filename]
    line = f" (line {frames[-1].line})" if frames else ""
    words = str(inner)
    return _shortly(f"{type(inner).__name__}{': ' if words else ''}{words}", line)


def _late(bounds: Bounds) -> Failed:
    return Failed(f"TimeoutError: it took more than {bounds.seconds:g} seconds")


def _shortly(words: str, line: str = "") -> str:
    told = " ".join(words[: 4 * LONGEST_WHY].split())
    return (told if len(told) <= LONGEST_WHY else f"{told[:LONGEST_WHY]}…") + line
