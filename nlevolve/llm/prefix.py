"""The first call of a prefix goes ahead of the rest, so that the provider's prompt cache is filled when they come."""

from __future__ import annotations

import asyncio
import hashlib

from nlevolve.llm.call import Call, Deliver
from nlevolve.llm.request import Reply, Request


def led(deliver: Deliver) -> Deliver:
    """Let one call a stable prefix through first, for roles that ask for it (`ROLE.lead = true`); the others wait for it.

    A call that fails leads too: those waiting go on all at once rather than one by one (Berman v1 sends one, then n - 1).
    """
    leads: dict[str, asyncio.Event] = {}

    async def following(call: Call) -> Reply:
        if not call.request.settings.lead:
            return await deliver(call)
        prefix = stable_prefix(call.request)
        if prefix in leads:
            await leads[prefix].wait()
            return await deliver(call)
        leads[prefix] = asyncio.Event()
        try:
            return await deliver(call)
        finally:
            leads[prefix].set()

    return following


def stable_prefix(request: Request) -> str:
    """Digest of the model and the messages up to the last stable one."""
    last = max((i for i, message in enumerate(request.messages) if message.stable), default=-1)
    digest = hashlib.sha256(f"{request.model}\n{request.settings.base_url}".encode())
    for message in request.messages[: last + 1]:
        digest.update("\n".join(["", message.role, message.text, *message.images]).encode())
    return digest.hexdigest()
