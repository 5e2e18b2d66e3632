"""The first call of a prefix goes ahead of the rest, so that the provider's prompt cache is filled when they come."""

from __future__ import annotations

import asyncio
import hashlib

from nlevolve.llm.request import LLM, Reply, Request


def led(llm: LLM) -> LLM:
    """Let one call a stable prefix through first, for roles that ask for it (`ROLE.lead = true`); the others wait for it.

    A call that fails leads too: those waiting go on all at once rather than one by one (Berman v1 sends one, then n - 1).
    """
    leads: dict[str, asyncio.Event] = {}

    async def ask(request: Request) -> Reply:
        if not request.settings.lead:
            return await llm(request)
        prefix = stable_prefix(request)
        if prefix in leads:
            await leads[prefix].wait()
            return await llm(request)
        leads[prefix] = asyncio.Event()
        try:
            return await llm(request)
        finally:
            leads[prefix].set()

    return ask


def stable_prefix(request: Request) -> str:
    """Digest of the model and the messages up to the last stable one."""
    last = max((i for i, message in enumerate(request.messages) if message.stable), default=-1)
    digest = hashlib.sha256(f"{request.model}\n{request.settings.base_url}".encode())
    for message in request.messages[: last + 1]:
        digest.update(f"\n{message.role}\n{message.text}".encode())
    return digest.hexdigest()
