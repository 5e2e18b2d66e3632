"""What is spent and what is committed: the caps hold however many calls are in flight, and whatever becomes of their replies."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from math import inf
from typing import Literal

from nlevolve.llm.catalogue import ModelCard, price_of
from nlevolve.llm.embedded import PROVIDER, is_embedded
from nlevolve.llm.purse import Others, Purse
from nlevolve.llm.request import BrokeOff, NoReply, OverBudget, ProviderDown, Reply, Request, TimedOut
from nlevolve.llm.room import bound_of
from nlevolve.llm.thinking import thought
from nlevolve.records import Usage

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
POLL = 0.25
"""Seconds between looks at what other runs have settled of a budget that is shared."""

BEGUN = {200, 504, 524}
"""Statuses of an outage that befell a reply which had begun, or which a gateway did not wait for."""


@dataclass
class Spent:
    """Money and calls that count against the caps: at the start those of the run's log, when it is resumed (owed.py)."""

    usd: float = 0.0
    """With what may have been billed and nobody said."""
    unknown_usd: float = 0.0
    """So much of it is that."""
    calls: int = 0
    """Requests that reached a provider, failed tries included."""
    by_task: dict[str, float] = field(default_factory=dict)
    lost: dict[str, Lost] = field(default_factory=dict)
    """Digest of a request -> what was counted for a call that died with an earlier session: its reply may be in the bank."""


@dataclass(frozen=True)
class Lost:
    """What is counted of a call whose end is in no log."""

    task: str
    usd: float
    calls: int


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
    priced: bool = True
    """Whether its price is known."""

    def usd(self, tokens: int) -> float:
        return self.prompt_usd + tokens * self.token_usd


@dataclass(eq=False)
class Hold:
    """A reservation for one try: dollars, and the tokens of reply that they buy. What became of it is noted here."""

    usd: float
    tokens: int
    counts: bool = True
    priced: bool = True
    sent: bool = False
    """Whether the try left for its provider. One that did not counts as no call."""
    cost_usd: float = 0.0
    """What it was billed, as far as is known."""
    unknown_usd: float = 0.0
    """What it may have been billed beyond that."""

    @property
    def most_usd(self) -> float | None:
        """What the try may be billed; None where its price is not known."""
        return self.usd if self.priced else None

    def lose(self) -> float | None:
        """The provider may have worked on the try, and nobody will say for how much: up to what was reserved."""
        self.unknown_usd = self.usd
        return self.most_usd


class Ledger:
    """Reserve before a try, settle after it: spent plus committed never passes a cap.

    What may have been billed counts as spent until it is known. With a `purse` the budget is one for several runs.
    """

    def __init__(self, caps: Caps, spent: Spent, purse: Purse | None = None) -> None:
        self.caps = caps
        self.usd = spent.usd
        self.unknown_usd = spent.unknown_usd
        self.calls = spent.calls
        self._by_task: defaultdict[str, float] = defaultdict(float, spent.by_task)
        self._lost = dict(spent.lost)
        self._held: defaultdict[str, list[Hold]] = defaultdict(list)
        self._settled = asyncio.Event()
        self._purse = purse or Purse()
        with self._purse.open() as others:
            others.mine(self.usd, 0.0)

    async def reserve(self, task: str, need: Need) -> Hold:
        """Commit one call and its money. Waits while calls in flight may still cost less than is held for them, or be none.

        A reply's tokens are cut to what the money left buys, down to `need.least`. Raises OverBudget.
        """
        while True:
            with self._purse.open() as others:
                hold = self._try(task, need, others)
                if hold is not None:
                    others.mine(self.usd, self._committed)
                    return hold
            await self._settling(POLL if others.held else None)

    def _try(self, task: str, need: Need, others: Others) -> Hold | None:
        """The reservation; None where it is worth waiting for one. Raises OverBudget."""
        if need.counts and self.caps.calls is not None and self.calls >= self.caps.calls:
            if not any(hold.counts for holds in self._held.values() for hold in holds):
                raise OverBudget(f"the cap of {self.caps.calls} calls is reached")
            return None  # one of them may find nobody there, and then it was none
        scope, left = self._left(task, others)
        if need.usd(need.tokens) <= left:
            return self._commit(task, need, need.tokens)
        if self._held[task] if scope == "task" else (any(self._held.values()) or others.alive()):
            return None
        tokens = int((left - need.prompt_usd) / need.token_usd) if need.token_usd else -1
        if tokens >= need.least:
            return self._commit(task, need, tokens)
        raise OverBudget(self._too_little(scope, left, others), scope=scope)

    def _too_little(self, scope: Literal["run", "task"], left: float, others: Others) -> str:
        cap = self.caps.task_usd if scope == "task" else self.caps.usd
        told = [f"${others.usd:.4f} are other runs'"] if others.usd else []
        told += [f"${self.unknown_usd:.4f} may have been billed for replies that were lost"] if self.unknown_usd else []
        why = f" ({'; '.join(told)})" if told else ""
        return f"${max(0.0, left):.4f} of the {scope}'s budget of ${cap:g} is left: too little for a call{why}"

    async def _settling(self, longest: float | None) -> None:
        self._settled.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(longest):  # nobody tells us of what other processes settle
                await self._settled.wait()

    def settle(self, task: str, hold: Hold) -> None:
        """The try that this was reserved for is over."""
        self._held[task].remove(hold)
        self.calls -= hold.counts and not hold.sent
        self.unknown_usd += hold.unknown_usd
        self._pay(task, hold.cost_usd + hold.unknown_usd)

    def recall(self, request: Request, reply: Reply) -> None:
        """This was paid for by the run before it was interrupted. It counted as lost, or is in no account yet."""
        lost = self._lost.pop(request.key, None)
        if lost is not None:
            self.calls -= lost.calls
            self.unknown_usd -= lost.usd
            self._pay(lost.task, -lost.usd)
        self.calls += 0 if is_embedded(request.model) else reply.tries
        self.unknown_usd += reply.unknown_usd
        self._pay(request.label.task, (reply.cost_usd or 0.0) + reply.unknown_usd)

    def _pay(self, task: str, usd: float) -> None:
        self.usd += usd
        self._by_task[task] += usd
        self._settled.set()
        with self._purse.open() as others:
            others.mine(self.usd, self._committed)

    @property
    def _committed(self) -> float:
        return sum(map(_dollars, self._held.values()))

    def _left(self, task: str, others: Others) -> tuple[Literal["run", "task"], float]:
        """The tighter of the two budgets, and what is neither spent nor committed of it."""
        run = inf if self.caps.usd is None else self.caps.usd - others.usd - self.usd - self._committed
        own = inf if self.caps.task_usd is None else self.caps.task_usd - self._by_task[task] - _dollars(self._held[task])
        return ("run", run) if run <= own else ("task", own)

    def _commit(self, task: str, need: Need, tokens: int) -> Hold:
        hold = Hold(need.usd(tokens), tokens, need.counts, need.priced)
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
        if request.settings.max_tokens or not hold.tokens or not self._ledger.caps.money:
            return request
        return request.model_copy(update={"settings": request.settings.model_copy(update={"max_tokens": hold.tokens})})

    def answered(self, request: Request, reply: Reply) -> None:
        """A reply teaches how long this model's replies are."""
        self._longest[request.model] = max(self._longest.get(request.model, 0), reply.usage.completion)

    def unsaid(self, request: Request, reply: Reply, hold: Hold) -> float:
        """USD that a reply whose tokens are estimated may have cost beyond the estimate.

        No more than its bytes, since no token is shorter, unless some of it was not shown: thoughts, or what came after we had
        heard enough.
        """
        card = self._cards.get(request.model)
        price = price_of(request.settings, card)
        if not reply.usage.estimated or price is None:
            return 0.0
        shown = reply.finish != "length" and (bool(reply.reasoning) or (card is not None and card.thinks is False))
        seen = Usage(prompt=most_prompt_tokens(request), completion=len(f"{reply.text}{reply.reasoning}".encode()))
        most = min(hold.usd, price.cost(seen)) if shown else hold.usd
        return max(0.0, most - (reply.cost_usd or 0.0))

    def _need(self, request: Request) -> Need:
        card = self._cards.get(request.model)
        if card is not None and card.provider == PROVIDER:
            return Need(counts=False)
        price = price_of(request.settings, card)
        if price is None:
            self._say_unpriced(request.model)
            return Need(priced=False)
        if not (price.prompt or price.completion):
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
        longest = self._longest.get(request.model) if self._ledger.caps.money else None
        # twice the longest seen: replies of one role are alike, and what is reserved and not used stops other calls
        seen = most if longest is None else max(SHORTEST_CAP, 2 * longest)
        return min(most, seen + thinks.asked), min(most, LEAST_REPLY + thinks.floor)

    def _say_unpriced(self, model: str) -> None:
        if model not in self._unpriced:
            self._unpriced.add(model)
            self._notice(f"the price of {model} is not known: its calls are counted as of unknown cost, not as free")


def may_be_billed(failure: NoReply) -> bool:
    """Whether a provider may have worked on a try that brought nothing: it was late, or its reply broke off or was no reply."""
    if isinstance(failure, TimedOut | BrokeOff) or (failure.broke and failure.status is None):
        return True
    return isinstance(failure, ProviderDown) and (failure.broke or failure.status in BEGUN)


def most_prompt_tokens(request: Request) -> int:
    """No tokenizer makes more tokens of a text than it has bytes."""
    texts = sum(len(message.text.encode()) + MESSAGE_TOKENS for message in request.messages)
    schema = len(str(request.reply_schema)) if request.reply_schema else 0
    return texts + schema + IMAGE_TOKENS * sum(len(message.images) for message in request.messages)
