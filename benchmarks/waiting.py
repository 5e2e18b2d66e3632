"""Waiting: how near a run comes to the time in which its replies could have come, had every place been filled all the time.

    python -m benchmarks.waiting [--tasks 24,100] [--places 64] [--presets thrifty,berman-v2] [--draws 3] [--set KEY=VALUE]

The whole of a run, in a loop whose clock jumps: replies take lognormal time, the same for the same request whoever asks, and this
machine's own work takes none. So no figure depends on the machine. The embedded models answer; what they said is kept in
build/waiting. Writes docs/BENCHMARKS.md.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import math
import os
import re
import random
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import mean
from typing import Any

import diskcache

from benchmarks.figures import section
from nlevolve.config import configure
from nlevolve.llm.request import Reply, Request
from nlevolve.llm.wire import chat
from nlevolve.offline.provider import complete
from nlevolve.offline.version import version
from nlevolve.options import Options, parse_changes
from nlevolve.puzzle.datasets import load
from nlevolve.records import Event, TaskAnswered, TaskStarted, Usage
from nlevolve.run.session import begin
from nlevolve.view.publish import Publisher
from tests.llm.virtual import run_virtually

MEDIAN, SIGMA = 0.5, 1.0
"""Seconds of a reply's lognormal time, and the standard deviation of its logarithm."""
PRESETS = ("berman-v2", "thrifty")
UNLIKE = not os.environ.get("ALIKE")
NOWHERE = "http://127.0.0.1:9/v1"
"""Nobody is asked there: a stand-in answers. A model at an address is one whose replies vary and are paid for."""


def selectors(tasks: int) -> list[str]:
    """Half of them training tasks, half of them evaluation tasks, by seed."""
    return [f"arc1:training~{tasks - tasks // 2}", f"arc1:evaluation~{tasks // 2}"]


@dataclass
class Provider:
    """The embedded models, each reply after its time. What they said once is kept."""

    kept: diskcache.Cache
    draw: int
    unlike: bool = False
    """No description is worded as another is, as of a language model: none shares its checks."""
    sent: list[tuple[float, float]] = field(default_factory=list)
    """When each request came, and how long its reply took."""

    async def __call__(self, request: Request) -> Reply:
        loop = asyncio.get_running_loop()
        wait = random.Random(f"{self.draw}/{request.key}").lognormvariate(math.log(MEDIAN), SIGMA)
        self.sent.append((loop.time(), wait))
        reply = await self._said(request)
        await asyncio.sleep(wait)
        return reply

    async def _said(self, request: Request) -> Reply:
        model, messages = f"offline/{request.model.partition('/')[2]}", chat(request.messages)
        asked = json.dumps([version(), model, messages, request.seed, request.reply_schema])
        key = hashlib.sha256(asked.encode()).hexdigest()
        if (said := self.kept.get(key)) is None:
            answered = await complete(model, messages, request.seed, request.reply_schema)
            said = self.kept[key] = answered.text, answered.prompt_tokens, answered.completion_tokens
        text, prompt, completion = said
        if self.unlike and request.label.role not in ("checker", "answerer"):
            text = re.sub(r"\n```\Z", f"\n- This was written as number {key[:6]}.\n```", text)
        return Reply(text=text, usage=Usage(prompt=prompt, completion=completion), cost_usd=0.0)


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

    @property
    def ratio(self) -> float:
        return self.seconds / self.ideal


async def waited(folder: Path, kept: diskcache.Cache, preset: str, tasks: int, places: int, draw: int, changes: dict[str, Any], **limits: Any) -> Waited:
    """A run of so many tasks under a preset."""
    roles = {f"{role}.base_url": NOWHERE for role in ("generator", "checker")}
    models = {"generator": "openai/generator", "checker": "openai/checker"}
    config = configure(preset, models=models, changes={**roles, **changes})
    provider, selection = Provider(kept, draw, UNLIKE), load(selectors(tasks))
    options = Options(
        preset=preset, concurrency=places, runs_dir=folder / "runs", cache_dir=folder / f"bank-{os.urandom(4).hex()}", ping=False, **limits
    )
    session = begin(selection, config, options, live=provider)
    publisher, loop = Publisher(session.folder, session.selection), asyncio.get_running_loop()
    moments: list[tuple[float, int]] = []

    def see(event: Event) -> None:
        if isinstance(event, TaskStarted | TaskAnswered):
            moments.append((loop.time(), 1 if isinstance(event, TaskStarted) else -1))

    log: dict[str, list[tuple[float, Event]]] = {}

    def keep(event: Event) -> None:
        if getattr(event, "task", None):
            log.setdefault(event.task, []).append((loop.time(), event))

    with session.lock:
        await session.run([publisher.see, see, keep])
    if os.environ.get("CHAINS"):
        for task, rows in sorted(log.items(), key=lambda r: r[1][-1][0]):
            t0 = rows[0][0]
            births = [(round(at - t0, 1), e.birth.index, e.birth.operator[:2]) for at, e in rows if e.kind == "candidate_checked"]
            follows = [(round(at - t0, 1), e.birth) for at, e in rows if e.kind == "answer_followed"]
            end = [r for r in rows if r[1].kind == "task_answered"][-1]
            print(task, round(t0, 1), round(end[0] - t0, 1), end[1].stopped, births, "F", follows)
    answered = [at for at, step in moments if step < 0]
    under_way = [sum(step for _, step in moments[: n + 1]) for n in range(len(moments))]
    start = min(at for at, _ in provider.sent)
    if os.environ.get("TIMELINE"):
        end = max(answered) - start
        for t in range(int(end) + 1):
            busy = sum(max(0, min(at - start + wait, t + 1) - max(at - start, t)) for at, wait in provider.sent)
            left = sum(1 for at in answered if at - start > t)
            print(t, f"{busy:.0f} busy, {left} tasks left")
    solved = sum(bool(row["solved"]) for row in publisher.results()["tasks"].values())
    ideal = sum(wait for _, wait in provider.sent) / places
    return Waited(tasks, solved, len(provider.sent), max(answered) - start, ideal, min(answered) - start, max(under_way))


def measure(preset: str, tasks: int, places: int, draws: int, changes: dict[str, Any], **limits: Any) -> list[Waited]:
    """The same run under several draws of latencies."""
    with diskcache.Cache("build/waiting") as kept, tempfile.TemporaryDirectory() as folder:
        return [run_virtually(waited(Path(folder), kept, preset, tasks, places, draw, changes, **limits)) for draw in range(draws)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", default="24,100")
    parser.add_argument("--places", type=int, default=64)
    parser.add_argument("--presets", default=",".join(PRESETS))
    parser.add_argument("--draws", type=int, default=3)
    parser.add_argument("--set", action="append", default=[])
    parser.add_argument("--tasks-at-once", default=None)
    chosen = parser.parse_args()
    os.environ["OPENAI_API_KEY"] = "none"
    limits = {} if chosen.tasks_at_once is None else {"tasks_at_once": chosen.tasks_at_once}
    for tasks in map(int, chosen.tasks.split(",")):
        for preset in chosen.presets.split(","):
            ran = measure(preset, tasks, chosen.places, chosen.draws, parse_changes(chosen.set), **limits)
            print(
                f"{tasks} {preset}: solved {mean(r.solved for r in ran):.1f}, {mean(r.calls for r in ran) / tasks:.1f} calls a task, "
                f"{mean(r.seconds for r in ran):.1f} s, ideal {mean(r.ideal for r in ran):.1f} s, ratio {mean(r.ratio for r in ran):.2f}, "
                f"first answer {mean(r.first for r in ran):.1f} s, {mean(r.most for r in ran):.0f} at once",
                flush=True,
            )


if __name__ == "__main__":
    main()
