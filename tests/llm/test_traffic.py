"""How it stands between us and a model is said every few seconds, and only while there is something to say."""

from __future__ import annotations

import asyncio

from nlevolve.llm.limits import Lanes
from nlevolve.llm.request import Reply
from nlevolve.llm.traffic import EVERY, Traffic
from nlevolve.records import Event, TrafficSeen
from tests.llm.asking import request
from tests.llm.virtual import run_virtually


def seen(calls: int, most: int, seconds: float, **settings: float) -> list[TrafficSeen]:
    """What is said of so many calls at once, each of so many seconds."""
    events: list[Event] = []

    async def one(lanes: Lanes) -> None:
        async with lanes.place(request(**settings)) as place:
            await asyncio.sleep(seconds)
            place.reply = Reply(text="")

    async def run() -> None:
        lanes = Lanes(most, events.append, asyncio.Event())
        await asyncio.gather(*(one(lanes) for _ in range(calls)))
        await asyncio.sleep(3 * EVERY)

    run_virtually(run())
    return [event for event in events if isinstance(event, TrafficSeen)]


def test_what_waits_for_a_place_is_counted_until_nothing_does() -> None:
    told = seen(9, 3, 6.0)
    assert [(one.waiting, one.paced) for one in told] == [(6, False), (3, False), (0, False)]


def test_what_the_pace_holds_back_is_told_from_what_waits_for_a_place() -> None:
    told = seen(30, 30, 0.1, requests_per_minute=60)
    assert told[0].paced
    assert told[0].waiting > 20
    assert told[-1].waiting == 0


def test_a_run_that_nothing_holds_up_says_nothing() -> None:
    assert seen(9, 9, 4.0) == []


def test_tokens_a_second_are_those_of_the_last_few_seconds() -> None:
    events: list[Event] = []

    async def run() -> None:
        traffic = Traffic(events.append)
        its = traffic.of("m")
        its.writing = 2
        for _ in range(2):
            for _ in range(100):
                its.heard(1, 2)
            its.heard(1, 300)  # a piece that is many tokens
            await asyncio.sleep(EVERY)
        its.writing = 0
        await asyncio.sleep(3 * EVERY)

    run_virtually(run())
    told = [(one.writing, one.tokens_per_second) for one in events if isinstance(one, TrafficSeen)]
    assert told == [(2, 40.0), (2, 40.0), (0, 0.0)]
