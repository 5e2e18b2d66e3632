"""A hub that is killed again and again and then cut off, under two workers: nothing is asked twice, and its account is exact.

    python -m benchmarks.hub_away [--kills 5] [--dark 20] [--questions 600]

The workers ask the same questions in other orders, through a relay that can go dark: it takes what it is sent and passes on
nothing, as a network does that loses its way. The hub's cap on calls is below the number of questions, so it is reached.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import os
import signal
import socket
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from random import Random

from benchmarks.calls import CARD, MODEL
from nlevolve.hub.address import status
from nlevolve.hub.joined import Joined
from nlevolve.hub.service import Hub
from nlevolve.llm.ledger import Caps
from nlevolve.llm.request import Label, Message, OverBudget, Reply, Request
from nlevolve.llm.settings import RoleSettings
from nlevolve.llm.stack import OpenStack
from nlevolve.records import Event, ServerAway, ServerBack, Usage

WORD = "bench"
SPAWN = multiprocessing.get_context("spawn")


class Relay:
    """Between workers and hub."""

    def __init__(self, to: int) -> None:
        self._to = to
        self.dark = False

    @asynccontextmanager
    async def open(self) -> AsyncIterator[str]:
        server = await asyncio.start_server(self._carry, "127.0.0.1", 0)
        async with server:
            yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._to)
            await asyncio.gather(self._pass(reader, far_writer), self._pass(far_reader, writer))
        writer.close()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(65_536):
                if not self.dark:  # else it is lost, and so is the connection: it cannot go on with a gap
                    writer.write(data)
                    await writer.drain()
        writer.close()


class Model:
    """Answers in fifty milliseconds, and counts."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()

    async def __call__(self, request: Request) -> Reply:
        self.asked[request.key] += 1
        await asyncio.sleep(0.05)
        return Reply(text="0 1", usage=Usage(prompt=10, completion=10), cost_usd=0.001)


def question(number: int) -> Request:
    return Request(
        settings=RoleSettings(model=MODEL),
        messages=(Message(role="user", text=f"{number}"),),
        label=Label(task=f"t{number % 9}", role="checker", purpose="check"),
    )


async def story(folder: Path, kills: int, dark: float, questions: int) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    cap, model, relay = questions * 9 // 10, Model(), Relay(port)
    events: list[Event] = []
    hub = started(folder, port, cap)
    try:
        async with relay.open() as url, AsyncExitStack() as runs:
            asked = []
            for run in ("one", "two"):
                way = OpenStack(
                    emit=events.append,
                    cards={MODEL: CARD},
                    cache_dir=folder / run,
                    live=model,
                    means=Joined(url, WORD),
                    run=run,
                    run_id=run,
                    patience=600.0,
                    concurrency=8,
                )
                stack = await runs.enter_async_context(way)
                order = Random(run).sample(range(questions), questions)
                asked += [asyncio.ensure_future(stack(question(number))) for number in order]
            for n in range(kills):
                await until(model, cap * (n + 1) // (kills + 3))
                os.kill(hub.pid or 0, signal.SIGKILL)
                hub.join()
                hub = await asyncio.to_thread(started, folder, port, cap)
            await until(model, cap * (kills + 1) // (kills + 3))
            relay.dark = True
            before = model.asked.total()
            await asyncio.sleep(dark)
            meanwhile, relay.dark = model.asked.total() - before, False
            replies = await asyncio.gather(*asked, return_exceptions=True)
        spent = (await asyncio.to_thread(status, f"http://127.0.0.1:{port}", WORD) or {})["spent"]
    finally:
        hub.kill()
    other = [reply for reply in replies if not isinstance(reply, Reply | OverBudget)]
    assert not other, other[:3]
    assert max(model.asked.values()) == 1, model.asked.most_common(3)
    assert model.asked.total() == spent["calls"] == cap, (model.asked.total(), spent, cap)
    assert spent["unknown_usd"] == 0, spent
    away, back = (sum(isinstance(event, kind) for event in events) for kind in (ServerAway, ServerBack))
    print(
        f"{kills} kills and {dark:.0f} s cut off: {cap} calls of {questions} questions by two workers, the cap to the call, none"
        f" twice; {meanwhile} left in the dark, granted before; away {away} times, back {back} times"
    )


async def until(model: Model, calls: int) -> None:
    began = time.monotonic()
    for _ in range(100_000):
        if model.asked.total() >= calls:
            return
        await asyncio.sleep(0.01)
        assert time.monotonic() - began < 300, f"stuck at {model.asked.total()} of {calls}"


def started(folder: Path, port: int, cap: int) -> multiprocessing.process.BaseProcess:
    ready, theirs = SPAWN.Event(), (str(folder / "hub"), port, cap)
    process = SPAWN.Process(target=_serve, args=(*theirs, ready))
    process.start()
    assert ready.wait(120)
    return process


def _serve(folder: str, port: int, cap: int, ready: asyncio.Event) -> None:
    async def within() -> None:
        async with Hub.started(Path(folder), port=port, token=WORD, caps=Caps(calls=cap)):
            ready.set()
            await asyncio.Event().wait()

    asyncio.run(within())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--dark", type=float, default=20.0)
    parser.add_argument("--questions", type=int, default=600)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(story(Path(folder), asked.kills, asked.dark, asked.questions))


if __name__ == "__main__":
    main()
