"""A reply that was cut at its length is asked for once more, with room for twice as much."""

from __future__ import annotations

from collections.abc import Mapping

from nlevolve.llm.cards import ModelCard
from nlevolve.llm.request import LLM, Rejected, Reply, Request

LEAST_ROOM = 16_000
"""Tokens."""


def with_room(llm: LLM, cards: Mapping[str, ModelCard]) -> LLM:
    """Both replies are calls of their own, banked and accounted for; what comes back is the last one."""

    async def ask(request: Request) -> Reply:
        reply = await llm(request)
        most = card.longest_reply if (card := cards.get(request.model)) else None
        if reply.finish != "length" or (most is not None and reply.usage.completion >= most):
            return reply
        room = max(LEAST_ROOM, 2 * reply.usage.completion, 2 * (request.settings.max_tokens or 0))
        settings = request.settings.model_copy(update={"max_tokens": room if most is None else min(room, most)})
        try:
            return await llm(request.model_copy(update={"settings": settings}))
        except Rejected:
            return reply

    return ask
