"""What a call costs on its way: through everything, through litellm alone, and over HTTP alone.

    python -m benchmarks.calls [--calls 2000] [--in-flight 200]

The server is another process on the same machine, so on two cores it takes a share of what is measured.
"""

from __future__ import annotations

import argparse
import asyncio
import math
import os
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.slow_server import slow_server
from nlevolve.llm.bank import DiskBank, Row
from nlevolve.llm.cards import ModelCard, Price, embedded_card
from nlevolve.llm.client import load_litellm
from nlevolve.llm.door import open_door
from nlevolve.llm.request import Label, Message, Reply, Request, RoleSettings

LATENCY, REALISTIC = 0.2, 10.0
"""Seconds: one that shows what calls cost, one that thinking models are nearer to."""
PROMPT = "0 1 2 3 4 5\n" * 500
MODEL = "openai/any"
CARD = ModelCard(model=MODEL, provider="openai", price=Price(prompt=1.0, completion=2.0, source="settings"))
Call = Callable[[int], Awaitable[object]]


FIGURES = ("a_second", "cpu_ms", "lag_ms")


@dataclass(frozen=True)
class Measured:
    """Of some calls: how many a second, CPU of this process for each, and how late the event loop was."""

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
        settings=RoleSettings(model=model, base_url=base_url),
        messages=(
            Message(role="system", text="You follow rules."),
            Message(role="user", text=f"{number}\n{PROMPT}", stable=True),
        ),
        sample=number,
        label=Label(task="bench", role="checker", purpose="check"),
    )


async def over_http(url: str, calls: int, in_flight: int) -> Measured:
    """aiohttp and nothing else: the limit."""
    import aiohttp

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

        async def call(number: int) -> object:
            body = {"model": "any", "messages": [{"role": "user", "content": f"{number}\n{PROMPT}"}]}
            async with session.post(f"{url}/chat/completions", json=body) as response:
                return await response.json()

        return await measure("aiohttp alone", call, calls, in_flight)


async def through_litellm(url: str, calls: int, in_flight: int) -> Measured:
    """litellm.acompletion and nothing else."""
    litellm = load_litellm()

    async def call(number: int) -> object:
        messages = [{"role": "system", "content": "You follow rules."}, {"role": "user", "content": f"{number}\n{PROMPT}"}]
        return await litellm.acompletion(model=MODEL, base_url=url, api_key="none", messages=messages, max_retries=0, timeout=60)

    await call(-1)
    measured = await measure("litellm alone", call, calls, in_flight)
    await litellm.close_litellm_async_clients()
    return measured


async def through_the_door(name: str, url: str | None, cards: Mapping[str, ModelCard], calls: int, in_flight: int) -> Measured:
    """Everything: accounts, sample bank, retries, limits, budget, litellm."""
    model = next(iter(cards))
    with tempfile.TemporaryDirectory() as folder:
        async with open_door(emit=_ignore, cards=cards, cache_dir=Path(folder), concurrency=in_flight, run_id="bench") as door:
            await door(request(-1, url, model))
            return await measure(name, lambda number: door(request(number, url, model)), calls, in_flight)


async def from_the_cache(calls: int, in_flight: int) -> Measured:
    """Every reply is in the sample bank."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bank = DiskBank(folder, _ignore)
        reply = Reply(text="0 1 2 3\n" * 250, cost_usd=0.01)
        bank.keep([(request(number).key, Row(model=MODEL, reply=reply)) for number in range(calls)])
        await bank.close()
        async with open_door(emit=_ignore, cards={MODEL: CARD}, cache_dir=folder, concurrency=in_flight) as door:
            return await measure("from the cache", lambda number: door(request(number)), calls, in_flight)


def _ignore(_: Any) -> None:
    pass


def median(rows: Sequence[Measured]) -> Measured:
    """Of several measurements of one thing."""
    return Measured(rows[0].name, *(statistics.median(getattr(row, name) for row in rows) for name in FIGURES))


async def over_the_wire(url: str, calls: int, in_flight: int, rounds: int) -> list[Measured]:
    """Three ways to the same server, in turns, so that whatever else the machine does meets all of them; medians."""
    rows: list[list[Measured]] = []
    for _ in range(rounds):
        http = await over_http(url, calls, in_flight)
        bare = await through_litellm(url, calls, in_flight)
        whole = await through_the_door("the whole door", url, {MODEL: CARD}, calls, in_flight)
        rows.append([http, bare, whole])
    return [median(way) for way in zip(*rows, strict=True)]


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=2000)
    parser.add_argument("--in-flight", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    os.environ["OPENAI_API_KEY"] = "none"
    print(f"{LATENCY} s latency, {len(PROMPT)} characters of prompt, {chosen.calls} calls, {chosen.in_flight} in flight\n")
    print("| way | calls/s | CPU ms a call | loop lag p99, ms |\n|---|---|---|---|")
    with slow_server(LATENCY) as url:
        http, bare, whole = asyncio.run(over_the_wire(url, chosen.calls, chosen.in_flight, chosen.rounds))
        crowded = asyncio.run(through_the_door("the whole door, 500 in flight", url, {MODEL: CARD}, chosen.calls, 500))
    with slow_server(REALISTIC) as url:
        calm = asyncio.run(through_the_door(f"the same, {REALISTIC:g} s latency", url, {MODEL: CARD}, chosen.calls, 500))
    embedded = {"offline/checker": embedded_card("offline/checker")}
    offline = asyncio.run(through_the_door("embedded model, idle", None, embedded, chosen.calls, 32))
    cached = asyncio.run(from_the_cache(10 * chosen.calls, 64))
    print(http, bare, whole, crowded, calm, offline, cached, sep="\n")
    calls, cpu = whole.a_second / bare.a_second, whole.cpu_ms / bare.cpu_ms
    print(f"\nthe door against litellm alone: {calls:.0%} of its calls a second, {cpu:.2f} of its CPU")


if __name__ == "__main__":
    main()
