"""How many tokens a text is, where nobody counts them for us."""

from __future__ import annotations

from nlevolve.llm import pictures
from nlevolve.llm.request import Reply, Request
from nlevolve.records import Usage

CHARACTERS = 3
"""Characters a token: of prose it is four, of grids two; more tokens than there are is the safer mistake with money."""


def tokens_of(text: str) -> int:
    return -(-len(text) // CHARACTERS)


def prompt_tokens(request: Request) -> int:
    """Of its messages and their pictures, about."""
    return sum(
        tokens_of(message.text) + sum(pictures.likely(request.model, image) for image in message.images)
        for message in request.messages
    )


def counted(usage: Usage, request: Request, text: str, reasoning: str) -> Usage:
    """The usage; where a provider says that it is nothing though there is a text, an estimate of it, marked as one."""
    said = tokens_of(text) + tokens_of(reasoning)
    if usage.prompt and (usage.completion or not said):
        return usage
    return usage.model_copy(
        update={
            "prompt": usage.prompt or prompt_tokens(request),
            "completion": usage.completion or said,
            "reasoning": usage.reasoning or (0 if usage.completion else tokens_of(reasoning)),
            "estimated": True,
        }
    )


def pace(reply: Reply) -> float | None:
    """Tokens a second of a reply that came in pieces, from its first piece on; None where that is not known."""
    if reply.first is None or reply.seconds <= reply.first:
        return None
    return reply.usage.completion / (reply.seconds - reply.first)
