"""Stopping: what is in flight ends, nothing more is sent, and nothing waits for its turn any longer."""

from __future__ import annotations

import asyncio
import contextlib

from nlevolve.llm.request import LLM, Interrupted, Reply, Request


def until(stopping: asyncio.Event, llm: LLM) -> LLM:
    """The same asker, shut for new requests once `stopping` is set. Raises Interrupted then."""

    async def ask(request: Request) -> Reply:
        if stopping.is_set():
            raise Interrupted("the run was interrupted")
        return await llm(request)

    return ask


async def nap(seconds: float, stopping: asyncio.Event) -> None:
    """Sleep, but no longer than until `stopping` is set."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stopping.wait()
