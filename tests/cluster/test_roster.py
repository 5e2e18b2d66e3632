"""Who takes part: workers that are not the same are refused before anything is sent; who answers no beat is lost."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from nlevolve.cluster import on_worker
from nlevolve.cluster import roster as roster_module
from nlevolve.cluster.engine import Engine, Gone, Refused, Silent
from nlevolve.cluster.messages import Beat, Equipment, Greeting, Pulse
from nlevolve.cluster.roster import MISSES, Roster
from nlevolve.run.pinging import Unfit


@dataclass
class Workers:
    """A scheduler's workers: address -> what each greets with."""

    there: dict[str, Greeting]
    silent: set[str] = field(default_factory=set)
    greeted: set[str] = field(default_factory=set)
    """The others have no station yet."""
    address: str = "tcp://nowhere"

    async def workers(self) -> list[str]:
        return sorted(self.there)

    async def ask(self, function: Callable[..., Any], text: str, worker: str) -> str:
        if worker in self.silent:
            raise Refused("TimeoutError")
        if function is on_worker.greet:
            self.greeted.add(worker)
            return self.there[worker].text()
        return Pulse(station=self.there[worker].station if worker in self.greeted else "").text()


@dataclass
class Busy(Workers):
    """A scheduler that says nothing, so often."""

    looks: int = 0

    async def workers(self) -> list[str]:
        self.looks -= 1
        if self.looks >= 0:
            raise Silent("nobody answers")
        return await super().workers()


class Late(Workers):
    """One more is there when there were a few looks."""

    looks = 0

    async def workers(self) -> list[str]:
        self.looks += 1
        if self.looks == 5:
            self.there["b"] = Greeting(station="2")
        return await super().workers()


def roster(workers: Workers, told: list[str], most: int | None = None) -> Roster:
    its = cast(Equipment, Greeting(station="equipment"))

    def say(what: str) -> Callable[[str], None]:
        return lambda name: told.append(f"{what} {name}")

    return Roster(cast(Engine, workers), its, most, lambda: Beat(session="s"), say("joined"), say("lost"), say("told:"))


def test_one_worker_that_is_not_the_same_ends_the_run_before_it_begins() -> None:
    there = {"a": Greeting(station="1"), "b": Greeting(station="", wrong="nlevolve is 0.1 here, and 0.2 at the driver")}
    with pytest.raises(Unfit, match=r"nothing was begun: b: nlevolve is 0\.1 here"):
        asyncio.run(roster(Workers(there), []).meet(2))


def test_who_comes_later_joins_and_is_told_of_where_it_cannot() -> None:
    workers, told = Workers({"a": Greeting(station="1")}), list[str]()

    async def later() -> None:
        there = roster(workers, told, most=2)
        await there.meet(1)
        workers.there["b"] = Greeting(station="", wrong="it lacks a key")
        workers.there |= {place: Greeting(station=place) for place in "cd"}
        await there.once()
        await there.once()

    asyncio.run(later())
    assert told[0] == "joined 1"
    assert "told: the worker b cannot take part: it lacks a key" in told
    assert [one for one in told if one.startswith("joined")] == ["joined 1", "joined c"], "two are wanted"


def test_who_is_gone_is_lost_at_once_and_who_is_silent_after_a_while() -> None:
    workers, told = Workers({"a": Greeting(station="1"), "b": Greeting(station="2")}), list[str]()

    async def losing() -> Roster:
        there = roster(workers, told)
        await there.meet(2)
        del workers.there["a"]
        workers.silent.add("b")
        for _ in range(MISSES - 1):
            await there.once()
        assert told[2:] == ["lost 1"]
        await there.once()
        return there

    assert asyncio.run(losing()).struck == ["1", "2"]


def test_a_scheduler_that_is_busy_is_waited_for_with_a_word_and_one_that_stays_silent_is_gone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    workers, told = Busy({"a": Greeting(station="1")}), list[str]()

    async def beating(looks: int) -> None:
        there = roster(workers, told)
        await there.meet(1)
        workers.looks = looks
        there.news.set()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await there.beating()
        assert there.places == {"1": "a"}

    asyncio.run(beating(looks=1))
    assert [one for one in told if one.startswith("told:")] == [
        "told: the scheduler at tcp://nowhere does not answer: waiting up to 60 s for it"
    ]
    monkeypatch.setattr(roster_module, "SILENCE", -1.0)
    with pytest.raises(Gone):
        asyncio.run(beating(looks=1))


def test_who_is_waited_for_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roster_module, "GLANCE", 0.001)
    monkeypatch.setattr(roster_module, "UNSAID", 0.002)
    workers, told = Late({"a": Greeting(station="1")}), list[str]()
    asyncio.run(roster(workers, told).meet(2))
    assert told == ["told: waiting up to 60 s for workers at tcp://nowhere: 1 of 2 there", "joined 1", "joined 2"]
