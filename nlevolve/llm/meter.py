"""One event for each logical call: where its reply came from, what it took, or why there is none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nlevolve.llm.cards import ModelCard, price_of
from nlevolve.llm.request import LLM, Abandoned, CallFailed, Reply, Request, TimedOut
from nlevolve.records import Bought, CallFinished


def metered(llm: LLM, account: Callable[[Request, Reply | CallFailed], None]) -> LLM:
    """Report every reply and every failure."""

    async def ask(request: Request) -> Reply:
        try:
            reply = await llm(request)
        except CallFailed as error:
            account(request, error)
            raise
        account(request, reply)
        return reply

    return ask


def accounted(request: Request, outcome: Reply | CallFailed, card: ModelCard | None) -> CallFinished:
    """The event of a logical call that ended so. A cached reply costs nothing and brings no tokens into the accounts."""
    label: dict[str, Any] = {**dict(request.label), "model": request.model, "request": request.key}
    if isinstance(outcome, CallFailed):
        cost = None if outcome.tries and isinstance(outcome, TimedOut | Abandoned) and not _free(request, card) else 0.0
        return CallFinished(source="failed", finish=outcome.kind, error=str(outcome), tries=outcome.tries, cost_usd=cost, **label)
    took: dict[str, Any] = {"usage": outcome.usage, "cost_usd": outcome.cost_usd, "seconds": outcome.seconds}
    shared: dict[str, Any] = {"finish": outcome.finish, "reasoning": outcome.reasoning, **label}
    if outcome.cached:
        return CallFinished(source="cache", tries=0, bought=Bought(**took), **shared)
    return CallFinished(source="provider", tries=outcome.tries, **took, **shared)


def _free(request: Request, card: ModelCard | None) -> bool:
    """Whether nothing can be billed. What we gave up while the provider worked on it may be, and nobody says how much."""
    price = price_of(request.settings, card)
    return price is not None and not price.prompt and not price.completion
