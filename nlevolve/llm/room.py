"""A reply that was cut at its length is asked for once more, with room for twice as much."""

from __future__ import annotations

from nlevolve.llm.catalogue import ModelCard
from nlevolve.llm.request import Reply, Request

LEAST_ROOM = 16_000
"""Tokens. Less would hardly help: what is cut is mostly a thinking model that had just begun to answer."""


def roomier(request: Request, reply: Reply, card: ModelCard | None) -> Request | None:
    """The same with more room, where a cut reply may gain from it: a question of its own. None where nothing more is asked."""
    most = card.longest_reply if card else None
    if reply.finish != "length" or (most is not None and reply.usage.completion >= most):
        return None
    room = max(LEAST_ROOM, 2 * reply.usage.completion, 2 * (request.settings.max_tokens or 0))
    settings = request.settings.model_copy(update={"max_tokens": room if most is None else min(room, most)})
    return request.model_copy(update={"settings": settings})
