"""One event for each logical call: where its reply came from, what it took, or why there is none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nlevolve.llm.request import LLM, CallFailed, Reply, Request
from nlevolve.records import Bought, CallFinished, Event


def metered(llm: LLM, emit: Callable[[Event], None]) -> LLM:
    """Report every reply and every failure. A cached reply costs nothing and brings no tokens into the accounts."""

    async def ask(request: Request) -> Reply:
        try:
            reply = await llm(request)
        except CallFailed as error:
            emit(CallFinished(source="failed", finish=error.kind, error=str(error), tries=error.tries, **_labelled(request)))
            raise
        emit(_finished(request, reply))
        return reply

    return ask


def _finished(request: Request, reply: Reply) -> CallFinished:
    if reply.cached:
        bought = Bought(usage=reply.usage, cost_usd=reply.cost_usd, seconds=reply.seconds)
        return CallFinished(
            source="cache", finish=reply.finish, reasoning=reply.reasoning, tries=0, bought=bought, **_labelled(request)
        )
    return CallFinished(
        source="provider",
        finish=reply.finish,
        usage=reply.usage,
        cost_usd=reply.cost_usd,
        seconds=reply.seconds,
        tries=reply.tries,
        reasoning=reply.reasoning,
        **_labelled(request),
    )


def _labelled(request: Request) -> dict[str, Any]:
    return {**dict(request.label), "model": request.model, "request": request.key}
