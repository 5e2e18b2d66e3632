"""What is spent and what is committed: the caps hold however many calls are in flight."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import inf
from typing import Literal

from nlevolve.llm.cards import ModelCard, Price, price_of
from nlevolve.llm.request import LLM, OverBudget, Reply, Request

UNSEEN_REPLY = 32_000
"""Tokens that a reply may have before one was seen, where nothing says how long a model's replies may be."""
SHORTEST_CAP = 4_000
"""Tokens: a reply is never capped lower than this as long as the money is there."""
LEAST_REPLY = 256
"""Tokens: with money for less it is not worth asking."""
IMAGE_TOKENS = 3_000
MESSAGE_TOKENS = 50
"""At most, for a picture and for what a provider wraps around the messages."""


@dataclass
class Spent:
    """Money and calls that count against the caps: at the start those of the run's log, when it is resumed."""

    usd: float = 0.0
    calls: int = 0
    """Requests that reached a provider, failed tries included."""
    by_task: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Caps:
    """Limits on a run; None is no limit."""

    usd: float | None = None
    task_usd: float | None = None
    calls: int | None = None

    @property
    def money(self) -> bool:
        return self.usd is not None or self.task_usd is not None


@dataclass(frozen=True)
class Need:
    """What a call may cost: its prompt, and so many tokens of reply at a price each."""

    prompt_usd: float = 0.0
    token_usd: float = 0.0
    tokens: int = 0
    least: int = 0
    """Tokens below which it may not be cut; `tokens` where the user set them."""

    def usd(self, tokens: int) -> float:
        return self.prompt_usd + tokens * self.token_usd


@dataclass(frozen=True)
class Hold:
    """A reservation: dollars, and the tokens of reply that they buy."""

    usd: float
    tokens: int


class Ledger:
    """Reserve before a call, settle after it: spent plus committed never passes a cap."""

    def __init__(self, caps: Caps, spent: Spent) -> None:
        self.caps = caps
        self.usd = spent.usd
        self.calls = spent.calls
        self._by_task: defaultdict[str, float] = defaultdict(float, spent.by_task)
        self._held: defaultdict[str, list[float]] = defaultdict(list)
        self._settled = asyncio.Event()

    async def reserve(self, task: str, need: Need) -> Hold:
        """Commit one call and its money. Waits while calls in flight may still cost less than is held for them.

        A reply's tokens are cut to what the money left buys, down to `need.least`. Raises OverBudget.
        """
        while True:
            if self.caps.calls is not None and self.calls >= self.caps.calls:
                raise OverBudget(f"the cap of {self.caps.calls} calls is reached")
            scope, left = self._left(task)
            if need.usd(need.tokens) <= left:
                return self._commit(task, Hold(need.usd(need.tokens), need.tokens))
            waiting_helps = self._held[task] if scope == "task" else any(self._held.values())
            if not waiting_helps:
                tokens = int((left - need.prompt_usd) / need.token_usd) if need.token_usd else -1
                if tokens >= need.least:
                    return self._commit(task, Hold(need.usd(tokens), tokens))
                cap = self.caps.task_usd if scope == "task" else self.caps.usd
                raise OverBudget(f"${left:.4f} of the {scope}'s budget of ${cap:g} is left: too little for a call", scope=scope)
            self._settled.clear()
            await self._settled.wait()

    def settle(self, task: str, hold: Hold, usd: float) -> None:
        """A reserved call is over and cost this much."""
        self._held[task].remove(hold.usd)
        self._pay(task, usd)

    def recall(self, request: Request, reply: Reply) -> None:
        """This was paid for by the run before it was interrupted, and is in no account yet."""
        self.calls += reply.tries
        self._pay(request.label.task, reply.cost_usd or 0.0)

    def _pay(self, task: str, usd: float) -> None:
        self.usd += usd
        self._by_task[task] += usd
        self._settled.set()

    def _left(self, task: str) -> tuple[Literal["run", "task"], float]:
        """The tighter of the two budgets, and what is neither spent nor committed of it."""
        run = inf if self.caps.usd is None else self.caps.usd - self.usd - sum(map(sum, self._held.values()))
        own = inf if self.caps.task_usd is None else self.caps.task_usd - self._by_task[task] - sum(self._held[task])
        return ("run", run) if run <= own else ("task", own)

    def _commit(self, task: str, hold: Hold) -> Hold:
        self.calls += 1
        self._held[task].append(hold.usd)
        return hold


def budgeted(llm: LLM, ledger: Ledger, cards: Mapping[str, ModelCard], notice: Callable[[str], None]) -> LLM:
    """Every try takes a reservation. Where a budget is set and the user set no max_tokens, the reservation sets them."""
    longest: dict[str, int] = {}
    unpriced: set[str] = set()

    async def ask(request: Request) -> Reply:
        price = price_of(request.settings, cards.get(request.model))
        if price is None and request.model not in unpriced:
            unpriced.add(request.model)
            notice(f"the price of {request.model} is not known: its calls are counted as of unknown cost, not as free")
        task, paid = request.label.task, 0.0
        hold = await ledger.reserve(task, _need(request, price))
        try:
            reply = await llm(_capped(request, hold.tokens) if ledger.caps.money and price else request)
            paid = reply.cost_usd or 0.0
            longest[request.model] = max(longest.get(request.model, 0), reply.usage.completion)
            return reply
        finally:
            ledger.settle(task, hold, paid)

    def _need(request: Request, price: Price | None) -> Need:
        if price is None or not ledger.caps.money or not (price.prompt or price.completion):
            return Need()
        prompt_usd = most_prompt_tokens(request) * max(price.prompt, price.written or 0.0) / 1e6
        if request.settings.max_tokens:
            tokens = least = request.settings.max_tokens
        else:
            card = cards.get(request.model)
            most = (card.longest_reply if card else None) or UNSEEN_REPLY
            thinking = request.settings.thinking_budget or 0
            seen = max(SHORTEST_CAP, 2 * longest[request.model]) if request.model in longest else most
            tokens, least = min(most, seen + thinking), min(most, LEAST_REPLY + thinking)
        return Need(prompt_usd, price.completion / 1e6, tokens, least)

    return ask


def most_prompt_tokens(request: Request) -> int:
    """No tokenizer makes more tokens of a text than it has bytes."""
    texts = sum(len(message.text.encode()) + MESSAGE_TOKENS for message in request.messages)
    schema = len(str(request.reply_schema)) if request.reply_schema else 0
    return texts + schema + IMAGE_TOKENS * sum(len(message.images) for message in request.messages)


def _capped(request: Request, tokens: int) -> Request:
    if request.settings.max_tokens or not tokens:
        return request
    return request.model_copy(update={"settings": request.settings.model_copy(update={"max_tokens": tokens})})
