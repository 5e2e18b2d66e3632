"""What a call costs on its way: through everything, through litellm alone, and over HTTP alone.

    python -m benchmarks.calls [--calls 2000] [--in-flight 200] [--rounds 3]

The server is another process on the same machine, so on two cores it takes a share of what is measured. Each way is
measured in a process of its own, so that nothing one leaves behind helps or harms the next. Writes docs/BENCHMARKS.md.
"""

from __future__ import annotations

import argparse
import asyncio
import math
import multiprocessing
import os
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.figures import section
from benchmarks.slow_server import slow_server
from nlevolve.llm.bank import DiskBank, Sample
from nlevolve.llm.catalogue import ModelCard, Price, embedded_card
from nlevolve.llm.client import load_litellm
from nlevolve.llm.request import Label, Message, Reply, Request
from nlevolve.llm.settings import RoleSettings
from nlevolve.llm.stack import OpenStack

CROWD = 500
LATENCY, REALISTIC = 0.2, 10.0
"""Seconds: one that shows what calls cost, one that thinking models are nearer to."""
PROMPT = "0 1 2 3 4 5\n" * 500
MODEL = "openai/any"
CARD = ModelCard(model=MODEL, provider="openai", price=Price(prompt=1.0, completion=2.0, source="settings"))
Call = Callable[[int], Awaitable[object]]


FIGURES = ("a_second", "cpu_ms", "lag_ms")


@dataclass(frozen=True)
class Measured:
    """Of some calls: how many a second, CPU of the calling process for each, and how late its event loop was."""

    name: str
    a_second: float
    cpu_ms: float
    lag_ms: float
    """99th percentile."""

    def __str__(self) -> str:
        return f"| {self.name} | {self.a_second:,.0f} | {self.cpu_ms:.2f} | {self.lag_ms:.0f} |"


async def measure(name: str, call: Call, calls: int, in_flight: int) -> Measured:
    """Make so many calls, so many at once."""
    numbers, lags = iter(range(calls)), [0.0]

    async def worker() -> None:
        for number in numbers:
            await call(number)

    async def watch() -> None:
        while True:
            began = time.perf_counter()
            await asyncio.sleep(0.005)
            lags.append(time.perf_counter() - began - 0.005)

    watcher = asyncio.create_task(watch())
    began, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*(worker() for _ in range(in_flight)))
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    watcher.cancel()
    lags.sort()
    return Measured(name, calls / seconds, 1000 * cpu / calls, 1000 * lags[math.ceil(0.99 * len(lags)) - 1])


def request(number: int, base_url: str | None = None, model: str = MODEL) -> Request:
    """A request of six kilobytes, unlike every other."""
    return Request(
        # whole replies, as litellm alone is asked for them
        settings=RoleSettings(model=model, base_url=base_url, stream=False),
        messages=(
            Message(role="system", text="You follow rules."),
            Message(role="user", text=f"{number}\n{PROMPT}", stable=True),
        ),
        sample=number,
        label=Label(task="bench", role="checker", purpose="check"),
    )


async def over_http(name: str, url: str, calls: int, in_flight: int) -> Measured:
    """aiohttp and nothing else: the limit."""
    import aiohttp

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

        async def call(number: int) -> object:
            body = {"model": "any", "messages": [{"role": "user", "content": f"{number}\n{PROMPT}"}]}
            async with session.post(f"{url}/chat/completions", json=body) as response:
                return await response.json()

        return await measure(name, call, calls, in_flight)


async def through_litellm(name: str, url: str, calls: int, in_flight: int) -> Measured:
    """litellm.acompletion and nothing else."""
    litellm = load_litellm()

    async def call(number: int) -> object:
        messages = [{"role": "system", "content": "You follow rules."}, {"role": "user", "content": f"{number}\n{PROMPT}"}]
        return await litellm.acompletion(model=MODEL, base_url=url, api_key="none", messages=messages, max_retries=0, timeout=60)

    await call(-1)
    measured = await measure(name, call, calls, in_flight)
    await litellm.close_litellm_async_clients()
    return measured


async def through_the_stack(name: str, url: str | None, calls: int, in_flight: int) -> Measured:
    """Everything: accounts, sample bank, retries, limits, budget, litellm. Without a URL, an embedded model is asked."""
    card = CARD if url else embedded_card("offline/checker")
    with tempfile.TemporaryDirectory() as folder:
        cards = {card.model: card}
        async with OpenStack(
            emit=_ignore, cards=cards, cache_dir=Path(folder), concurrency=in_flight, run_id="bench", own_process=True
        ) as stack:
            await stack(request(-1, url, card.model))
            return await measure(name, lambda number: stack(request(number, url, card.model)), calls, in_flight)


async def from_the_cache(name: str, _: str | None, calls: int, in_flight: int) -> Measured:
    """Every reply is in the sample bank."""
    with tempfile.TemporaryDirectory() as kept:
        folder = Path(kept)
        bank = DiskBank(folder, _ignore)
        reply = Reply(text="0 1 2 3\n" * 250, cost_usd=0.01)
        bank.keep([(request(number).key, Sample(model=MODEL, reply=reply)) for number in range(calls)])
        await bank.close()
        async with OpenStack(emit=_ignore, cards={MODEL: CARD}, cache_dir=folder, concurrency=in_flight) as stack:
            return await measure(name, lambda number: stack(request(number)), calls, in_flight)


def _ignore(_: Any) -> None:
    pass


Way = Callable[[str, Any, int, int], Coroutine[Any, Any, Measured]]


def alone(way: Way, name: str, url: str | None, calls: int, in_flight: int) -> Measured:
    """Measure one way in a process of its own."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        measured = pool.submit(_run, way, name, url, calls, in_flight).result()
    print(measured, flush=True)
    return measured


def _run(way: Way, name: str, url: str | None, calls: int, in_flight: int) -> Measured:
    return asyncio.run(way(name, url, calls, in_flight))


def median(rows: Sequence[Measured]) -> Measured:
    """Of several measurements of one thing."""
    return Measured(rows[0].name, *(statistics.median(getattr(row, name) for row in rows) for name in FIGURES))


def main() -> None:
    """Measure, print as it comes, and write the medians down."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=2000)
    parser.add_argument("--in-flight", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    calls, in_flight = chosen.calls, chosen.in_flight
    os.environ["OPENAI_API_KEY"] = "none"
    with slow_server(LATENCY) as url:
        rounds = [
            (
                alone(over_http, "aiohttp alone", url, calls, in_flight),
                alone(through_litellm, "litellm alone", url, calls, in_flight),
                alone(through_the_stack, "the whole stack", url, calls, in_flight),
                alone(through_the_stack, f"the whole stack, {CROWD} in flight", url, calls, CROWD),
            )
            for _ in range(chosen.rounds)
        ]
    with slow_server(REALISTIC) as url:
        calm = alone(through_the_stack, f"the same, {REALISTIC:g} s latency", url, calls, CROWD)
    offline = alone(through_the_stack, "embedded model, idle", None, calls, 32)
    cached = alone(from_the_cache, "from the cache", None, 10 * calls, 64)
    rows = [*map(median, zip(*rounds, strict=True)), calm, offline, cached]
    pace, cpu = (statistics.median(ratio(way) for way in rounds) for ratio in (_pace, _cpu))
    ramp = f"At {REALISTIC:g} s the calls a second are those of a limit that starts at 64 and doubles up to {CROWD}."
    verdict = f"The stack against litellm alone, median of the rounds: {pace:.0%} of its calls a second, {cpu:.2f} of its CPU."
    print(verdict)
    section(
        Path("docs/BENCHMARKS.md"),
        f"Calls ({LATENCY} s latency, prompt of {len(PROMPT)} characters, {calls} calls, {in_flight} in flight)",
        f"make bench-calls ARGS='--calls {calls} --in-flight {in_flight} --rounds {chosen.rounds}'",
        ["| way | calls/s | CPU ms a call | loop lag p99, ms |", "|---|---|---|---|", *map(str, rows), "", verdict, ramp],
    )


def _pace(way: Sequence[Measured]) -> float:
    return way[2].a_second / way[1].a_second


def _cpu(way: Sequence[Measured]) -> float:
    return way[2].cpu_ms / way[1].cpu_ms


if __name__ == "__main__":
    main()
