"""Trying again what can pass: Retry-After honoured, full jitter, capped in tries and in time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from random import Random

from nlevolve.llm.request import LLM, CallFailed, Reply, Request
from nlevolve.llm.stopping import nap
from nlevolve.records import CallRetried, Event

FIRST_WAIT = 1.0
LONGEST_WAIT = 60.0
"""Seconds: the back-off doubles from the first to the longest."""
LONGEST_IN_ALL = 1800.0
"""Seconds of waiting for one logical call; a provider that asks for more is given up."""


def retried(llm: LLM, rng: Random, emit: Callable[[Event], None], stopping: asyncio.Event | None = None) -> LLM:
    """Send again what may pass later. Waits outside any slot, because slots are taken further in; not once `stopping` is set."""
    stopping = stopping or asyncio.Event()

    async def ask(request: Request) -> Reply:
        waited, sent = 0.0, 0
        for tries in range(1, request.settings.retries + 2):
            try:
                reply = await llm(request)
                return reply.model_copy(update={"tries": sent + reply.tries}) if sent else reply
            except CallFailed as error:
                sent = error.tries = sent + error.tries
                wait = backoff(tries, error.retry_after, rng)
                if not error.can_pass or tries > request.settings.retries or waited + wait > LONGEST_IN_ALL:
                    raise
                emit(CallRetried(task=request.label.task, model=request.model, why=f"{error.kind}: {error}", wait=wait))
            waited += wait
            await nap(wait, stopping)
        raise AssertionError("the last try returns or raises")

    return ask


def backoff(tries: int, retry_after: float | None, rng: Random) -> float:
    """Seconds to wait after this many tries: what the provider asked for, and full jitter on top so that calls spread."""
    jitter = rng.uniform(0.0, min(LONGEST_WAIT, FIRST_WAIT * 2 ** (tries - 1)))
    return jitter if retry_after is None else retry_after + min(jitter, 1.0 + retry_after / 10)
