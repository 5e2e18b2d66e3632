"""How much is asked at once and how fast: over minutes of a clock that jumps."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Callable
from random import Random

import pytest

from nlevolve.llm.request import CallFailed, NoReply, ProviderDown, RateLimited, Reply, Request
from nlevolve.llm.stagger import GROUP
from nlevolve.records import Event, LimitChanged, Usage
from tests.llm.asking import delivering, request
from tests.llm.kinds import Refuses
from tests.llm.virtual import run_virtually


async def load(
    refuses: Refuses, *, minutes: int, latency: float, says_when: bool, workers: int = 64, **settings: float
) -> list[tuple[float, bool]]:
    """What a busy run's requests met: (time, whether let through)."""
    loop, rng, log = asyncio.get_running_loop(), Random(0), list[tuple[float, bool]]()

    async def provider(_: Request) -> Reply:
        await asyncio.sleep(0.02)
        wait = refuses(loop.time())
        log.append((loop.time(), wait is None))
        if wait is not None:
            raise RateLimited("429", status=429, retry_after=wait if says_when else None)
        await asyncio.sleep(latency * rng.uniform(0.5, 1.5))
        return Reply(text="", usage=Usage(prompt=500, completion=500))

    llm = delivering(provider, workers, seed=1)

    async def worker() -> None:
        while True:
            with contextlib.suppress(NoReply):
                await llm(request(**settings))

    crowd = [asyncio.create_task(worker()) for _ in range(workers)]
    await asyncio.sleep(60 * minutes)
    for one in crowd:
        one.cancel()
    return log


def after_the_first_minute(log: list[tuple[float, bool]]) -> tuple[float, float]:
    """(let through a minute, share refused)."""
    later = [through for at, through in log if at >= 60]
    return sum(later) / (max(at for at, _ in log) / 60 - 1), 1 - sum(later) / len(later)


def test_a_rate_that_was_told_is_never_passed_in_any_minute() -> None:
    log = run_virtually(load(lambda now: None, minutes=4, latency=0.2, says_when=False, requests_per_minute=100))
    times = [at for at, _ in log]
    assert max(sum(start <= at < start + 60 for at in times) for start in times) <= 101
    assert len(times) >= 390


def test_tokens_a_minute_are_kept() -> None:
    log = run_virtually(load(lambda now: None, minutes=4, latency=0.2, says_when=False, tokens_per_minute=100_000))
    assert 90 <= after_the_first_minute(log)[0] <= 105  # a thousand tokens each


def flight(answer: Callable[[Request, int], Reply], count: int, most: int) -> tuple[int, list[LimitChanged], list[object]]:
    """Ask `count` at once, `most` in flight: (highest number in flight, changes of the limit, outcomes)."""
    events: list[Event] = []
    state = {"now": 0, "most": 0, "asked": 0}

    async def provider(asked: Request) -> Reply:
        state["asked"] += 1
        number = state["asked"]
        state["now"] += 1
        state["most"] = max(state["most"], state["now"])
        try:
            await asyncio.sleep(1 + number / 1000)  # equal moments would come in no order
            return answer(asked, number)
        finally:
            state["now"] -= 1

    async def run() -> list[object]:
        llm = delivering(provider, most, emit=events.append)
        return await asyncio.gather(*(llm(request(retries=0)) for _ in range(count)), return_exceptions=True)

    outcomes = run_virtually(run())
    return state["most"], [event for event in events if isinstance(event, LimitChanged)], list(outcomes)


def test_no_more_than_the_limit_are_in_flight() -> None:
    most, changes, _ = flight(lambda asked, number: Reply(text=""), 50, 5)
    assert (most, changes) == (5, [])


def test_the_limit_grows_while_it_is_full_and_clean() -> None:
    most, changes, _ = flight(lambda asked, number: Reply(text=""), 500, 100)
    assert most == 100
    assert [change.in_flight for change in changes] == sorted(change.in_flight for change in changes)


def test_calls_that_start_together_are_few_so_that_the_loop_stays_free() -> None:
    starts: Counter[float] = Counter()

    async def provider(asked: Request) -> Reply:
        starts[asyncio.get_running_loop().time()] += 1
        await asyncio.sleep(10.0)
        return Reply(text="")

    async def run() -> None:
        llm = delivering(provider, 64)
        await asyncio.gather(*(llm(request()) for _ in range(64)))

    run_virtually(run())
    assert sum(starts.values()) == 64
    assert max(starts.values()) <= GROUP
    assert max(starts) < 1.0


def test_a_refusal_shrinks_the_limit_by_a_fifth_and_an_outage_does_not() -> None:
    def fails(kind: type[CallFailed]) -> Callable[[Request, int], Reply]:
        def answer(asked: Request, number: int) -> Reply:
            if number == 3:
                raise kind("no")
            return Reply(text="")

        return answer

    _, changes, _ = flight(fails(RateLimited), 10, 10)
    assert changes[0].in_flight == 8
    _, changes, _ = flight(fails(ProviderDown), 10, 10)
    assert changes == []


def test_one_burst_of_refusals_counts_once() -> None:
    def refuse(asked: Request, number: int) -> Reply:
        raise RateLimited("no")

    _, changes, _ = flight(refuse, 10, 10)
    assert [change.in_flight for change in changes] == [8]


def test_a_slot_is_free_while_its_call_waits_to_be_sent_again() -> None:
    order: list[str] = []

    async def provider(asked: Request) -> Reply:
        order.append(asked.messages[0].text)
        if order == ["first"]:
            raise ProviderDown("503", retry_after=30)
        return Reply(text="")

    async def run() -> None:
        llm = delivering(provider, 1)
        await asyncio.gather(llm(request("first")), llm(request("second")))

    run_virtually(run())
    assert order == ["first", "second", "first"]


def test_rate_limit_headers_make_the_model_rest() -> None:
    times: list[float] = []

    async def provider(asked: Request) -> Reply:
        times.append(asyncio.get_running_loop().time())
        return Reply(text="", rest=12.0)

    async def run() -> None:
        llm = delivering(provider, 1)
        await llm(request())
        await llm(request())

    run_virtually(run())
    assert times[1] - times[0] == pytest.approx(12.0, abs=0.1)
