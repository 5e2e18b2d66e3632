"""One event for each logical call: where its reply came from, what it took, or why there is none."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from nlevolve.llm.catalogue import ModelCard
from nlevolve.llm.ledger import Ledger
from nlevolve.llm.request import NoReply, Reply, Request
from nlevolve.llm.room import looping
from nlevolve.records import Bought, CallFinished, Event, Noticed

Ask = Callable[[Request, Callable[[], None]], Awaitable[Reply]]
"""(request, waits): a reply, and `waits()` as soon as it is clear that a provider must be waited for. Raises NoReply."""


class Accounts:
    """The events of logical calls, and what they do to the caps."""

    def __init__(self, emit: Callable[[Event], None], cards: Mapping[str, ModelCard], ledger: Ledger) -> None:
        self._cards = cards
        self._emit = emit
        self._said: set[str] = set()
        self.recall = ledger.recall

    def account(self, request: Request, outcome: Reply | NoReply) -> None:
        """A logical call ended so. A cached reply costs nothing and brings no tokens into the accounts."""
        label: dict[str, Any] = {**dict(request.label), "model": request.model, "request": request.key}
        if isinstance(outcome, NoReply):
            # None where a provider may bill what we gave up while it worked on it: nobody says how much
            cost = 0.0 if outcome.unknown_usd == 0 else None
            failed = {"finish": outcome.kind, "error": str(outcome), "tries": outcome.tries, **label}
            failed["unknown_tokens"] = outcome.unknown_tokens
            self._emit(CallFinished(source="failed", cost_usd=cost, unknown_usd=outcome.unknown_usd or 0.0, **failed))
            return
        self._emit(finished(label, outcome))

    def repeatable(self, request: Request) -> bool:
        """Whether the same reply can be had again for nothing."""
        card = self._cards.get(request.model)
        return card is not None and card.deterministic

    def notice(self, text: str) -> None:
        """Say it once."""
        if text not in self._said:
            self._said.add(text)
            self._emit(Noticed(text=text))


def finished(label: Mapping[str, Any], reply: Reply) -> CallFinished:
    """The end of a call that brought this reply."""
    took: dict[str, Any] = {"usage": reply.usage, "cost_usd": reply.cost_usd, "seconds": reply.seconds}
    turning = reply.finish == "length" and looping(reply.text or reply.reasoning)
    ended = {"finish": reply.finish, "looping": turning, "hung_up": reply.hung_up}
    shared: dict[str, Any] = {**ended, "reasoning": reply.reasoning, **label}
    if reply.cached:
        return CallFinished(source="cache", tries=0, bought=Bought(**took), **shared)
    spent = {"tries": reply.tries, "unknown_usd": reply.unknown_usd, "unknown_tokens": reply.unknown_tokens}
    return CallFinished(source="provider", **spent, **took, **shared)


def metered(ask: Ask, accounts: Accounts, *, unsent: bool = True) -> Ask:
    """Report every reply and every failure; `unsent`: also of what the log does not say to have been sent."""

    async def asked(request: Request, waits: Callable[[], None]) -> Reply:
        try:
            reply = await ask(request, waits)
        except NoReply as error:
            if unsent or error.tries or error.logged:
                accounts.account(request, error)
            raise
        accounts.account(request, reply)
        return reply.model_copy(update={"request": request.key})

    return asked
