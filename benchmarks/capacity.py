"""How far it goes: what a worker, a hub and a driver take, where the first bottleneck is, and a trial with as many as fit here.

    python -m benchmarks.capacity [--workers 1,4,8] [--tasks 4] [--places 8] [--median 4]

A worker is `nlevolve solve` in a process of its own, against a fake model with lognormal waits whose descriptions never fit, so
that all that may be asked is asked. What a call takes is the difference between a run of so many tasks and one of four times as
many, so that starting up and the last report are not in it: of a worker, of a hub that one of them uses, and of the driver of a
cluster (with Dask's scheduler and its hub, all in one process). The trial: several workers at once, each with the same tasks and
waits, beside as many times what one alone does. From these the model says what 10, 100 and 1,000 would need. Writes
docs/SCALING.md.
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
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import psutil

from benchmarks.figures import section
from nlevolve.hub.address import VARIABLE
from nlevolve.hub.desk import Desk
from nlevolve.hub.service import Hub
from nlevolve.hub.worker import Worker
from nlevolve.records import CallFinished, CallSent
from nlevolve.run.store import read_events
from tests.server import Asked, Provider, Said

SIGMA = 1.0
"""Standard deviation of the logarithm of a wait."""
ACCOUNT = 10_000
"""Requests a minute that an account allows."""
LATENCY, PLACES = 10.0, 64
"""Of the model of many workers: mean seconds of a reply that is thought about, and calls in flight of each worker."""
SIZES = (10, 100, 1_000)
LONGER = 4
"""Times as many tasks."""
SCHEDULE = "policy.phases=[{births=4,overlap=4}]"
TOKEN = "a-token-that-only-a-benchmark-has"


@dataclass(frozen=True)
class Ran:
    """What a run came to."""

    calls: int
    began: float
    """When its first call left, and its last ended: seconds of the epoch."""
    ended: float
    cpu: float
    """Seconds, of its process alone."""
    memory: float
    """MB at most."""
    events: int
    log: int
    """Bytes."""
    bank: int
    """Bytes."""

    @property
    def a_second(self) -> float:
        """Calls a second, over its own time: one that began late is no slower for it."""
        return self.calls / (self.ended - self.began)


@dataclass(frozen=True)
class Call:
    """What one call takes."""

    worker: float
    """CPU, ms."""
    hub: float
    words: float
    driver: float
    memory: float
    """Of a worker, MB."""
    events: float
    log: float
    """Bytes."""
    bank: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workers", default="1,4,8")
    parser.add_argument("--tasks", type=int, default=4, help="of each worker")
    parser.add_argument("--places", type=int, default=8)
    parser.add_argument("--median", type=float, default=4.0)
    parser.add_argument("--serve", choices=("models", "hub"), help=argparse.SUPPRESS)
    told = parser.parse_args()
    if told.serve:
        _serve(told.median) if told.serve == "models" else asyncio.run(_serve_hub())
        return
    with beside("models", "--median", str(told.median)) as models:
        url = models.said
        short, long = (trial(url, 1, told.tasks * times, told.places)[0] for times in (1, LONGER))
        call = taken(url, short, long, told)
        trials = [trial(url, int(number), told.tasks, told.places) for number in told.workers.split(",")]
    lines = list(_told(call, short, long, trials, told))
    print("\n".join(lines))
    command = f"python -m benchmarks.capacity --workers {told.workers} --tasks {told.tasks} --places {told.places}"
    section(Path("docs/SCALING.md"), "Capacity", f"{command} --median {told.median:g}", lines)


def taken(url: str, short: Ran, long: Ran, told: argparse.Namespace) -> Call:
    """What a call takes of each."""
    with beside("hub") as hub:
        before = json.loads(hub.ask())
        (shared,) = trial(url, 1, told.tasks * LONGER, told.places, "--hub", hub.said)
        after = json.loads(hub.ask())
    cluster = ("--cluster", "local", "--workers", "2")
    few, many = (trial(url, 1, told.tasks * times, told.places, *cluster)[0] for times in (1, LONGER))
    return Call(
        worker=1000 * (long.cpu - short.cpu) / (long.calls - short.calls),
        hub=1000 * (after["cpu"] - before["cpu"]) / shared.calls,
        words=(after["words"] - before["words"]) / shared.calls,
        driver=1000 * (many.cpu - few.cpu) / (many.calls - few.calls),
        memory=long.memory,
        events=long.events / long.calls,
        log=long.log / long.calls,
        bank=(long.bank - short.bank) / (long.calls - short.calls),
    )


# ---- what runs beside ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Beside:
    """A process that serves."""

    process: subprocess.Popen[str]
    said: str
    """Its address."""

    def ask(self) -> str:
        assert self.process.stdin
        assert self.process.stdout
        print(file=self.process.stdin, flush=True)
        return self.process.stdout.readline()


@contextmanager
def beside(what: str, *more: str) -> Iterator[Beside]:
    command = [sys.executable, "-m", "benchmarks.capacity", "--serve", what, *more]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdin
        yield Beside(process, process.stdout.readline().strip())
        process.stdin.close()


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


async def _serve_hub() -> None:
    """A hub that says, for each line that it reads, how many words it has heard and what CPU it has taken."""
    heard, hear = 0, Desk.hear

    def counted(desk: Desk, worker: Worker, said: list[Any]) -> None:
        nonlocal heard
        heard += len(said)
        hear(desk, worker, said)

    with tempfile.TemporaryDirectory() as folder, patch.object(Desk, "hear", counted):
        async with Hub.started(Path(folder), token=TOKEN) as hub:
            print(hub.url, flush=True)
            while await asyncio.to_thread(sys.stdin.readline):
                print(json.dumps({"words": heard, "cpu": time.process_time()}), flush=True)


# ---- the trial -------------------------------------------------------------------------------------------------------


def _command(url: str, place: Path, tasks: int, run: str, places: int) -> list[str]:
    models = ["--generator", "openai/writer", "--checker", "openai/follower"]
    where = [f"--set={role}.base_url={url}" for role in ("generator", "checker")]
    kept = ["--run", run, "--runs-dir", str(place / "runs"), "--cache-dir", str(place / f"bank-{run}")]
    quiet = ["--no-live", "--no-ping", f"--concurrency={places}", f"--set={SCHEDULE}", "--set=policy.check=all"]
    return [sys.executable, "-m", "nlevolve", "solve", f"arc1:training[:{tasks}]", *models, *where, *kept, *quiet]


def trial(url: str, workers: int, tasks: int, places: int, *more: str) -> list[Ran]:
    """So many workers at once, of so many tasks each: the same."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as opened:
        place, env = Path(folder), {**os.environ, VARIABLE: TOKEN, "OPENAI_API_KEY": "none"}
        out = opened.enter_context((place / "out").open("wb"))
        running = {
            run: subprocess.Popen([*_command(url, place, tasks, run, places), *more], env=env, stdout=out, stderr=out)
            for run in (f"w{number}" for number in range(workers))
        }
        used = watched(running)
        if any(process.returncode for process in running.values()):
            raise SystemExit((place / "out").read_text())
        return [_ran(place, run, used[run]) for run in running]


@dataclass
class Used:
    cpu: float = 0.0
    memory: float = 0.0


def watched(running: Mapping[str, subprocess.Popen[bytes]]) -> dict[str, Used]:
    """What processes took, themselves and not what they started, until all are over: looked at while they are there."""
    used = {run: Used() for run in running}
    while any(process.poll() is None for process in running.values()):
        for run, process in running.items():
            try:
                one = psutil.Process(process.pid)
                times, there = one.cpu_times(), one.memory_info().rss / 2**20
            except psutil.Error:
                continue
            used[run].cpu, used[run].memory = max(used[run].cpu, times.user + times.system), max(used[run].memory, there)
        time.sleep(0.1)
    return used


def _ran(place: Path, run: str, used: Used) -> Ran:
    folder = place / "runs" / run
    events = read_events(folder)
    calls = [event for event in events if isinstance(event, CallFinished) and event.source == "provider"]
    return Ran(
        calls=len(calls),
        began=min(event.at for event in events if isinstance(event, CallSent)).timestamp(),
        ended=max(event.at for event in calls).timestamp(),
        cpu=used.cpu,
        memory=used.memory,
        events=len(events),
        log=(folder / "events.jsonl").stat().st_size,
        bank=sum(file.stat().st_size for file in place.glob(f"bank-{run}/**/*") if file.is_file()),
    )


# ---- the model -------------------------------------------------------------------------------------------------------


def _told(call: Call, short: Ran, long: Ran, trials: Sequence[list[Ran]], told: argparse.Namespace) -> Iterator[str]:
    log, bank = call.log / 1024, call.bank / 1024
    yield from (
        f"Load of the last minute when it ended: {os.getloadavg()[0]:.0f} on {os.cpu_count()} cores.",
        "",
        "| of one call | |",
        "|---|---|",
        f"| CPU of its worker | {call.worker:.1f} ms |",
        f"| CPU of a hub, and words that it hears | {call.hub:.2f} ms, {call.words:.1f} |",
        f"| CPU of a cluster's driver, Dask's scheduler and the hub of the run included | {call.driver:.1f} ms |",
        f"| events | {call.events:.1f}, {log:.1f} kB of the log |",
        f"| bank | {bank:.1f} kB |",
        "",
        f"Of worker, driver and bank: the difference of a run of {long.calls} calls and one of {short.calls}, {told.places} in "
        f"flight. The larger run's worker had {call.memory:,.0f} MB at most. A task that makes 100 calls has "
        f"{100 * call.events:.0f} events, {100 * log:.0f} kB of the log and {100 * bank:.0f} kB of the bank.",
        "",
    )
    yield from _checked(short, trials)
    yield ""
    yield from _projected(call)


def _checked(alone: Ran, trials: Sequence[list[Ran]]) -> Iterator[str]:
    yield (
        f"The model says that many workers do so many times what one does. One alone came to {alone.a_second:.2f} calls a second "
        f"({alone.calls} calls); at once, each with the same tasks and waits:"
    )
    yield ""
    yield "| workers | calls | calls a second: model | measured | ÷ |"
    yield "|---|---|---|---|---|"
    for workers in trials:
        said, came = alone.a_second * len(workers), sum(one.a_second for one in workers)
        yield f"| {len(workers)} | {sum(one.calls for one in workers)} | {said:.1f} | {came:.1f} | {came / said:.2f} |"


def _projected(call: Call) -> Iterator[str]:
    each = PLACES / LATENCY
    yield f"With {PLACES} calls in flight a worker, and replies that take {LATENCY:g} s: {each:.1f} calls a second of each."
    yield ""
    columns = ("workers", "calls a second", "a minute", f"accounts of {ACCOUNT:,} a minute", "cores of workers", "their memory")
    columns += ("words to a hub a second", "cores of hubs", "cores of a driver (`--cluster`)", "log", "bank", "full first")
    yield f"| {' | '.join(columns)} |"
    yield "|---" * len(columns) + "|"
    for number in SIZES:
        calls = number * each
        needed = {
            "the account": calls * 60 / ACCOUNT,
            "the hub": calls * call.hub / 1000,
            "the driver": calls * call.driver / 1000,
        }
        full = [name for name, share in sorted(needed.items(), key=lambda row: -row[1]) if share > 1]
        cells = (
            f"{number:,}",
            f"{calls:,.0f}",
            f"{calls * 60:,.0f}",
            f"{needed['the account']:.1f}",
            f"{calls * call.worker / 1000:.1f}",
            f"{number * call.memory / 1024:,.1f} GB",
            f"{calls * call.words:,.0f}",
            f"{needed['the hub']:.2f}",
            f"{needed['the driver']:.2f}",
            f"{calls * 3600 * call.log / 1e9:.2f} GB/h",
            f"{calls * 3600 * call.bank / 1e9:.2f} GB/h",
            ", then ".join(full) or "nothing of these: the models' own servers",
        )
        yield f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
