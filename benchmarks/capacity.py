"""How far it goes: what a worker, a hub and a driver take, where the first bottleneck is, and a trial with as many as fit here.

    python -m benchmarks.capacity [--workers 1,2,4,8] [--tasks 4] [--places 8] [--median 2]

A worker is `nlevolve solve --shard i/n` in a process of its own, against a fake model with lognormal waits whose descriptions
never fit, so that all that may be asked is asked. Measured of one: memory, events and bytes a call, and how well it keeps its
places filled. From these the model says how many calls a second so many workers come to, which the trial checks, and what 10,
100 and 1,000 workers would need. Writes docs/SCALING.md.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.figures import section
from nlevolve.records import CallFinished, CallSent, Event, read_event, write_event
from nlevolve.run.store import Log, read_events
from nlevolve.view.history import History
from tests.server import Asked, Provider, Said

SIGMA = 1.0
"""Standard deviation of the logarithm of a wait."""
CALL_MS = 5.7
"""CPU of a worker for a call, ms: of `make bench-calls`, the whole stack at 10 s latency."""
HUB_MS, HUB_WORDS = 0.2, 4
"""CPU of a hub for a call, ms, and what a call says to it: of `python -m benchmarks.hub`, 15% of a core for 1,627 reservations a
second, and as much again for the bank and the places."""
ACCOUNT = 10_000
"""Requests a minute that an account allows."""
LATENCY, PLACES = 10.0, 64
"""Of the model of many workers: mean seconds of a reply that is thought about, and calls in flight of each worker."""
SIZES = (10, 100, 1_000)
SCHEDULE = "policy.phases=[{births=4,overlap=4}]"


@dataclass(frozen=True)
class Worker:
    """What a shard came to."""

    calls: int
    began: float
    """When its first call left, and its last ended: seconds of the epoch."""
    ended: float
    cpu: float
    """Seconds, of the whole process."""
    memory: float
    """MB at most."""
    events: int
    log: int
    """Bytes."""


@dataclass(frozen=True)
class Trial:
    """So many workers at once."""

    workers: Sequence[Worker]
    bank: int
    """Bytes of their banks."""

    @property
    def calls(self) -> int:
        return sum(one.calls for one in self.workers)

    @property
    def a_second(self) -> float:
        """Calls a second, each worker's over its own time: one that began late is no slower for it."""
        return sum(one.calls / (one.ended - one.began) for one in self.workers)

    def each(self, figure: str) -> float:
        """Of a call."""
        return sum(getattr(one, figure) for one in self.workers) / self.calls


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workers", default="1,2,4,8")
    parser.add_argument("--tasks", type=int, default=4, help="of each worker")
    parser.add_argument("--places", type=int, default=8)
    parser.add_argument("--median", type=float, default=2.0)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    told = parser.parse_args()
    if told.serve:
        _serve(told.median)
        return
    with _models(told.median) as url:
        trials = [trial(url, int(number), told.tasks, told.places) for number in told.workers.split(",")]
    lines = list(_told(trials, told))
    print("\n".join(lines))
    command = f"python -m benchmarks.capacity --workers {told.workers} --tasks {told.tasks} --places {told.places}"
    section(Path("docs/SCALING.md"), "Capacity", f"{command} --median {told.median:g}", lines)


# ---- the fake model --------------------------------------------------------------------------------------------------


async def say(asked: Asked, median: float) -> Said:
    """A description that nobody has written yet, or a grid that is nowhere right, after its time."""
    await asyncio.sleep(random.Random(json.dumps(asked.chat)).lognormvariate(math.log(median), SIGMA))
    if "writer" in asked.model:
        return Said(f"```\n- Put colour {asked.number % 9} wherever the input has {asked.number}.\n```")
    return Said("```\n[[9, 9, 9, 9, 9, 9, 9]]\n```")


def _serve(median: float) -> None:
    with Provider(lambda asked: say(asked, median)) as server:
        print(server.url, flush=True)
        sys.stdin.read()


@contextmanager
def _models(median: float) -> Iterator[str]:
    """Its address, in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.capacity", "--serve", "--median", str(median)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdin
        yield process.stdout.readline().strip()
        process.stdin.close()


# ---- the trial -------------------------------------------------------------------------------------------------------


def _command(url: str, place: Path, tasks: str, shard: str, places: int) -> list[str]:
    name = shard.replace("/", "of")
    models = ["--generator", "openai/writer", "--checker", "openai/follower"]
    where = [f"--set={role}.base_url={url}" for role in ("generator", "checker")]
    kept = ["--run", name, "--runs-dir", str(place / "runs"), "--cache-dir", str(place / f"bank-{name}")]
    quiet = ["--no-live", "--no-ping", f"--concurrency={places}", f"--set={SCHEDULE}", "--set=policy.check=all"]
    return [sys.executable, "-m", "nlevolve", "solve", tasks, "--shard", shard, *models, *where, *kept, *quiet]


def _waited(process: subprocess.Popen[bytes]) -> Any:
    _, _, used = os.wait4(process.pid, 0)
    process.returncode = 0  # it is no longer there to be asked
    return used


def trial(url: str, workers: int, tasks: int, places: int) -> Trial:
    """So many shards at once, of so many tasks each."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        selected = f"arc1:training[:{workers * tasks}]"
        shards = [f"{number}/{workers}" for number in range(1, workers + 1)]
        running = [
            subprocess.Popen(_command(url, place, selected, shard, places), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            for shard in shards
        ]
        used = [_waited(process) for process in running]
        found = [_worker(place / "runs" / shard.replace("/", "of"), one) for shard, one in zip(shards, used, strict=True)]
        bank = sum(file.stat().st_size for file in place.glob("bank-*/**/*") if file.is_file())
    return Trial(found, bank)


def _worker(run: Path, used: Any) -> Worker:
    events = read_events(run)
    calls = [event for event in events if isinstance(event, CallFinished) and event.source == "provider"]
    began = min(event.at for event in events if isinstance(event, CallSent))
    return Worker(
        calls=len(calls),
        began=began.timestamp(),
        ended=max(event.at for event in calls).timestamp(),
        cpu=used.ru_utime + used.ru_stime,
        memory=used.ru_maxrss / 1024,
        events=len(events),
        log=(run / "events.jsonl").stat().st_size,
    )


def driving(events: Sequence[Event], folder: Path) -> float:
    """CPU of a cluster's driver for an event, ms: read from a message, written to the log, folded for whoever looks."""
    told, history = [write_event(event) for event in events], History()
    log = Log(folder)
    began = time.process_time()
    for line in told:
        event = read_event(line)
        log.append(event)
        history.see(event)
    took = time.process_time() - began
    log.close()
    return 1000 * took / len(told)


def _some_events(one: Trial) -> list[Event]:
    """As many as a run has of each kind that calls bring: of others there are few."""
    sent = CallSent(
        task="007bbfb7", role="checker", purpose="check", model="openai/follower", birth=1, target=0, request="0" * 64
    )
    ended = CallFinished(**sent.model_dump(exclude={"kind", "at", "tries", "reserved_usd", "reserved_tokens"}), source="provider")
    return [sent, ended] * max(1, one.calls // 2)


# ---- the model -------------------------------------------------------------------------------------------------------


def _told(trials: Sequence[Trial], told: argparse.Namespace) -> Iterator[str]:
    first = trials[0]
    ideal = told.places / (told.median * math.exp(SIGMA**2 / 2))
    tasks, memory = told.tasks * len(first.workers), max(one.memory for trial in trials for one in trial.workers)
    with tempfile.TemporaryDirectory() as folder:
        drive = driving(_some_events(first), Path(folder)) * first.each("events")
    log, events = first.each("log") / 1024, first.each("events")
    yield from (
        f"Load of the last minute when it ended: {os.getloadavg()[0]:.0f} on {os.cpu_count()} cores.",
        "",
        "| of one worker | |",
        "|---|---|",
        f"| CPU of a call (`make bench-calls`) | {CALL_MS:.1f} ms |",
        f"| the same here, with start, prompts and report of so short a run | {1000 * first.each('cpu'):.0f} ms |",
        f"| memory, at most | {memory:,.0f} MB |",
        f"| events of a call | {events:.1f}, {log:.1f} kB of the log |",
        f"| of a task of 100 calls (here {first.calls / tasks:.0f}) | {100 * events:.0f}, {100 * log:.0f} kB |",
        f"| bank | {first.bank / first.calls / 1024:.1f} kB a call |",
        f"| CPU of a cluster's driver for a call's events, Dask's own not counted | {drive:.2f} ms |",
        f"| CPU of a hub for a call, which says {HUB_WORDS} words to it (`python -m benchmarks.hub`) | {HUB_MS:.1f} ms |",
        "",
    )
    yield from _checked(trials, first.a_second / len(first.workers), ideal)
    yield ""
    yield from _projected(memory, drive, first)


def _checked(trials: Sequence[Trial], each: float, ideal: float) -> Iterator[str]:
    yield (
        f"Places over the mean wait is {ideal:.2f} calls a second and worker. One alone came to {each / ideal:.0%} of it: while "
        "the last replies of few tasks are waited for, places stand free. The model says that each of more does as it did:"
    )
    yield ""
    yield "| workers | calls | calls a second: model | measured | ÷ |"
    yield "|---|---|---|---|---|"
    for one in trials:
        said = each * len(one.workers)
        yield f"| {len(one.workers)} | {one.calls} | {said:.1f} | {one.a_second:.1f} | {one.a_second / said:.2f} |"


def _projected(memory: float, drive: float, one: Trial) -> Iterator[str]:
    each = PLACES / LATENCY
    yield f"With {PLACES} calls in flight a worker, and replies that take {LATENCY:g} s: {each:.1f} calls a second of each."
    yield ""
    columns = ("workers", "calls a second", "a minute", "cores of workers", "memory", "words to a hub a second", "a hub's core")
    columns += ("a driver's core (`--cluster`)", "log", "bank", "full first")
    yield f"| {' | '.join(columns)} |"
    yield "|---" * len(columns) + "|"
    for number in SIZES:
        calls = number * each
        log, bank = (calls * 3600 * size / 1e9 for size in (one.each("log"), one.bank / one.calls))
        cells = (
            f"{number:,}",
            f"{calls:,.0f}",
            f"{calls * 60:,.0f}",
            f"{calls * CALL_MS / 1000:.1f}",
            f"{number * memory / 1024:,.1f} GB",
        )
        cells += (f"{calls * HUB_WORDS:,.0f}", f"{calls * HUB_MS / 1000:.0%}", f"{calls * drive / 1000:.0%}")
        yield f"| {' | '.join((*cells, f'{log:.2f} GB/h', f'{bank:.2f} GB/h', _full(calls, drive)))} |"


def _full(calls: float, drive: float) -> str:
    """What cannot keep up with so many calls a second, the first to fail first."""
    shares = {
        f"an account of {ACCOUNT:,} requests a minute": calls * 60 / ACCOUNT,
        "the hub": calls * HUB_MS / 1000,
        "the driver": calls * drive / 1000,
    }
    full = [
        f"{name} ({share:.1f} of it needed)" for name, share in sorted(shares.items(), key=lambda row: -row[1]) if share > 0.8
    ]
    return ", then ".join(full) or "none of ours: the models' own servers"


if __name__ == "__main__":
    main()
