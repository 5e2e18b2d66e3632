"""What programs in the sandbox cost the event loop, and what memory their workers take.

    python -m benchmarks.sandbox [--programs 1000] [--in-flight 500] [--workers 2,8]

Each way is measured in a process of its own, medians of three rounds. Writes docs/BENCHMARKS.md.
"""

from __future__ import annotations

import argparse
import asyncio
import math
import multiprocessing
import os
import statistics
import threading
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import psutil

from benchmarks.figures import section
from nlevolve.offline.coder import program_reply
from nlevolve.puzzle.grids import Grid
from nlevolve.sandbox.pool import MEBIBYTE, Bounds, Sandbox

ROUNDS = 3
TICK, LOOK = 0.005, 0.02
"""Seconds between two looks at the loop's lag, and at the workers' memory."""
PROMISED = 50.0
"""Milliseconds that the 99th percentile of the loop's lag is to stay below."""
BULLETS = (
    "The background is black.",
    "Cells of one colour that touch by a side form an object.",
    "Recolour every object that has a hole red.",
    "Fill every enclosed area with yellow.",
    "Move every object right until it touches another object or the border.",
)
PLAIN = program_reply(BULLETS).removeprefix("```python\n").removesuffix("```")
BOMB = "def transform(grid):\n    kept = []\n    while True:\n        kept.append('x' * 1000000 + str(len(kept)))\n"
LISTS = "def transform(grid):\n    rows = [grid]\n    while True:\n        rows = [list(rows), list(rows)]\n"
BOUNDS = Bounds(seconds=30)


def grid_of(number: int) -> Grid:
    """Twenty by twenty, a third of it coloured."""
    rng = Random(number)
    return tuple(tuple(rng.choice((0, 0, 0, 0, 3, 5)) for _ in range(20)) for _ in range(20))


@dataclass(frozen=True)
class Lag:
    """How late the loop was, in ms, and how many programs a second ran."""

    p99: float
    worst: float
    a_second: float


async def lag_of(work: Callable[[int], Awaitable[object]], programs: int, in_flight: int) -> Lag:
    """The loop's lag while so many are run, so many at once."""
    lags, numbers = [0.0], iter(range(programs))

    async def worker() -> None:
        for number in numbers:
            await work(number)

    async def watch() -> None:
        while True:
            began = time.perf_counter()
            await asyncio.sleep(TICK)
            lags.append(time.perf_counter() - began - TICK)

    watcher, began = asyncio.create_task(watch()), time.perf_counter()
    await asyncio.gather(*(worker() for _ in range(in_flight)))
    seconds = time.perf_counter() - began
    watcher.cancel()
    lags.sort()
    return Lag(1000 * lags[math.ceil(0.99 * len(lags)) - 1], 1000 * lags[-1], programs / seconds)


async def idle(programs: int, in_flight: int) -> Lag:
    """A loop with nothing to do, on the machine as it is."""
    return await lag_of(lambda _: asyncio.sleep(3 / in_flight), in_flight, 1)


async def inline(programs: int, in_flight: int) -> Lag:
    """What it would be to run them in the loop. This one is our own coder's: a model's is run by nobody but the sandbox."""
    names: dict[str, Any] = {}
    exec(PLAIN, names)

    async def work(number: int) -> None:
        names["transform"]([list(row) for row in grid_of(number % 50)])
        await asyncio.sleep(0)

    return await lag_of(work, programs, in_flight)


async def sandboxed(programs: int, in_flight: int) -> Lag:
    """As a run does it."""
    with closing(Sandbox(os.cpu_count() or 1)) as sandbox:
        grids = [grid_of(number) for number in range(50)]
        await sandbox.run(PLAIN, grids[0], BOUNDS)
        return await lag_of(lambda number: sandbox.run(PLAIN, grids[number % 50], BOUNDS), programs, in_flight)


WAYS = {"an idle loop": idle, "run by the loop itself": inline, "run in the sandbox": sandboxed}


def lag(way: str, programs: int, in_flight: int) -> Lag:
    return asyncio.run(WAYS[way](programs, in_flight))


@dataclass(frozen=True)
class Memory:
    """The most that was seen, in MiB."""

    worker: float
    pool: float
    seen: int
    """Workers at once."""


def memory(workers: int, programs: int, text: str, limit: int) -> Memory:
    """What workers take at most while these programs run; shared pages are shared out between them (PSS)."""
    most, over = [Memory(0, 0, 0)], threading.Event()

    def look() -> None:
        while not over.wait(LOOK):
            each = [taken for child in psutil.Process().children() if (taken := _taken(child))]
            before = most[0]
            most[0] = Memory(max([before.worker, *each]), max(before.pool, sum(each)), max(before.seen, len(each)))

    looking = threading.Thread(target=look)
    looking.start()
    with closing(Sandbox(workers)) as sandbox:
        bounds = Bounds(seconds=2, memory=limit)

        async def everything() -> None:
            await asyncio.gather(*(sandbox.run(text, grid_of(number), bounds) for number in range(programs)))

        asyncio.run(everything())
    over.set()
    looking.join()
    return most[0]


def _taken(child: psutil.Process) -> float:
    try:
        full = child.memory_full_info() if "monty" in child.name() else None
    except psutil.Error:
        return 0.0
    return getattr(full, "pss", full.rss) / MEBIBYTE if full else 0.0


def _apart(function: Callable[..., Any], *given: object) -> Any:
    """In a process of its own: nothing that one leaves behind helps or harms the next."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process:
        return process.submit(function, *given).result()


def lags(programs: int, in_flight: int) -> list[str]:
    found = {way: [_apart(lag, way, programs, in_flight) for _ in range(ROUNDS)] for way in WAYS}
    middle = {way: statistics.median(one.p99 for one in rounds) for way, rounds in found.items()}
    quiet = max(middle["an idle loop"], 0.1)
    rows = [
        f"| {way} | {middle[way]:.1f} | {max(one.worst for one in rounds):.0f} | {middle[way] / quiet:.1f}× "
        f"| {'' if way == 'an idle loop' else f'{statistics.median(one.a_second for one in rounds):,.0f}'} |"
        for way, rounds in found.items()
    ]
    held = "holds" if middle["run in the sandbox"] < PROMISED else "is missed"
    return [
        f"| {programs:,} programs, {in_flight} in flight | lag p99, ms | worst, ms | of an idle loop's | programs a second |",
        "|---|---|---|---|---|",
        *rows,
        "",
        f"The aim, a p99 below {PROMISED:.0f} ms, {held}.",
    ]


def memories(workers: list[int]) -> list[str]:
    limit = Bounds().memory
    loads = {"five bullets on 20×20": (PLAIN, 200), "a bomb of text": (BOMB, 40), "a bomb of lists": (LISTS, 40)}
    rows = []
    for number in workers:
        for load, (text, programs) in loads.items():
            found = _apart(memory, number, programs, text, limit)
            rows.append(f"| {number} | {load} | {found.worker:.0f} | {found.pool:.0f} | {found.pool / number:.0f} |")
    return [
        f"| workers | programs, `coder.memory` {limit} | a worker's most, MiB | the pool's most | a worker of the pool's |",
        "|---|---|---|---|---|",
        *rows,
        "",
        f"Proportional set size, looked at every {1000 * LOOK:.0f} ms. A worker takes its limit at most, and what it is itself.",
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", type=int, default=1000)
    parser.add_argument("--in-flight", type=int, default=500)
    parser.add_argument("--workers", default="2,8", help="numbers of workers whose memory is looked at")
    given = parser.parse_args()
    lines = [*lags(given.programs, given.in_flight), "", *memories([int(one) for one in given.workers.split(",")])]
    load = f"The machine's load was {os.getloadavg()[0]:.0f} at the end."
    command = f"make bench-sandbox ARGS='--programs {given.programs} --in-flight {given.in_flight} --workers {given.workers}'"
    section(Path("docs/BENCHMARKS.md"), "Sandbox: what programs cost the loop, and memory", command, [*lines, "", load])


if __name__ == "__main__":
    main()
