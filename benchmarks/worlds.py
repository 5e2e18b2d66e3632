"""Random worlds: whatever settings a run has, and whatever becomes of it on the way, it ends as it would have ended.

    python -m benchmarks.worlds [--first 0] [--worlds 30] [--keep DIR]

A world draws three tasks, a preset and settings of all that a run may be asked to do (library, grids, facts, pictures, coder,
agreement, looking ahead, judges), and whether its models are the embedded ones or stand behind HTTP, where they break, go away,
cost dollars and meet caps. Its run is solved whole; then killed (kill -9) after a random event, once or twice, and resumed; told
again from its bank (`--from RUN --replay`); cut into shards and merged; solved by a hub. All of these must give the whole run's
submission.json byte by byte and its tasks' results; runs that are told again also the rest of results.json, times apart; `audit`
must find nothing in any of them; every reader must end with 0. Seeded: the same number is the same world.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from importlib import import_module
from pathlib import Path
from random import Random
from typing import Any

from benchmarks.shards import differing
from benchmarks.worlds_model import model, tasks_in

TASKS = [
    *("67a3c6ac", "68b16354", "74dd1130", "3c9b0459", "0d3d703e", "a416b8f3", "7468f01a", "045e512c", "b1948b0a", "c8f0f002"),
    *("6150a2bd", "d511f180", "a699fb00", "ded97339", "7b7f7511", "bbc9ae5d", "1b2d62fb", "3af2c5a8", "62c24649", "6d0aefbc"),
]
SHELF = ["9dfd6313", "ed36ccf7", "46442a0e", "c9e6f938", "a5313dff", "3618c87e", "67385a82", "25ff71a9", "d10ecb37", "2dee498d"]
"""What the library is made of: some are like those above, none is one of them."""
ROLES = ("generator", "reviser", "recombiner", "checker", "answerer")
NOTATIONS = ("digits", "letters", "names", "csv", "json", "rows")
FORMATS = ("kaggle", "arc-prize", "sft", "dpo", "ttt", "hf", "events", "library", "otlp")
LONGEST = 300.0
"""Seconds that a command may take on a busy machine: what takes longer hangs."""
LONG = ("python", "greenblatt", "berman-v2", "max")
"""Presets of so many births that the embedded generator takes minutes."""
KEY = {"HOSTED_VLLM_API_KEY": "sk-0123456789", "NLEVOLVE_HUB_TOKEN": "word"}
UNSAID = {"cost_unknown_calls", "cost_unknown_usd", "cache"}
"""Of results.json, what a killed run has and nobody tells again: calls that went with it, and what it asked twice."""
TIMES = {"seconds", "reply_seconds"}
DECIDED = {
    *("solved", "inputs_solved", "inputs_covered", "inputs_cell_accuracy", "inputs_by_guess", "train", "description", "best"),
    *("program", "stopped", "unfinished", "agreed", "error"),
}
"""Of a task's row, what is the same in a run that was killed. Which births were begun beyond the one that ended a search is a
matter of time (docs/design/search-order.md), so that counts may differ."""


@dataclass(frozen=True)
class World:
    """What is drawn by a number."""

    number: int
    tasks: tuple[str | int, ...]
    """Their ids, or the numbers of those that the served model knows."""
    preset: str
    shelf: str
    seed: int
    settings: dict[str, Any]
    coder: bool
    served: bool
    """Whether the models stand behind HTTP."""
    faults: float
    """Share of their replies that break."""
    away: bool
    """Whether the server is killed on the way, and comes back."""
    cap: int | None
    """Calls after which a run of its own ends, to be resumed without."""
    alike: bool
    """Whether tasks learn nothing from each other, so that shards are the undivided run."""
    hub: bool
    shards: int

    @property
    def words(self) -> tuple[str, ...]:
        """Of the command line, but for models."""
        told = [f"--preset={self.preset}", f"--library={self.shelf}", f"--seed={self.seed}"]
        return (*told, *(f"--set={name}={_toml(value)}" for name, value in self.settings.items()))


def drawn(number: int, served: bool | None = None) -> World:
    """The world of this number; `served`, if that is not to be drawn."""
    rng = Random(f"world/{number}")
    chance = rng.random() < 0.75
    served = chance if served is None else served
    preset = rng.choice(["thrifty", "thrifty", "quick", "careful", "careful", "python", "greenblatt", "berman-v2", "bare", "max"])
    preset = preset if served or preset not in LONG else "thrifty"
    library = rng.choice(["run", "run", "lib.jsonl", "lib.jsonl", "none"]) if preset not in ("bare",) else "none"
    settings = _settings(rng, preset, served)
    seed = rng.randrange(3)
    if coder := preset not in ("python", "greenblatt", "bare") and rng.random() < 0.35:
        settings |= {"policy.read": rng.choice(["code", "both"])}
    alike = library != "run" and "policy.eyes" not in settings
    return World(
        number,
        tuple(rng.sample(range(4), 3)) if served else tuple(rng.sample(TASKS, 3)),
        preset,
        library,
        seed,
        settings,
        coder,
        served,
        rng.choice([0.0, 0.0, 0.2]) if served else 0.0,
        served and rng.random() < 0.5,
        rng.randrange(5, 60) if served and rng.random() < 0.5 else None,
        alike,
        rng.random() < 0.4,
        rng.choice([2, 3]),
    )


def _settings(rng: Random, preset: str, served: bool) -> dict[str, Any]:
    """What is set beside the preset."""
    writes = preset in ("python", "greenblatt")
    found: dict[str, Any] = {
        "policy.examples.every": rng.choice([1, 1, 2, 3]),
        "policy.examples.most": rng.choice([1, 2, 5]),
        "policy.examples.words": rng.choice([0.0, 0.5, 1.0]),
        "policy.mix.behind": rng.choice([1, 1, 2]),
        "policy.ahead": rng.choice(["off", "free"]),
        "answers.fill": rng.choice([0, 3]),
        "generator.facts": rng.random() < 0.5,
    }
    if not writes and rng.random() < 0.7:
        found["policy.grids"] = rng.sample(NOTATIONS, rng.choice([1, 2, 3]))
    for role in ROLES if not writes else ():
        if rng.random() < 0.3:
            found[f"{role}.grids"] = rng.choice(NOTATIONS)
    if rng.random() < 0.4:
        found["checker.facts"] = True
    if rng.random() < 0.3:
        found["policy.stop_when"] = "agree"
        found |= {"policy.after_perfect": []} if writes else {}
    if not writes and rng.random() < 0.3:
        found |= {"policy.review": "perfect", "answers.judge": rng.choice(["off", "differ"])}
    if rng.random() < 0.3:
        found |= {"answers.second": 2, "answers.samples": 2}
    if rng.random() < 0.2:
        found["answers.direct"] = 1
    if preset == "bare":
        return {"generator.facts": found["generator.facts"]} | ({"answerer.grids": "names"} if rng.random() < 0.5 else {})
    if rng.random() < 0.85 or not served:
        moves = rng.sample(["write", "revise", "recombine", *([] if writes else ["restart"])], 2)
        later: dict[str, Any] = {"births": 4, "moves": moves}
        later |= {"barrier": True} if rng.random() < 0.2 else {"overlap": rng.choice([2, 4])}
        found["policy.phases"] = [{"births": 4, "overlap": rng.choice([1, 3])}, later]
    return found | (_sight(rng) if served else {})


def _sight(rng: Random) -> dict[str, Any]:
    """Pictures, for models that take them."""
    found: dict[str, Any] = {f"{role}.sees": True for role in ROLES}
    if rng.random() < 0.5:
        found["policy.eyes"] = rng.choice([["none", "all"], ["none", "inputs", "all"]])
    for role in ROLES:
        if rng.random() < 0.4:
            found[f"{role}.images"] = rng.choice(["inputs", "all"])
    return found


def _toml(value: Any) -> str:
    """JSON is TOML but for tables."""
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    return f"{{{', '.join(f'{k}={_toml(v)}' for k, v in value.items())}}}" if isinstance(value, dict) else json.dumps(value)


@dataclass
class Ended:
    """How a command came to its end."""

    words: Sequence[str]
    code: int
    out: str
    err: str

    def __str__(self) -> str:
        return f"exit {self.code} of {' '.join(self.words)}\n{self.err[-1500:]}{self.out[-1500:] if not self.err else ''}"


def command(folder: Path, words: Sequence[str], meanwhile: Callable[[int], object] | None = None) -> Ended:
    """The command line, in a process of its own (a fork: everything is imported already); a code below 0 is a signal's.

    `meanwhile` is called again and again with its process id until it ends.
    """
    out, err = folder / "out", folder / "err"
    if not (child := os.fork()):
        _become(folder, words, out, err)
    deadline = time.monotonic() + LONGEST
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return Ended(words, os.waitstatus_to_exitcode(status), out.read_text(), err.read_text())
        if time.monotonic() > deadline:
            os.kill(child, signal.SIGABRT)
        if meanwhile:
            meanwhile(child)
        time.sleep(0.002)


def _become(folder: Path, words: Sequence[str], out: Path, err: Path) -> None:
    from nlevolve.cli import main
    from nlevolve.offline import provider
    from nlevolve.offline.answer import Job, answer

    async def at_once(job: Job) -> str:
        return answer(job)

    provider.in_worker = at_once  # else each command starts a Python for each core
    code = 70
    try:
        os.chdir(folder)
        for path, number in ((out, 1), (err, 2)):
            os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
        sys.argv = ["nlevolve", *words]
        main()
    except SystemExit as ended:
        code = int(ended.code or 0)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


@dataclass
class Server:
    """A process that stays until it is killed, and can come back at the same port."""

    serve: Callable[[int, Callable[[int], None]], None]
    """Given a port (0: a free one), tells the port it has and serves."""
    port: int = 0
    pid: int = field(default=0)

    def start(self) -> None:
        reading, writing = os.pipe()
        if not (child := os.fork()):
            try:
                self.serve(self.port, lambda port: (os.write(writing, f"{port}\n".encode()), None)[1])
            except BaseException:
                traceback.print_exc()
            os._exit(0)
        os.close(writing)
        with open(reading) as told:
            self.port = int(told.readline())
        self.pid = child

    def kill(self) -> None:
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
            self.pid = 0


def provider(folder: Path, log: Path, share: float) -> Callable[[int, Callable[[int], None]], None]:
    """The model behind HTTP; each request is a line of the log before it is answered."""

    def serve(port: int, tell: Callable[[int], None]) -> None:
        from tests.server import Asked, Provider, Said, faulty

        breaking = faulty(model(folder, tasks_in(folder)), share)

        async def answer(asked: Asked) -> Said:
            with log.open("a") as file:
                file.write(json.dumps([asked.texts, asked.body.get("seed")]) + "\n")
            said = breaking(asked)
            said = said if isinstance(said, Said) else await said
            return replace(said, delay=max(said.delay, 0.02))

        with Provider(answer, port=port) as server:
            tell(server.port)
            signal.pause()

    return serve


def hub(folder: Path) -> Callable[[int, Callable[[int], None]], None]:
    """A hub, as `nlevolve hub` starts it."""

    def serve(port: int, tell: Callable[[int], None]) -> None:
        import asyncio

        from nlevolve.hub.service import Hub

        async def stay() -> None:
            async with Hub.started(folder, port=port, token="word") as started:
                tell(int(started.url.rpartition(":")[2]))
                await asyncio.Event().wait()

        asyncio.run(stay())

    return serve


class Played:
    """One world, played in a folder; what is wrong is collected."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world, self.folder = world, folder
        self.wrong: list[str] = []
        self.rng = Random(f"course/{world.number}")
        self.log = folder / "asked"
        self.server = Server(provider(folder, self.log, world.faults))

    def play(self) -> None:
        with ExitStack() as stack:
            if self.world.served:
                stack.enter_context(self._served(self.server))
            if not self._solved("whole"):
                return
            self._killed()
            for run in ("whole", "killed"):
                self._told_again(run)
            self._capped()
            self._sharded()
            self._by_a_hub()
            self._read()

    @contextmanager
    def _served(self, server: Server) -> Iterator[None]:
        server.start()
        try:
            yield
        finally:
            server.kill()

    def _models(self) -> list[str]:
        """Of this world; behind HTTP each role's model has a price."""
        if not self.world.served:
            return ["--coder=offline/coder"] if self.world.coder else []
        url = f"http://127.0.0.1:{self.server.port}/v1"
        roles = ("generator", "checker", *(["coder"] if self.world.coder else []))
        return [
            "--generator=hosted_vllm/generator",
            "--checker=hosted_vllm/checker",
            *(f"--set={role}.base_url={url}" for role in roles),
            *(f"--set={role}.{price}=1.0" for role in roles for price in ("price_in", "price_out")),
            *(["--coder=hosted_vllm/coder"] if self.world.coder else []),
            "--no-ping",
        ]

    def _asked(self, run: str, *words: str) -> list[str]:
        tasks = [f"task{task}.json" if self.world.served else f"arc1:{task}" for task in self.world.tasks]
        return [
            "solve",
            *tasks,
            f"--run={run}",
            f"--cache-dir=bank-{run}",
            "--no-live",
            *self._models(),
            *self.world.words,
            *words,
        ]

    def _call(self, words: Sequence[str], codes: Sequence[int] = (0,), meanwhile: Callable[[int], object] | None = None) -> Ended:
        ended = command(self.folder, words, meanwhile)
        if ended.code not in codes or "Traceback" in ended.err:
            self.wrong.append(str(ended))
        return ended

    def _solved(self, run: str, *words: str) -> bool:
        return self._call(self._asked(run, *words)).code == 0 and self._audited(run)

    def _audited(self, run: str, *words: str) -> bool:
        return self._call(["audit", run, *words]).code == 0

    def _path(self, run: str, name: str) -> Path:
        return self.folder / "runs" / run / name

    def _events(self, run: str) -> int:
        path = self._path(run, "events.jsonl")
        return path.read_bytes().count(b"\n") if path.exists() else 0

    def _killed(self) -> None:
        """Killed once or twice after a random event, its server perhaps away meanwhile, and resumed."""
        whole, words = self._events("whole"), self._asked("killed")
        for _ in range(self.rng.choice([1, 1, 2])):
            at = self.rng.randrange(1, whole)
            away = [self.rng.randrange(at)] if self.world.away else []

            def meanwhile(child: int, at: int = at, away: list[int] = away) -> None:
                events = self._events("killed")
                if away and events >= away[0]:
                    away.clear()
                    self.server.kill()
                    time.sleep(0.2)
                    self.server.start()
                if events >= at:
                    os.kill(child, signal.SIGKILL)

            self._call(words, (0, -signal.SIGKILL), meanwhile)
            words = ["resume", "killed", "--no-live"]
        self._call(["resume", "killed", "--no-live"])
        self._audited("killed")
        self._same("killed")

    def _told_again(self, run: str) -> None:
        again = f"{run}-again"
        self._call(["solve", f"--from={run}", "--replay", f"--run={again}", "--no-live"])
        self._audited(again)
        self._same(again, run, figures=True)

    def _capped(self) -> None:
        if (cap := self.world.cap) is None:
            return
        before = self._calls()
        self._call(self._asked("capped", f"--max-calls={cap}"), (0, 3, 4))
        if (asked := self._calls() - before) > cap:
            self.wrong.append(f"{asked} calls reached the server, where the cap was {cap}")
        self._audited("capped")
        self._call(["resume", "capped", "--max-calls=100000", "--no-live"])
        self._audited("capped")
        self._same("capped")

    def _calls(self) -> int:
        return self.log.read_bytes().count(b"\n") if self.log.exists() else 0

    def _sharded(self) -> None:
        if not self.world.alike:
            return
        number = self.world.shards
        parts = [f"part{i}" for i in range(1, number + 1)]
        for i, part in enumerate(parts, 1):
            self._call([*self._asked(part, f"--shard={i}/{number}"), "--cache-dir=bank-parts"])
        self._call(["merge", *parts, "--run=merged"])
        self._audited("merged", "--cache-dir=bank-parts")
        self._same("merged")

    def _by_a_hub(self) -> None:
        if not self.world.hub:
            return
        server = Server(hub(self.folder / "hub"))
        with self._served(server):
            self._solved("hubbed", f"--hub=http://127.0.0.1:{server.port}")
            self._same("hubbed")
            self._solved("again-hubbed", f"--hub=http://127.0.0.1:{server.port}", "--replay")
            self._same("again-hubbed")

    def _read(self) -> None:
        task = self.rng.choice(self.world.tasks)
        task = f"task{task}" if self.world.served else str(task)
        readers = (
            ["show", "killed"],
            ["show", "killed", task],
            ["show", "killed", task, "--birth=0", "--raw"],
            ["report", "killed"],
            ["compare", "whole", "killed"],
            ["watch", "killed", "--still"],
            ["library", "add", "killed", "--file=grown.jsonl"],
            *(["export", "killed", f"--format={form}"] for form in FORMATS),
        )
        for words in self.rng.sample(readers, 5):
            self._call(words, (0, 2) if words[0] in ("export", "library") else (0,))

    def _same(self, run: str, other: str = "whole", figures: bool = False) -> None:
        """That a run's files say what the other's say; `figures`: all that they say."""
        folders = [self.folder / "runs" / name for name in (run, other)]
        try:
            self.wrong += [f"{run}, and {other}: {line}" for line in unlike(*folders, figures=figures)]
        except OSError as error:
            self.wrong.append(f"{run}: {error}")


def unlike(run: Path, other: Path, *, figures: bool) -> list[str]:
    """Where the files of two runs of the same differ, which need not have been killed alike; `figures`: in anything but times and
    what nobody tells again. Raises OSError."""
    mine, its = ((one / "submission.json").read_bytes() for one in (run, other))
    results = [_told(one, figures) for one in (run, other)]
    return (["submission.json differs"] if mine != its else []) + list(differing(*results))[:8]


def _told(run: Path, figures: bool) -> Any:
    # the run's name stands in what it advises, too
    told = json.loads((run / "results.json").read_text().replace(run.name, "RUN"))
    if figures:
        return _without(told, UNSAID | TIMES)
    return {task: {name: row[name] for name in DECIDED & row.keys()} for task, row in told["tasks"].items()}


def _without(told: Any, names: set[str]) -> Any:
    if isinstance(told, dict):
        return {name: _without(value, names) for name, value in told.items() if name not in names}
    return [_without(one, names) for one in told] if isinstance(told, list) else told


def prepared(folder: Path) -> None:
    """What all worlds share: the library, and what is imported once."""
    for slow in ("nlevolve.cli.running", "nlevolve.llm.client"):
        import_module(slow)
    tasks = [f"arc1:{task}" for task in SHELF]
    for words in (
        ["solve", *tasks, "--run=shelf", "--no-live", "--set=policy.phases=[{births=4}]"],
        ["library", "add", "shelf", "--file=lib.jsonl"],
    ):
        ended = command(folder, words)
        if ended.code:
            raise SystemExit(str(ended))


def main(arguments: Sequence[str] | None = None) -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--first", type=int, default=0)
    options.add_argument("--worlds", type=int, default=30)
    options.add_argument("--keep", type=Path)
    told = options.parse_args(arguments)
    os.environ |= KEY
    red = 0
    with tempfile.TemporaryDirectory() as place:
        base = told.keep or Path(place)
        base.mkdir(exist_ok=True, parents=True)
        os.environ["XDG_STATE_HOME"] = str(base / "state")
        prepared(base)
        for number in range(told.first, told.first + told.worlds):
            red += not _one(number, base)
    print(f"{told.worlds} worlds, {red} of them red")
    return int(red > 0)


def _one(number: int, base: Path) -> bool:
    began, folder = time.monotonic(), base / f"world{number}"
    folder.mkdir()
    (folder / "lib.jsonl").write_bytes((base / "lib.jsonl").read_bytes())
    world = drawn(number)
    played = Played(world, folder)
    played.play()
    print(f"{number}: {'red' if played.wrong else 'green'}, {time.monotonic() - began:.0f} s; {' '.join(world.words)}", end="")
    print(f"{' served' if world.served else ''} {' '.join(map(str, world.tasks))}", flush=True)
    for one in played.wrong:
        print(f"   {one}", flush=True)
    return not played.wrong


if __name__ == "__main__":
    sys.exit(main())
