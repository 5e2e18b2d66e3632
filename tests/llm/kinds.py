"""Providers of many kinds, and a busy run at each of them: in virtual time, so that minutes take no time."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random

from nlevolve.llm.limits import Lanes
from nlevolve.llm.request import RateLimited, Reply, Request
from nlevolve.llm.retries import backoff
from nlevolve.records import Event, Usage
from tests.llm.asking import ignore, request
from tests.llm.virtual import run_virtually

Refuses = Callable[[float], float | None]
"""At a time: None lets the request through; a number refuses it, and is how long one would have to wait."""
Limit = Callable[[float], float]
"""What is allowed at a time."""


def always(limit: float) -> Limit:
    return lambda now: limit


def changing(before: float, after: float, at: float) -> Limit:
    return lambda now: before if now < at else after


def sliding(limit: float | Limit, window: float) -> Refuses:
    """So many in any stretch of time of this length."""
    allowed, passed = limit if callable(limit) else always(limit), deque[float]()

    def refuses(now: float) -> float | None:
        while passed and passed[0] <= now - window:
            passed.popleft()
        if len(passed) >= allowed(now):
            return passed[0] + window - now
        passed.append(now)
        return None

    return refuses


def fixed(limit: float | Limit, window: float) -> Refuses:
    """So many from one full minute (or whatever) to the next; what is refused counts as well."""
    allowed, state = limit if callable(limit) else always(limit), {"window": -1, "passed": 0}

    def refuses(now: float) -> float | None:
        if state["window"] != now // window:
            state.update(window=int(now // window), passed=0)
        state["passed"] += 1
        return None if state["passed"] <= allowed(now) else (state["window"] + 1) * window - now

    return refuses


def bucket(per_minute: float | Limit, burst: float) -> Refuses:
    """A bucket of so many tokens that fills evenly."""
    allowed, state = per_minute if callable(per_minute) else always(per_minute), {"tokens": burst, "at": 0.0}

    def refuses(now: float) -> float | None:
        state["tokens"] = min(burst, state["tokens"] + (now - state["at"]) * allowed(now) / 60)
        state["at"] = now
        if state["tokens"] < 1:
            return (1 - state["tokens"]) * 60 / allowed(now)
        state["tokens"] -= 1
        return None

    return refuses


def at_random(share: float | Limit, seed: int = 1) -> Refuses:
    """This share of all requests, whatever their rate."""
    allowed, rng = share if callable(share) else always(share), Random(seed)
    return lambda now: 0.5 if rng.random() < allowed(now) else None


def both(first: Refuses, second: Refuses) -> Refuses:
    """What the first lets through, the second may still refuse."""

    def refuses(now: float) -> float | None:
        wait = first(now)
        return second(now) if wait is None else wait

    return refuses


def steady(mean: float) -> Callable[[Random], float]:
    """Seconds that a reply takes: half the mean to one and a half of it."""
    return lambda rng: mean * rng.uniform(0.5, 1.5)


def slow(mean: float) -> Callable[[Random], float]:
    """Seconds that a reply takes: most are quick, some are very slow (lognormal)."""
    return lambda rng: min(20 * mean, mean * rng.lognormvariate(-0.5, 1.0))


@dataclass
class Busy:
    """A run that always wants more: `workers` calls, at most `slots` in flight."""

    refuses: Refuses
    minutes: float = 6.0
    seconds: Callable[[Random], float] = field(default_factory=lambda: steady(1.0))
    says_when: bool = False
    slots: int = 64
    workers: int = 128
    at_once: int | None = None
    """The provider refuses what would be more than so many at once."""
    idle: Callable[[float], float] = lambda now: 0.0
    """Seconds for which the run asks nothing from now on."""
    seed: int = 0
    emit: Callable[[Event], None] = ignore
    log: list[tuple[float, bool]] = field(default_factory=list)
    """What the requests met: when, and whether they were let through."""
    under_way: int = 0

    async def provider(self, rng: Random) -> Reply:
        loop = asyncio.get_running_loop()
        await asyncio.sleep(0.02)
        wait = 1.0 if self.at_once is not None and self.under_way >= self.at_once else self.refuses(loop.time())
        self.log.append((loop.time(), wait is None))
        if wait is not None:
            raise RateLimited("429", status=429, retry_after=wait if self.says_when else None)
        self.under_way += 1
        try:
            await asyncio.sleep(self.seconds(rng))
        finally:
            self.under_way -= 1
        return Reply(text="", usage=Usage(prompt=500, completion=500))

    async def worker(self, lanes: Lanes, asked: Request, rng: Random) -> None:
        failures = 0
        while True:
            await asyncio.sleep(self.idle(asyncio.get_running_loop().time()))
            try:
                async with lanes.place(asked) as place:
                    place.reply = await self.provider(rng)
                failures = 0
            except RateLimited as error:
                failures += 1
                await asyncio.sleep(backoff(min(failures, 7), error.retry_after, rng))

    async def load(self) -> None:
        lanes = Lanes(self.slots, self.emit, asyncio.Event())
        rng, asked = Random(self.seed), request()
        crowd = [asyncio.create_task(self.worker(lanes, asked, rng)) for _ in range(self.workers)]
        await asyncio.sleep(60 * self.minutes)
        for one in crowd:
            one.cancel()
        for ended in await asyncio.gather(*crowd, return_exceptions=True):
            assert isinstance(ended, asyncio.CancelledError), ended

    def run(self) -> Busy:
        run_virtually(self.load())
        return self

    def met(self, start: float = 60.0, end: float = float("inf")) -> Met:
        """What the requests of a stretch of time met: after the first minute, if nothing is said."""
        end = min(end, 60 * self.minutes)
        outcomes = [passed for at, passed in self.log if start <= at < end]
        return Met(sum(outcomes) * 60 / (end - start), 1 - sum(outcomes) / max(1, len(outcomes)))


@dataclass(frozen=True)
class Met:
    a_minute: float
    """Let through."""
    refused: float
    """Share."""


def minutes_of(busy: Busy) -> Iterator[Met]:
    """What each minute met."""
    for minute in range(int(busy.minutes)):
        yield busy.met(60.0 * minute, 60.0 * (minute + 1))
