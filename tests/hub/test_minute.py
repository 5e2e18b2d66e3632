"""Rates that a hub was told hold in every minute as the server counts, and those it learned outlast it: in virtual time."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine, Iterable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from nlevolve.hub import words
from nlevolve.hub.joined import HubLanes
from nlevolve.hub.known import FILE, KnownFile
from nlevolve.hub.rates import Rates, Rooms
from nlevolve.llm.departure import leaves
from nlevolve.llm.limits import Lanes
from nlevolve.llm.places import Places
from nlevolve.llm.request import CallFailed, NoReply, RateLimited, Reply, Request
from nlevolve.llm.traffic import Traffic
from nlevolve.records import Usage
from tests.llm.asking import delivering, ignore, request
from tests.llm.kinds import Refuses, sliding
from tests.llm.virtual import run_virtually

TOKENS = 1_002
"""Of one call, as it is expected to take and does."""


class Wire:
    """Between a worker and the rooms of a hub: each word takes its time, there and back."""

    def __init__(self, rooms: Rooms, name: str, slow: float) -> None:
        self._rooms, self._name, self._slow = rooms, name, slow
        self._rng = Random(name)
        self._n = 0
        self._anew = asyncio.Event()
        self._said: set[asyncio.Task[Any]] = set()
        self._restate: list[Callable[[], Iterable[words.Word]]] = []

    def restated(self, by: Callable[[], Iterable[words.Word]]) -> None:
        self._restate.append(by)

    def next(self) -> int:
        self._n += 1
        return self._n

    async def ask(self, word: words.Word, *, last: bool = False) -> Any:
        while True:
            rooms, doing = self._rooms, asyncio.create_task(self._carried(word))
            ends = asyncio.create_task(self._anew.wait())
            try:
                await asyncio.wait([doing, ends], return_when=asyncio.FIRST_COMPLETED)
                if rooms is self._rooms:
                    return await doing
            finally:
                doing.cancel()
                ends.cancel()

    async def _carried(self, word: words.Word) -> Any:
        await asyncio.sleep(self._rng.uniform(0, self._slow))
        answer = await self._do(word)
        await asyncio.sleep(self._rng.uniform(0, self._slow))
        return answer

    def tell(self, word: words.Word) -> None:
        self._say(self.ask(word))

    def _say(self, saying: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.create_task(saying)
        self._said.add(task)
        task.add_done_callback(self._said.discard)

    async def close(self) -> None:
        said = list(self._said)
        for task in said:
            task.cancel()
        await asyncio.gather(*said, return_exceptions=True)
        await asyncio.sleep(0)

    async def _do(self, word: words.Word) -> Any:
        match word:
            case words.Enter():
                return await self._rooms.enter(self._name, word) == "true"
            case words.Again():
                await self._rooms.again(self._name, word)
            case words.Left():
                self._rooms.left(self._name, word)
            case words.Leave():
                self._rooms.leave(self._name, word)
        return None

    def begin_anew(self, rooms: Rooms) -> None:
        """The hub was started again; a worker says first what it holds, then what nobody has answered."""
        self._rooms = rooms
        self._anew.set()
        self._anew = asyncio.Event()
        for word in [word for by in self._restate for word in by()]:
            self._say(self._do(word))


class Server:
    """A provider to which each request is long on its way, and whose replies may be longer in coming than a minute."""

    def __init__(self, seed: int, *, late: float, reply: float, refuses: Refuses = lambda now: None) -> None:
        self._rng = Random(seed)
        self._late, self._reply, self._refuses = late, reply, refuses
        self.came: list[float] = []
        self.refused: list[float] = []

    async def __call__(self, request: Request) -> Reply:
        rng, clock = self._rng, asyncio.get_running_loop().time
        if rng.random() < 0.05:
            raise CallFailed("it never left")
        await asyncio.sleep(rng.uniform(0, self._late))
        leaves()
        await asyncio.sleep(rng.uniform(0, 0.4))
        self.came.append(clock())
        if self._refuses(clock()) is not None:
            self.refused.append(clock())
            raise RateLimited("429", status=429)
        await asyncio.sleep(self._reply * rng.uniform(0, 2))
        return Reply(text="", usage=Usage(prompt=2, completion=TOKENS - 2))

    def most(self) -> int:
        """That came in any minute."""
        return max(sum(start <= at < start + 60 for at in self.came) for start in self.came)


async def busy(server: Server, lanes: Places, askers: int, **settings: Any) -> None:
    ask = delivering(server, lanes=lanes)

    async def asker() -> None:
        while True:
            try:
                await ask(request(retries=0, **settings))
            except NoReply:
                await asyncio.sleep(0.1)

    await asyncio.gather(*(asker() for _ in range(askers)))


def joined(wire: Any, most: int) -> Places:
    return HubLanes(wire, Lanes(most, ignore, asyncio.Event()), most, {}, Traffic(ignore))


SLOW = {"late": 8.0, "reply": 2.0}
LONG = {"late": 0.5, "reply": 70.0}


@pytest.mark.parametrize(
    ("rates", "a_minute", "server"),
    [
        (Rates(requests={"m": 60}), 60, SLOW),
        (Rates(requests={"m": 30}), 30, LONG),
        (Rates(requests={"m": 2.5}), 3, SLOW),
        (Rates(tokens={"m": 30 * TOKENS}), 30, SLOW),
    ],
    ids=["late", "long replies", "a fraction", "tokens"],
)
def test_what_comes_in_any_minute_is_no_more_than_was_told(rates: Rates, a_minute: int, server: dict[str, float]) -> None:
    provider = Server(1, late=server["late"], reply=server["reply"])

    async def told() -> None:
        rooms = Rooms(rates, ignore)
        wires = [Wire(rooms, f"w{n}", slow=4.0) for n in range(3)]
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(5 * 60):
                await asyncio.gather(*(busy(provider, joined(wire, 40), 40) for wire in wires))
        for wire in wires:
            await wire.close()
        rooms.close()

    run_virtually(told())
    assert provider.most() <= a_minute
    assert len(provider.came) >= 0.75 * 5 * next(iter((*rates.requests.values(), a_minute)))


def test_nor_when_the_hub_is_started_again_and_again() -> None:
    provider = Server(2, late=8.0, reply=20.0)

    async def told() -> None:
        rooms = Rooms(Rates(requests={"m": 60}), ignore)
        wires = [Wire(rooms, f"w{n}", slow=1.0) for n in range(3)]
        working = [asyncio.create_task(busy(provider, joined(wire, 40), 40)) for wire in wires]
        for _ in range(5):
            await asyncio.sleep(45)
            known = rooms.known()
            await asyncio.sleep(2)  # and is killed before that is written again
            rooms.close()
            rooms = Rooms(Rates(requests={"m": 60}), ignore, known, 2.0)
            for wire in wires:
                wire.begin_anew(rooms)
        for work in working:
            work.cancel()
        await asyncio.gather(*working, return_exceptions=True)
        for wire in wires:
            await wire.close()
        rooms.close()

    run_virtually(told())
    assert provider.most() <= 60
    assert len(provider.came) >= 0.7 * 3.8 * 60


def test_one_process_keeps_to_the_same() -> None:
    provider = Server(3, late=8.0, reply=70.0)

    async def told() -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(5 * 60):
                await busy(provider, Lanes(60, ignore, asyncio.Event()), 60, requests_per_minute=30)

    run_virtually(told())
    assert provider.most() <= 30
    assert len(provider.came) >= 0.75 * 5 * 30


def started_again(folder: Path, *, forgets: bool) -> int:
    """How many a provider refuses in the minute after a restart that allows 120 a minute, and does not say so."""
    provider = Server(4, late=0.0, reply=0.2, refuses=sliding(120, 60))
    file = KnownFile(folder, pytest.fail)

    async def told() -> None:
        rooms = Rooms(Rates(), ignore)
        wire = Wire(rooms, "w", slow=0.05)
        working = asyncio.create_task(busy(provider, joined(wire, 64), 64))
        await asyncio.sleep(180)
        file.write(rooms.known())
        rooms.close()
        known = file.read()
        assert [one.model for one in known] == ["m"]
        rooms = Rooms(Rates(), ignore, () if forgets else known, 0.0)
        wire.begin_anew(rooms)
        await asyncio.sleep(60)
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
        await wire.close()
        rooms.close()

    run_virtually(told())
    return sum(at >= 180 for at in provider.refused)


def test_what_was_learned_of_a_rate_outlasts_the_hub(tmp_path: Path) -> None:
    assert started_again(tmp_path, forgets=True) >= 20
    assert started_again(tmp_path, forgets=False) <= 8


@pytest.mark.parametrize(("at", "kept"), [(0.0, False), (1e9, True), (-90_000.0, False), (-3_600.0, True)])
def test_what_is_stale_is_learned_again_and_a_clock_that_was_set_back_loses_nothing(
    tmp_path: Path, at: float, kept: bool
) -> None:
    async def told() -> None:
        rooms = Rooms(Rates(requests={"m": 60}), ignore)
        await rooms.enter("a", words.Enter(n=1, model="m"))
        KnownFile(tmp_path, pytest.fail).write(rooms.known())
        rooms.close()

    run_virtually(told())
    written = json.loads((tmp_path / FILE).read_text())
    (tmp_path / FILE).write_text(json.dumps(written | {"at": at and written["at"] + at}))
    file = KnownFile(tmp_path, pytest.fail)
    assert bool(file.read()) is kept
    assert file.ago >= 0


@pytest.mark.parametrize(
    "text", ["", "{", "[" * 100_000, '{"v":1,"at":1,"models":[{"model":"m","limits":{"rate":{"peak":NaN}}}]}']
)
def test_a_file_of_limits_that_is_damaged_is_said_and_left(tmp_path: Path, text: str) -> None:
    said: list[str] = []
    (tmp_path / FILE).write_text(text)
    assert KnownFile(tmp_path, said.append).read() == ()
    assert len(said) == 1
    assert "it is damaged" in said[0]
