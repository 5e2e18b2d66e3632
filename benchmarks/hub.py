"""What sharing by a hub costs: reservations a second, calls a second of several workers beside one process, and strangers.

    python -m benchmarks.hub [--seconds 5] [--workers 8] [--calls 2000] [--only accounts|calls|strangers]

Everything runs on this machine, hub, workers and the models' server each in processes of their own: what one takes the others
have not. So each figure is given beside another one of the same run: reservations beside those of a ledger in one process, four
workers' calls beside one process's.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from benchmarks.calls import CARD, measure, request
from benchmarks.slow_server import slow_server
from nlevolve.hub.address import status
from nlevolve.hub.joined import HubLedger, Joined
from nlevolve.hub.line import Line
from nlevolve.hub.rates import Rates
from nlevolve.hub.service import Hub
from nlevolve.llm.ledger import Caps, Ledger, Need, Spent
from nlevolve.llm.means import Asker, Own
from nlevolve.llm.purse import Purse
from nlevolve.llm.stack import OpenStack

AT_ONCE = 64
"""Reservations that each worker has open."""
IN_FLIGHT, WORKERS, LATENCY = 200, 4, 0.2
SLOW = 500
WORD = "bench"
PARTS = ("accounts", "calls", "strangers")
SPAWN = multiprocessing.get_context("spawn")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--workers", type=int, default=8)
    parser.add_argument("--calls", type=int, default=2000)
    parser.add_argument("--only", choices=PARTS)
    asked = parser.parse_args()
    print(f"load of the last minute: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    for name, part in zip(PARTS, (accounts, calls, strangers), strict=True):
        if asked.only in (None, name):
            part(asked)


def accounts(asked: argparse.Namespace) -> None:
    """Reserve and settle, by so many processes."""
    alone = asyncio.run(_reserving(Ledger(Caps(usd=1e6), Spent()), asked.seconds))
    with _hub(Caps(usd=1e6)) as url:
        began = _cpu(url)
        done = _at_once(_reserve, [(url, f"w{n}", asked.seconds) for n in range(asked.workers)])
        used = _cpu(url) - began
    together = sum(done)
    print(
        f"reserve and settle: {together:,.0f} a second from {asked.workers} processes by the hub"
        f" ({used / asked.seconds:.0%} of a core), {alone:,.0f} in one process without: {together / alone:.1%}"
    )


def calls(asked: argparse.Namespace) -> None:
    """Calls a second of one process alone, and of several that share as many places in flight."""
    with slow_server(LATENCY) as models:
        (alone,) = _at_once(_call, [(None, models, 0, asked.calls, IN_FLIGHT)])
        with _hub(Caps(usd=1e6), Rates(IN_FLIGHT)) as url:
            share = asked.calls // WORKERS
            told = _at_once(_call, [(url, models, n, share, IN_FLIGHT // WORKERS) for n in range(WORKERS)])
            spent = (status(url, WORD) or {})["spent"]["calls"]
    assert spent == WORKERS * (share + 1), f"the hub counts {spent} calls"
    together = sum(told)
    print(
        f"calls: {together:,.0f} a second from {WORKERS} workers with {IN_FLIGHT} in flight, {alone:,.0f} from one process:"
        f" {together / alone:.1%}"
    )


def strangers(asked: argparse.Namespace) -> None:
    """Connections that begin a request and never end it, beside a worker that goes on."""
    with _hub(Caps()) as url:
        (alone,) = _at_once(_reserve, [(url, "alone", asked.seconds)])
        (beside,) = _at_once(_reserve, [(url, "beside", asked.seconds)], during=lambda: asyncio.run(_linger(url, asked.seconds)))
    print(f"reserve and settle of one worker: {alone:,.0f} a second, {beside:,.0f} beside {SLOW} connections that hang")


async def _linger(url: str, seconds: float) -> None:
    port = int(url.rpartition(":")[2])
    opened = [await asyncio.open_connection("127.0.0.1", port) for _ in range(SLOW)]
    for _, writer in opened:
        writer.write(b"GET /v1/work HTTP/1.1\r\nX-Slow: ")
    for _ in range(int(seconds)):
        await asyncio.sleep(1)
        for _, writer in opened:
            with suppress(ConnectionError):
                writer.write(b"a")
    for _, writer in opened:
        writer.close()


def _reserve(ready: Connection, url: str, run: str, seconds: float) -> None:
    async def within() -> float:
        line = Line(url, WORD)
        await line.open(Asker(run=run, run_id=run, emit=_ignore, stopping=asyncio.Event(), patience=60.0))
        ready.send(None)
        ready.recv()
        done = await _reserving(HubLedger(Caps(), Spent(), Purse(), line), seconds)
        await line.close()
        return done

    ready.send(asyncio.run(within()))


async def _reserving(ledger: Ledger, seconds: float) -> float:
    """Reservations settled a second."""
    clock, done = time.perf_counter, 0
    began = clock()

    async def worker(place: int) -> None:
        nonlocal done
        while clock() - began < seconds:
            hold = await ledger.reserve(f"t{place % 8}", Need(1e-6, 1e-9, 1_000, 500, request=f"{place:064x}"))
            await asyncio.sleep(0)
            hold.sent, hold.cost_usd, hold.took = True, 1e-6, 1_200
            ledger.settle(f"t{place % 8}", hold)
            done += 1

    await asyncio.gather(*(worker(place) for place in range(AT_ONCE)))
    return done / (clock() - began)


def _call(ready: Connection, url: str | None, models: str, place: int, number: int, in_flight: int) -> None:
    async def within() -> float:
        with tempfile.TemporaryDirectory() as folder:
            means = Own() if url is None else Joined(url, WORD)
            run = f"w{place}"
            cards = {CARD.model: CARD}
            settings: dict[str, Any] = {"concurrency": in_flight, "run_id": run, "run": run, "own_process": True}
            async with OpenStack(emit=_ignore, cards=cards, cache_dir=Path(folder), means=means, **settings) as stack:
                first = (place + 1) * 1_000_000
                await stack(request(first - 1, models))
                ready.send(None)
                ready.recv()
                return (await measure("", lambda n: stack(request(first + n, models)), number, in_flight)).a_second

    ready.send(asyncio.run(within()))


def _at_once(
    work: Callable[..., None], arguments: Sequence[Sequence[Any]], during: Callable[[], None] = lambda: None
) -> list[float]:
    """Run it in as many processes, which begin together; what each tells."""
    os.environ.setdefault("OPENAI_API_KEY", "none")
    ends = [SPAWN.Pipe() for _ in arguments]
    processes = [SPAWN.Process(target=work, args=(end[1], *one)) for end, one in zip(ends, arguments, strict=True)]
    for process in processes:
        process.start()
    for ours, _ in ends:
        ours.recv()
    for ours, _ in ends:
        ours.send(None)
    during()
    told = [ours.recv() for ours, _ in ends]
    for process in processes:
        process.join()
    return told


@contextmanager
def _hub(caps: Caps, rates: Rates | None = None) -> Iterator[str]:
    """The address of a hub in a process of its own."""
    ours, theirs = SPAWN.Pipe()
    with tempfile.TemporaryDirectory() as folder, closing(ours):
        process = SPAWN.Process(target=_serve, args=(theirs, folder, caps, rates or Rates()))
        process.start()
        url, pid = ours.recv()
        _PIDS[url] = pid
        yield url
        process.terminate()
        process.join()


_PIDS: dict[str, int] = {}


def _cpu(url: str) -> float:
    """Seconds of CPU that the hub has taken; 0 where the system does not say."""
    try:
        fields = Path(f"/proc/{_PIDS[url]}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _serve(ready: Connection, folder: str, caps: Caps, rates: Rates) -> None:
    async def within() -> None:
        async with Hub.started(Path(folder), token=WORD, caps=caps, rates=rates) as hub:
            ready.send((hub.url, os.getpid()))
            await asyncio.Event().wait()

    with suppress(KeyboardInterrupt):
        asyncio.run(within())


def _ignore(_: object) -> None:
    pass


if __name__ == "__main__":
    main()
