"""Waiting: how near a run comes to the time in which its replies could have come, had every place been filled all the time.

    python -m benchmarks.waiting [--tasks 24,100] [--places 64] [--presets berman-v2,thrifty] [--draws 3] [--set KEY=VALUE]
    python -m benchmarks.waiting --real 4 --tasks 24 --draws 1

The whole of a run, in a loop whose clock jumps: replies take lognormal time, the same for the same question whoever asks, and
this machine's own work takes none. So no figure depends on the machine. The embedded models answer; what they said is kept in
build/waiting. Writes docs/BENCHMARKS.md. With --real the same over HTTP and in real time, each wait so many times as long.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import math
import os
import random
import re
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean
from typing import Any

import diskcache

from benchmarks.figures import section
from nlevolve.config import configure
from nlevolve.llm.request import LLM, Reply, Request
from nlevolve.llm.wire import chat
from nlevolve.offline.provider import complete
from nlevolve.offline.version import version
from nlevolve.options import Options, parse_changes
from nlevolve.puzzle.datasets import load
from nlevolve.records import Event, TaskAnswered, TaskStarted, Usage
from nlevolve.run.session import begin
from nlevolve.view.publish import Publisher
from tests.llm.virtual import run_virtually
from tests.server import Asked, Provider, Said

MEDIAN, SIGMA = 0.5, 1.0
"""Seconds of a reply's lognormal time, and the standard deviation of its logarithm."""
PRESETS = ("berman-v2", "thrifty")
NOWHERE = "http://127.0.0.1:9/v1"
"""Nobody is asked there: a stand-in answers. A model at an address is one whose replies vary and are paid for."""


@dataclass
class Models:
    """The embedded models, each reply after its time. What they said once is kept."""

    kept: diskcache.Cache
    draw: int
    clock: Callable[[], float]
    scale: float = 1.0
    sent: list[tuple[float, float]] = field(default_factory=list)
    """When each request came, and how long its reply took."""

    async def said(self, name: str, messages: list[dict[str, Any]], seed: int, schema: dict[str, Any] | None) -> Reply:
        """The reply to a request, when its time has passed.

        No description is worded as another one is, as of a language model: none shares its checks.
        """
        asked = json.dumps([version(), f"offline/{name}", messages, seed, schema])
        key = hashlib.sha256(asked.encode()).hexdigest()
        wait = self.scale * random.Random(f"{self.draw}/{key}").lognormvariate(math.log(MEDIAN), SIGMA)
        self.sent.append((self.clock(), wait))
        if (reply := self.kept.get(key)) is None:
            answered = await complete(f"offline/{name}", messages, seed, schema)
            reply = self.kept[key] = answered.text, answered.prompt_tokens, answered.completion_tokens
        await asyncio.sleep(wait)
        text = reply[0]
        if name == "generator":
            text = re.sub(r"\n```\Z", f"\n- This was written as number {key[:6]}.\n```", text)
        return Reply(text=text, usage=Usage(prompt=reply[1], completion=reply[2]), cost_usd=0.0)

    async def virtually(self, request: Request) -> Reply:
        return await self.said(request.model.partition("/")[2], chat(request.messages), request.seed, request.reply_schema)

    async def over_http(self, asked: Asked) -> Said:
        reply = await self.said(asked.model, list(asked.chat), asked.body.get("seed", 0), asked.schema)
        return Said(reply.text, usage=reply.usage)


@dataclass(frozen=True)
class Waited:
    """One run."""

    tasks: int
    solved: int
    calls: int
    seconds: float
    """From the first request to the last answer."""
    ideal: float
    """Sum of all waits, divided by the places."""
    first: float
    """When the first task was answered."""
    most: int
    """Tasks under way, at most."""


@dataclass(frozen=True)
class Bench:
    """Runs under one preset."""

    preset: str
    tasks: int
    places: int
    changes: Mapping[str, Any]
    limits: Mapping[str, Any]

    async def run(self, folder: Path, models: Models, address: str, live: LLM | None) -> Waited:
        """A run of as many training tasks as evaluation tasks, by seed."""
        roles = {f"{role}.base_url": address for role in ("generator", "checker")}
        names = {"generator": "openai/generator", "checker": "openai/checker"}
        config = configure(self.preset, models=names, changes={**roles, **self.changes})
        selection = load([f"arc1:training~{self.tasks - self.tasks // 2}", f"arc1:evaluation~{self.tasks // 2}"])
        places = {"runs_dir": folder / "runs", "cache_dir": folder / f"bank{models.draw}", "ping": False, **self.limits}
        session = begin(selection, config, Options(preset=self.preset, concurrency=self.places, **places), live=live)
        publisher, moments = Publisher(session.folder, session.selection), list[tuple[float, int]]()

        def see(event: Event) -> None:
            if isinstance(event, TaskStarted | TaskAnswered):
                moments.append((models.clock(), 1 if isinstance(event, TaskStarted) else -1))

        with session.lock:
            await session.run([publisher.see, see])
        ends, start = [at for at, step in moments if step < 0], models.sent[0][0]
        under_way = [sum(step for _, step in moments[: n + 1]) for n in range(len(moments))]
        return Waited(
            self.tasks,
            sum(bool(row["solved"]) for row in publisher.results()["tasks"].values()),
            len(models.sent),
            max(ends) - start,
            sum(wait for _, wait in models.sent) / self.places,
            min(ends) - start,
            max(under_way),
        )

    def virtually(self, draw: int) -> Waited:
        async def run() -> Waited:
            models = Models(kept, draw, asyncio.get_running_loop().time)
            return await self.run(Path(folder), models, NOWHERE, models.virtually)

        with diskcache.Cache("build/waiting") as kept, tempfile.TemporaryDirectory() as folder:
            return run_virtually(run())

    def really(self, draw: int, scale: float) -> Waited:
        with diskcache.Cache("build/waiting") as kept, tempfile.TemporaryDirectory() as folder:
            models = Models(kept, draw, time.monotonic, scale)
            with Provider(models.over_http) as server:
                return asyncio.run(self.run(Path(folder), models, server.url, None))


def row(preset: str, ran: list[Waited]) -> str:
    """Of a table: means over the draws."""

    def of(figure: Callable[[Waited], float]) -> float:
        return mean(figure(one) for one in ran)

    figures = (
        f"{of(lambda one: one.calls / one.tasks):.1f}",
        f"{of(lambda one: one.seconds):.1f}",
        f"{of(lambda one: one.ideal):.1f}",
        f"{of(lambda one: one.seconds / one.ideal):.2f}",
        f"{of(lambda one: one.first):.1f}",
        f"{of(lambda one: one.most):.0f}",
    )
    return f"| {ran[0].tasks} | {preset} | {of(lambda one: one.solved):.1f} | {' | '.join(figures)} |"


def main() -> None:
    """Run, print as it comes, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", default="24,100")
    parser.add_argument("--places", type=int, default=64)
    parser.add_argument("--presets", default=",".join(PRESETS))
    parser.add_argument("--draws", type=int, default=3, help="of the waits: one slow reply in a chain decides a single draw")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE")
    parser.add_argument("--tasks-at-once", default="auto")
    parser.add_argument("--real", type=float, metavar="SCALE", help="in real time over HTTP, each wait so many times as long")
    chosen = parser.parse_args()
    os.environ["OPENAI_API_KEY"] = "none"
    rows = [
        "| tasks | preset | solved | calls a task | first request to last answer, s | ideal | ratio | first answer | at once |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for tasks in map(int, chosen.tasks.split(",")):
        for preset in chosen.presets.split(","):
            limits = {"tasks_at_once": chosen.tasks_at_once}
            bench = Bench(preset, tasks, chosen.places, parse_changes(chosen.set), limits)
            draws = range(chosen.draws)
            ran = [bench.really(draw, chosen.real) if chosen.real else bench.virtually(draw) for draw in draws]
            rows.append(row(preset, ran))
            print(rows[-1], flush=True)
    options = f"--tasks {chosen.tasks} --places {chosen.places} --draws {chosen.draws}"
    options += "".join(f" --set '{one}'" for one in chosen.set) + (f" --real {chosen.real:g}" if chosen.real else "")
    how = f"in real time, waits {chosen.real:g} times as long" if chosen.real else "a clock that jumps"
    title = f"Search: how near a run comes to its replies' own time ({chosen.places} places, lognormal waits; {how})"
    section(Path("docs/BENCHMARKS.md"), title, f"python -m benchmarks.waiting {options}", rows)


if __name__ == "__main__":
    main()
