"""`make bench-search`: schedules against Berman's, on the same models, in one run. Writes its section of docs/BENCHMARKS.md."""

from __future__ import annotations

import argparse
import asyncio
import math
import random
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks import search_readers
from benchmarks.figures import section
from benchmarks.search_wrong import GENERATORS, Result, against_wrong
from nlevolve.config import RunConfig, configure
from nlevolve.llm.request import LLM, Message, Reply, Request
from nlevolve.options import Options
from nlevolve.puzzle.datasets import load
from nlevolve.run.session import begin
from nlevolve.view.publish import Publisher
from nlevolve.view.statistics import mcnemar

CACHED_PRICE = 0.1
"""What a prompt token costs that the provider has in its prompt cache, relative to one that it has not."""

MODELS = {
    "strong": {"generator": "offline/generator", "checker": "offline/checker"},
    "weak": {"generator": "offline/generator-weak", "checker": "offline/checker-weak"},
}

DRAWS = 6
"""Of latencies: one slow reply at a barrier decides a single draw."""

SCHEDULES = ("berman-v2", "quick", "thrifty")

ABLATIONS: Mapping[str, Mapping[str, Any]] = {
    "thrifty": {},
    "without parents (top instead of pareto)": {"policy.parents": "top"},
    "without diversity (equal behaviour kept, nothing hidden)": {"policy.same_behaviour": True, "policy.blind": 0.0},
    "without two-step checks": {"policy.check": "all"},
    "without overlap (barriers)": {
        "policy.phases": [
            {"births": 6, "barrier": True},
            *[{"births": n, "moves": ["revise", "recombine", "revise", "write"], "barrier": True} for n in (4, 4, 2)],
        ]
    },
    "without votes (one follower)": {"answers.perfect": 1, "answers.imperfect": 1},
}


@dataclass
class Prefixes:
    """What a provider's prompt cache would have known: tokens asked, and those of them in a prefix already sent."""

    tokens: dict[str, float] = field(default_factory=dict)
    known: dict[str, float] = field(default_factory=dict)
    keys: set[str] = field(default_factory=set)
    order: Callable[[tuple[Message, ...]], tuple[Message, ...]] = lambda messages: messages
    _seen: set[str] = field(default_factory=set)

    def see(self, request: Request) -> None:
        """Count a request once, however often its reply is used."""
        if request.key in self.keys:
            return
        self.keys.add(request.key)
        purpose = request.label.purpose
        messages = self.order(request.messages)
        sizes = [len(m.text) / 4 for m in messages]
        self.tokens[purpose] = self.tokens.get(purpose, 0.0) + sum(sizes)
        self.known[purpose] = self.known.get(purpose, 0.0) + self._shared(messages, sizes)

    def _shared(self, messages: Sequence[Message], sizes: Sequence[float]) -> float:
        texts, longest = "", 0.0
        for i, message in enumerate(messages):
            texts += f"\n{message.role}\n{message.text}"
            if texts in self._seen:
                longest = sum(sizes[: i + 1])
            self._seen.add(texts)
        return longest

    @property
    def priced(self) -> float:
        """Prompt tokens with those already sent at a tenth."""
        known = sum(self.known.values())
        return sum(self.tokens.values()) - known + known * CACHED_PRICE


@dataclass
class Outcome:
    """One schedule on one set of tasks."""

    solved: set[str]
    calls: int
    prefixes: Prefixes
    births: int
    seconds: float
    fitted: set[str] = field(default_factory=set)
    """Tasks whose best description fits every training pair."""
    programs: Mapping[str, int] = field(default_factory=dict)
    """As results.json has it."""


async def run(
    selector: str,
    config: RunConfig,
    folder: Path,
    *,
    live: LLM | None = None,
    concurrency: int = 64,
    beside: Prefixes | None = None,
    banked: dict[str, Reply] | None = None,
) -> Outcome:
    """Solve the tasks under these settings; equal requests of earlier runs come from the folder's bank.

    `beside` sees every request too; `banked` is filled with every reply.
    """
    prefixes = Prefixes()
    name = f"r{time.monotonic_ns()}"
    session = begin(
        load([selector]),
        config,
        Options(
            preset="bench",
            concurrency=concurrency,
            runs_dir=folder / "runs",
            cache_dir=folder / ("live-" + name if live else "bank"),
            run=name,
        ),
        live=live,
    )

    def looked_at(door: LLM) -> LLM:
        async def ask(request: Request) -> Reply:
            for seen in (prefixes, beside):
                if seen is not None:
                    seen.see(request)
            reply = await door(request)
            if banked is not None:
                banked[request.key] = reply
            return reply

        return ask

    session = replace(session, around=looked_at)
    publisher = Publisher(session.folder, session.selection)
    began = time.monotonic()
    await session.run([publisher.see])
    seconds = time.monotonic() - began
    results = publisher.results()
    solved = {task for task, row in results["tasks"].items() if row["solved"]}
    fitted = {task for task, row in results["tasks"].items() if row["train"]["exact"] == row["train"]["pairs"]}
    totals = results["totals"]
    return Outcome(solved, len(prefixes.keys), prefixes, totals["candidates"], seconds, fitted, totals["programs"])


def berman_order(messages: tuple[Message, ...]) -> tuple[Message, ...]:
    """A checker's messages as Berman orders them: the description before the examples."""
    system, examples, description = messages[:3]
    return (system, description, examples, *messages[3:])


async def against_berman(folder: Path, tasks: int) -> list[str]:
    """Solved, calls and prompt tokens of thrifty and of Berman's schedule, with strong and weak models, on both splits."""
    lines = [
        "| tasks | models | schedule | solved | calls | prompt tokens, prefix at a tenth | only one solved it | p (McNemar) |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for split in ("training", "evaluation"):
        for strength, models in MODELS.items():
            selector = f"arc1:{split}~{tasks}"
            every = [await run(selector, configure(preset, models=models), folder) for preset in SCHEDULES]
            berman = every[0]
            for preset, one in zip(SCHEDULES, every, strict=True):
                gained, lost = len(one.solved - berman.solved), len(berman.solved - one.solved)
                low, high = paired_interval(gained, lost, tasks)
                lines.append(
                    f"| {split} | {strength} | {preset} | {len(one.solved)} | {one.calls} ({one.calls / berman.calls:.0%}) "
                    f"| {one.prefixes.priced:,.0f} ({one.prefixes.priced / berman.prefixes.priced:.0%}) "
                    f"| +{gained} -{lost}, difference {low:+.1%} to {high:+.1%} | {mcnemar(gained, lost):.2f} |"
                )
                print(lines[-1], flush=True)
    return lines


def paired_interval(gained: int, lost: int, tasks: int) -> tuple[float, float]:
    """95% interval of the paired difference of two shares (Wald, with a half task added to either side: Agresti and Min 2005)."""
    b, c, n = gained + 0.5, lost + 0.5, tasks + 2
    spread = 1.96 * math.sqrt(b + c - (b - c) ** 2 / n) / n
    return (b - c) / n - spread, (b - c) / n + spread


async def ablations(folder: Path, tasks: int) -> list[str]:
    """Each idea of thrifty taken out in turn."""
    lines = ["| schedule | solved | calls | prompt tokens, prefix at a tenth |", "|---|---|---|---|"]
    for name, changes in ABLATIONS.items():
        one = await run(f"arc1:training~{tasks}", configure("thrifty", models=MODELS["strong"], changes=changes), folder)
        lines.append(f"| {name} | {len(one.solved)} | {one.calls} | {one.prefixes.priced:,.0f} |")
        print(lines[-1], flush=True)
    return lines


async def prompt_order(folder: Path, tasks: int) -> list[str]:
    """Share of the checker's prompt tokens that stand in a prefix already sent, in our order and in Berman's."""
    his = Prefixes(order=berman_order)
    ours = (await run(f"arc1:training~{tasks}", configure("thrifty", models=MODELS["strong"]), folder, beside=his)).prefixes
    share = [seen.known["check"] / seen.tokens["check"] for seen in (ours, his)]
    return [
        "| order of the checker's prompt | tokens in a prefix already sent |",
        "|---|---|",
        f"| examples and input first, description last (ours) | {share[0]:.0%} |",
        f"| description first, then examples and input (Berman's) | {share[1]:.0%} |",
    ]


async def _result(folder: Path, selector: str, config: RunConfig) -> Result:
    one = await run(selector, config, folder)
    return Result(frozenset(one.solved), frozenset(one.fitted), one.calls)


async def _read(folder: Path, selector: str, config: RunConfig) -> search_readers.Result:
    """From a bank of its own: what one reader bought would be there for the next."""
    with tempfile.TemporaryDirectory(dir=folder) as own:
        one = await run(selector, config, Path(own))
    return search_readers.Result(frozenset(one.solved), one.calls, one.programs)


def slow(models: LLM, draw: int, median: float = 0.05, sigma: float = 1.0) -> LLM:
    """Replies that take lognormal time, in one draw the same for the same request whoever asks."""

    async def ask(request: Request) -> Reply:
        began = time.monotonic()
        reply = await models(request)
        wait = random.Random(f"{draw}/{request.key}").lognormvariate(math.log(median), sigma)
        await asyncio.sleep(max(0.0, wait - (time.monotonic() - began)))
        return reply

    return ask


async def waiting(folder: Path) -> list[str]:
    """Wall time at an equal number of births when replies take lognormal time: 40 births a task, nothing stops early."""
    forty = {"policy.stop_perfect": 1000}
    stretched = [{"births": 6}, {"births": 34, "moves": ["revise", "recombine", "revise", "write"], "overlap": 24}]
    unbarred = [{"births": 30, "overlap": 30}, *({"births": 5, "moves": [m], "overlap": 16} for m in ("revise", "recombine"))]
    schedules = {
        "berman-v2": configure("berman-v2", changes=forty),
        "berman-v2, barriers off": configure("berman-v2", changes=forty | {"policy.phases": unbarred}),
        "thrifty": configure("thrifty", changes=forty | {"policy.phases": stretched}),
    }
    lines = [f"| schedule | births | calls | seconds, mean of {DRAWS} draws | of berman-v2's |", "|---|---|---|---|---|"]
    base = 0.0
    for name, config in schedules.items():
        banked: dict[str, Reply] = {}
        await run("arc1:training~8", config, folder, banked=banked)
        slowed = [slow(from_bank(banked), draw) for draw in range(DRAWS)]
        outcomes = [await run("arc1:training~8", config, folder, live=live, concurrency=32) for live in slowed]
        seconds = sum(one.seconds for one in outcomes) / DRAWS
        base = base or seconds
        lines.append(f"| {name} | {outcomes[0].births} | {outcomes[0].calls} | {seconds:.2f} | {seconds / base:.0%} |")
        print(lines[-1], flush=True)
    return lines


def from_bank(banked: Mapping[str, Reply]) -> LLM:
    """The replies of an earlier run of the same settings."""

    async def ask(request: Request) -> Reply:
        return banked[request.key]

    return ask


async def measure(part: str, tasks: int) -> list[str]:
    """The lines of one table."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        match part:
            case "schedules":
                return await against_berman(place, tasks)
            case "ablations":
                return await ablations(place, tasks)
            case "wrong-weak" | "wrong-normal" | "wrong-eager":
                return await against_wrong(partial(_result, place), tasks, part.removeprefix("wrong-"))
            case "readers":
                return await search_readers.against_words(partial(_read, place), tasks)
            case "order":
                return await prompt_order(place, tasks)
            case _:
                return await waiting(place)


PARTS = {
    "schedules": "Search: against Berman's schedule",
    "ablations": "Search: each idea of thrifty taken out in turn (training, strong models)",
    "order": "Search: the order of the checker's prompt",
    **{
        f"wrong-{name}": f"Search: train-perfect but wrong, {name} generator (training + evaluation tasks)" for name in GENERATORS
    },
    "readers": "Code beside English: who reads (ARC-1 training, embedded models)",
    "waiting": "Search: waiting for replies (8 tasks, 32 calls in flight, lognormal latency, median 50 ms, sigma 1)",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)}; default all")
    parser.add_argument("--tasks", type=int, default=100, help="tasks of each split, seeded sample")
    options = parser.parse_args()
    for part in options.parts or PARTS:
        command = f"make bench-search ARGS='{part} --tasks {options.tasks}'"
        section(Path("docs/BENCHMARKS.md"), PARTS[part], command, asyncio.run(measure(part, options.tasks)))


if __name__ == "__main__":
    main()
