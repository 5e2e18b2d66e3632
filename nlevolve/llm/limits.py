"""How much is asked at once."""

from __future__ import annotations

import asyncio

from nlevolve.llm.request import LLM, Reply, Request


def limited(llm: LLM, slots: asyncio.Semaphore) -> LLM:
    """A slot is held for the call alone."""

    async def ask(request: Request) -> Reply:
        async with slots:
            return await llm(request)

    return ask
