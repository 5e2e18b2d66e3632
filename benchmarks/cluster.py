"""A run by a Dask cluster: how long two workers take beside one process, and what is left of it when something is killed.

    python -m benchmarks.cluster speed [--tasks arc1:training] [--preset quick]
    python -m benchmarks.cluster kills [--times 5] [--only worker|driver|scheduler|hub|partition]

`speed`: one process on one core, then a scheduler and two workers with a core each; the embedded models, from an empty bank.
The driver runs beside them on both cores, so that on a machine of two the wall time has its share in it, too: CPU seconds are
given by process. `kills`: a slow provider over HTTP, and in mid-run a kill -9 (of the hub also 20 s in which it answers nobody).
The run goes on, or is resumed; then its answers are those of an undisturbed run, an audit finds nothing, and no request was sent
twice but those that were in flight at the kill.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from nlevolve.cli.audit import audited
from nlevolve.records import CallFinished, CallSent, Event, RunStarted, TaskAnswered
from nlevolve.run.store import read_config, read_events
from tests.server import Asked, Provider, Said
from tests.stories.test_processes import Slow
from tests.stories.worlds import task_file

ROOT = Path(__file__).parents[1]
VICTIMS = ("worker", "driver", "scheduler", "hub", "partition")
PARTITION = 20.0
"""Seconds."""
TASKS = 6
UNDER_WAY = 30
"""Requests after which a run is well under way."""
SECONDS = 0.15
"""Of a reply."""


@dataclass
class Processes:
    """Processes of ours in a folder; what they print is kept beside."""

    folder: Path
    open: ExitStack
    of: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str, *words: str, core: int | None = None, **env: str) -> subprocess.Popen[bytes]:
        pinned = ["taskset", "-c", str(core)] if core is not None else []
        out = self.open.enter_context((self.folder / f"{name}.out").open("ab"))
        places = {"PYTHONPATH": str(ROOT), "XDG_STATE_HOME": str(self.folder / "state")}
        self.of[name] = subprocess.Popen(
            [*pinned, sys.executable, "-m", *words],
            cwd=self.folder,
            env={**os.environ, **places, **env},
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
        return self.of[name]

    def cluster(self, workers: int = 2, pinned: bool = False, **env: str) -> str:
        """A scheduler and its workers; its address."""
        file = self.folder / f"scheduler-{time.monotonic_ns()}.json"
        quiet = "--no-dashboard"
        there = ("--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(file), quiet)
        self.start("scheduler", "distributed.cli.dask_scheduler", *there)
        until(lambda: file.exists() and bool(file.read_text()))
        for number in range(workers):
            words = ("distributed.cli.dask_worker", "--scheduler-file", str(file), "--nthreads", "1", "--host", "127.0.0.1")
            self.start(f"worker{number}", *words, quiet, core=number if pinned else None, **env)
        return str(json.loads(file.read_text())["address"])

    def kill_all(self) -> None:
        for process in self.of.values():
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@contextmanager
def processes() -> Iterator[Processes]:
    with tempfile.TemporaryDirectory(prefix="cluster-") as folder, ExitStack() as opened:
        ours = Processes(Path(folder), opened)
        opened.callback(ours.kill_all)
        yield ours


def until(holds: Callable[[], bool]) -> None:
    while not holds():
        time.sleep(0.02)


def cpu(process: psutil.Process) -> float:
    """CPU seconds of a process and all that it has started, those that are over included."""
    total = 0.0
    for one in (process, *process.children(recursive=True)):
        took = one.cpu_times()
        total += took.user + took.system + (took.children_user + took.children_system if one == process else 0.0)
    return total


# speed


def speed(asked: argparse.Namespace) -> None:
    print(f"load of the last minute: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    words = ("nlevolve", "solve", *asked.tasks.split(), "--preset", asked.preset, "--no-live", "--run")
    with processes() as ours:
        began = time.monotonic()
        one = ours.start("one", *words, "one", "--cache-dir", "bank1", core=0)
        alone, took_alone = watched({"one process": one.pid}, one), time.monotonic() - began
        address = ours.cluster(pinned=True)
        began = time.monotonic()
        driver = ours.start("driver", *words, "two", "--cache-dir", "bank2", "--cluster", address, "--workers", "2")
        pids = {"worker 1": ours.of["worker0"].pid, "worker 2": ours.of["worker1"].pid, "driver": driver.pid}
        pids["scheduler"] = ours.of["scheduler"].pid
        spent, took = watched(pids, driver), time.monotonic() - began
        same = len({(ours.folder / "runs" / run / "submission.json").read_bytes() for run in ("one", "two")}) == 1
        busiest = max(spent["worker 1"], spent["worker 2"])
        print(f"submission.json {'the same' if same else 'NOT THE SAME'}")
        print(f"wall: one process {took_alone:.1f} s, two workers {took:.1f} s, ratio {took / took_alone:.2f}")
        print(f"CPU: {', '.join(f'{name} {seconds:.1f} s' for name, seconds in {**alone, **spent}.items())}")
        print(f"CPU of the busier worker by that of one process: {busiest / alone['one process']:.2f}")


def watched(pids: dict[str, int], until_over: subprocess.Popen[bytes]) -> dict[str, float]:
    """The CPU seconds that processes took until one of them was over: looked at while it was there."""
    before = {name: cpu(psutil.Process(pid)) for name, pid in pids.items()}
    last = dict(before)
    while until_over.poll() is None:
        for name, pid in pids.items():
            try:
                last[name] = max(last[name], cpu(psutil.Process(pid)))
            except psutil.Error:
                continue
        time.sleep(0.25)
    return {name: last[name] - before[name] for name in pids}


# kills


@dataclass
class World:
    """A provider and tasks, and what it was asked."""

    ours: Processes
    provider: Provider
    asked: list[str]

    def words(self, command: str, run: str, *more: str) -> tuple[str, ...]:
        tasks = [f"task{number}.json" for number in range(TASKS)] if command == "solve" else []
        real = [w for role in ("generator", "checker") for w in ("--set", f"{role}.base_url={self.provider.url}")]
        models = ("--generator", "hosted_vllm/some", "--checker", "hosted_vllm/some", *real, "--preset", "quick", "--no-ping")
        names = ("--run", run) if command == "solve" else (run,)
        return ("nlevolve", command, *tasks, *names, *(models if command == "solve" else ()), "--no-live", *more)

    def outcome(self, run: str) -> object:
        ends = {e.task: e for e in read_events(self.ours.folder / "runs" / run) if isinstance(e, TaskAnswered)}
        return {task: (end.answers, end.best, end.stopped) for task, end in sorted(ends.items())}

    def under_way(self) -> None:
        goal = len(self.asked) + UNDER_WAY
        until(lambda: len(self.asked) >= goal)


def kills(asked: argparse.Namespace) -> None:
    print(f"load of the last minute: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores", flush=True)
    with world() as there:
        there.ours.start("alone", *there.words("solve", "alone")).wait()
        answers, needed = there.outcome("alone"), len(there.asked)
    for victim in VICTIMS if asked.only is None else (asked.only,):
        for number in range(asked.times):
            with world() as there:
                killed(there, victim)
                print(f"{victim} {number + 1}: {verdict(there, answers, needed)}", flush=True)


@contextmanager
def world() -> Iterator[World]:
    slow, sent = Slow(seconds=SECONDS), list[str]()

    def counted(one: Asked) -> Said:
        sent.append(json.dumps([one.texts, one.body.get("seed")]))
        return slow._say(one)

    with processes() as ours, Provider(counted) as provider:
        for task in range(TASKS):
            task_file(ours.folder, name=f"task{task}")
        yield World(ours, provider, sent)


def killed(world: World, victim: str) -> None:
    """One run with a kill in its middle, to its end."""
    ours = world.ours
    if victim in ("worker", "driver"):
        driver = ours.start("driver", *world.words("solve", "many", "--cluster", "local", "--workers", "2"))
        world.under_way()
        if victim == "worker":
            spawned = [p for p in psutil.Process(driver.pid).children() if "spawn_main" in " ".join(p.cmdline())]
            spawned[0].kill()
        else:
            driver.kill()
        if driver.wait():
            ours.start("again", *world.words("resume", "many", "--cluster", "local", "--workers", "2")).wait()
    elif victim == "scheduler":
        driver = ours.start("driver", *world.words("solve", "many", "--cluster", ours.cluster()))
        world.under_way()
        ours.of["scheduler"].kill()
        if driver.wait() != 4:
            print("  the run did not end with exit code 4")
        ours.start("again", *world.words("resume", "many", "--cluster", ours.cluster())).wait()
    else:
        hub = {"NLEVOLVE_HUB_TOKEN": "a-word-for-benchmarks-1"}
        port = free_port()
        begin = ("nlevolve", "hub", "--port", str(port), "--folder", "hub")
        ours.start("hub", *begin, **hub)
        url = f"http://127.0.0.1:{port}"
        address = ours.cluster(**hub)
        driver = ours.start("driver", *world.words("solve", "many", "--cluster", address, "--hub", url), **hub)
        world.under_way()
        if victim == "hub":
            ours.of["hub"].kill()
            ours.of["hub"].wait()
            ours.start("hub", *begin, **hub)
        else:
            ours.of["hub"].send_signal(signal.SIGSTOP)
            time.sleep(PARTITION)
            ours.of["hub"].send_signal(signal.SIGCONT)
        if driver.wait():
            print(f"  the run ended with exit code {driver.returncode}")


def free_port() -> int:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def verdict(world: World, answers: object, needed: int) -> str:
    """What is not as it must be: other `answers` than those of an undisturbed run, which makes so many requests."""
    sent = world.asked
    folder = world.ours.folder / "runs" / "many"
    events = read_events(folder)
    ends = [e for e in events if isinstance(e, CallFinished)]
    bought = Counter(e.request for e in ends if e.source == "provider")
    twice = sum(number - 1 for number in Counter(sent).values())
    lost = len(under_way_at_a_kill(events)) + sum(e.finish == "abandoned" for e in ends)
    found = audited(folder, read_config(folder), requests=False).differs
    faults = [] if world.outcome("many") == answers else ["other answers"]
    faults += [f"{number} calls paid twice" for number in [sum(n - 1 for n in bought.values())] if number]
    faults += [str(one) for one in found[:3]]
    told = f"{len(sent)} requests where an undisturbed run makes {needed}, {twice} of them for the second time, {lost} lost"
    return f"{'; '.join(faults) or 'the same answers, audited'}; {told}"


def under_way_at_a_kill(events: Sequence[Event]) -> list[str]:
    """Requests that were with the provider when a session died."""
    away: dict[str, bool] = {}
    died: list[str] = []
    for event in events:
        if isinstance(event, CallSent):
            away[event.request] = True
        elif isinstance(event, CallFinished):
            away.pop(event.request, None)
        elif isinstance(event, RunStarted):
            died += away
            away.clear()
    return died


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    what = parser.add_subparsers(required=True)
    fast = what.add_parser("speed")
    fast.add_argument("--tasks", default="arc1:training")
    fast.add_argument("--preset", default="quick")
    fast.set_defaults(measure=speed)
    hard = what.add_parser("kills")
    hard.add_argument("--times", type=int, default=5)
    hard.add_argument("--only", choices=VICTIMS)
    hard.set_defaults(measure=kills)
    asked = parser.parse_args()
    asked.measure(asked)


if __name__ == "__main__":
    main()
