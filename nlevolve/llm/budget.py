"""What is spent and what is committed: the caps hold however many calls are in flight."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from math import inf
from typing import Literal

from nlevolve.llm.catalogue import ModelCard, price_of
from nlevolve.llm.embedded import PROVIDER, is_embedded
from nlevolve.llm.request import BrokeOff, NoReply, OverBudget, ProviderDown, Reply, Request, TimedOut
from nlevolve.llm.room import bound_of
from nlevolve.llm.thinking import thought

UNSEEN_REPLY = 32_000
"""Tokens that a reply may have before one was seen, and nothing says how long a model's replies may be: what most allow."""
SHORTEST_CAP = 4_000
"""Tokens: a reply is not capped lower than this while the money is there: the first replies seen may happen to be short."""
LEAST_REPLY = 256
"""Tokens: with money for less it is not worth asking."""
IMAGE_TOKENS = 3_000
"""At most, for a picture of a grid: providers that count most (by tiles of a large picture) stay below."""
MESSAGE_TOKENS = 50
"""At most, for what a provider wraps around a message."""

BEGUN = {200, 504, 524}
"""Statuses of an outage that befell a reply which had begun, or which a gateway did not wait for."""


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
    counts: bool = True
    """Whether it counts against the cap on calls: what an embedded model is asked leaves for nobody."""

    def usd(self, tokens: int) -> float:
        return self.prompt_usd + tokens * self.token_usd


@dataclass(eq=False)
class Hold:
    """A reservation for one try: dollars, and the tokens of reply that they buy. What became of it is noted here."""

    usd: float
    tokens: int
    counts: bool = True
    sent: bool = False
    """Whether the try left for its provider. One that did not counts as no call."""
    cost_usd: float = 0.0
    """What it was billed, as far as is known."""


class Ledger:
    """Reserve before a try, settle after it: spent plus committed never passes a cap."""

    def __init__(self, caps: Caps, spent: Spent) -> None:
        self.caps = caps
        self.usd = spent.usd
        self.calls = spent.calls
        self._by_task: defaultdict[str, float] = defaultdict(float, spent.by_task)
        self._held: defaultdict[str, list[Hold]] = defaultdict(list)
        self._settled = asyncio.Event()

    async def reserve(self, task: str, need: Need) -> Hold:
        """Commit one call and its money. Waits while calls in flight may still cost less than is held for them, or be none.

        A reply's tokens are cut to what the money left buys, down to `need.least`. Raises OverBudget.
        """
        while True:
            if need.counts and self.caps.calls is not None and self.calls >= self.caps.calls:
                if not any(hold.counts for holds in self._held.values() for hold in holds):
                    raise OverBudget(f"the cap of {self.caps.calls} calls is reached")
                await self._settling()  # one of them may find nobody there, and then it was none
                continue
            scope, left = self._left(task)
            if need.usd(need.tokens) <= left:
                return self._commit(task, Hold(need.usd(need.tokens), need.tokens, need.counts))
            waiting_helps = self._held[task] if scope == "task" else any(self._held.values())
            if not waiting_helps:
                tokens = int((left - need.prompt_usd) / need.token_usd) if need.token_usd else -1
                if tokens >= need.least:
                    return self._commit(task, Hold(need.usd(tokens), tokens, need.counts))
                cap = self.caps.task_usd if scope == "task" else self.caps.usd
                raise OverBudget(f"${left:.4f} of the {scope}'s budget of ${cap:g} is left: too little for a call", scope=scope)
            await self._settling()

    async def _settling(self) -> None:
        self._settled.clear()
        await self._settled.wait()

    def settle(self, task: str, hold: Hold) -> None:
        """The try that this was reserved for is over."""
        self._held[task].remove(hold)
        self.calls -= hold.counts and not hold.sent
        self._pay(task, hold.cost_usd)

    def recall(self, request: Request, reply: Reply) -> None:
        """This was paid for by the run before it was interrupted, and is in no account yet."""
        self.calls += 0 if is_embedded(request.model) else reply.tries
        self._pay(request.label.task, reply.cost_usd or 0.0)

    def _pay(self, task: str, usd: float) -> None:
        self.usd += usd
        self._by_task[task] += usd
        self._settled.set()

    def _left(self, task: str) -> tuple[Literal["run", "task"], float]:
        """The tighter of the two budgets, and what is neither spent nor committed of it."""
        run = inf if self.caps.usd is None else self.caps.usd - self.usd - sum(map(_dollars, self._held.values()))
        own = inf if self.caps.task_usd is None else self.caps.task_usd - self._by_task[task] - _dollars(self._held[task])
        return ("run", run) if run <= own else ("task", own)

    def _commit(self, task: str, hold: Hold) -> Hold:
        self.calls += hold.counts
        self._held[task].append(hold)
        return hold


def _dollars(holds: Iterable[Hold]) -> float:
    return sum(hold.usd for hold in holds)


class Budget:
    """Reservations from the ledger, for what a try may cost at its model's price.

    Where a budget is set and the user set no max_tokens, the reservation sets them: a provider keeps to what it is told, not
    to what we hoped.
    """

    def __init__(self, ledger: Ledger, cards: Mapping[str, ModelCard], notice: Callable[[str], None]) -> None:
        self._ledger = ledger
        self._cards = cards
        self._notice = notice
        self._longest: dict[str, int] = {}
        self._unpriced: set[str] = set()

    @asynccontextmanager
    async def reservation(self, request: Request) -> AsyncIterator[Hold]:
        """Hold what the try may cost, until it is over; what it did cost is written into the hold. Raises OverBudget."""
        task = request.label.task
        hold = await self._ledger.reserve(task, self._need(request))
        try:
            yield hold
        finally:
            self._ledger.settle(task, hold)

    def capped(self, request: Request, hold: Hold) -> Request:
        """The request as it may be sent for this money: its reply no longer than was reserved for."""
        if request.settings.max_tokens or not hold.tokens:
            return request
        return request.model_copy(update={"settings": request.settings.model_copy(update={"max_tokens": hold.tokens})})

    def answered(self, request: Request, reply: Reply) -> None:
        """A reply teaches how long this model's replies are."""
        self._longest[request.model] = max(self._longest.get(request.model, 0), reply.usage.completion)

    def _need(self, request: Request) -> Need:
        card = self._cards.get(request.model)
        if card is not None and card.provider == PROVIDER:
            return Need(counts=False)
        price = price_of(request.settings, card)
        if price is None:
            self._say_unpriced(request.model)
        if price is None or not self._ledger.caps.money or not (price.prompt or price.completion):
            return Need()
        # the dearest way to bill a prompt is to write it into the provider's cache
        prompt_usd = most_prompt_tokens(request) * max(price.prompt, price.written or 0.0) / 1e6
        tokens, least = self._tokens(request)
        return Need(prompt_usd, price.completion / 1e6, tokens, least)

    def _tokens(self, request: Request) -> tuple[int, int]:
        """Of a reply: as many as are to be reserved, and as few as it may be cut to."""
        if request.settings.max_tokens:
            return request.settings.max_tokens, request.settings.max_tokens
        card = self._cards.get(request.model)
        bound, thinks = bound_of(request, card), thought(request.settings, card)
        most = bound.tokens if bound and bound.told else (card.longest_reply if card else None) or UNSEEN_REPLY
        longest = self._longest.get(request.model)
        # twice the longest seen: replies of one role are alike, and what is reserved and not used stops other calls
        seen = most if longest is None else max(SHORTEST_CAP, 2 * longest)
        return min(most, seen + thinks.asked), min(most, LEAST_REPLY + thinks.floor)

    def _say_unpriced(self, model: str) -> None:
        if model not in self._unpriced:
            self._unpriced.add(model)
            self._notice(f"the price of {model} is not known: its calls are counted as of unknown cost, not as free")


def may_be_billed(failure: NoReply) -> bool:
    """Whether a provider may have worked on a try that brought nothing: it was late, or its reply broke off or was no reply."""
    if isinstance(failure, TimedOut | BrokeOff):
        return True
    return isinstance(failure, ProviderDown) and failure.status in BEGUN


def most_prompt_tokens(request: Request) -> int:
    """No tokenizer makes more tokens of a text than it has bytes."""
    texts = sum(len(message.text.encode()) + MESSAGE_TOKENS for message in request.messages)
    schema = len(str(request.reply_schema)) if request.reply_schema else 0
    return texts + schema + IMAGE_TOKENS * sum(len(message.images) for message in request.messages)
