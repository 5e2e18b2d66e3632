"""What a try may cost at its model's price, reserved in the ledger before it leaves and settled after."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from dataclasses import replace

from nlevolve.llm import pictures
from nlevolve.llm.catalogue import ModelCard, price_of
from nlevolve.llm.embedded import PROVIDER
from nlevolve.llm.ledger import Hold, Ledger, Need
from nlevolve.llm.request import BrokeOff, NoReply, ProviderDown, Reply, Request, TimedOut
from nlevolve.llm.room import bound_of
from nlevolve.llm.thinking import thought
from nlevolve.records import Usage

UNSEEN_REPLY = 32_000
"""Tokens that a reply may have before one was seen, and nothing says how long a model's replies may be: what most allow."""
SHORTEST_CAP = 4_000
"""Tokens: a reply is not capped lower than this while the money is there: the first replies seen may happen to be short."""
LEAST_REPLY = 256
"""Tokens: with money for less it is not worth asking."""
MESSAGE_TOKENS = 50
"""At most, for what a provider wraps around a message."""
BEGUN = {200, 504, 524}
"""Statuses of an outage that befell a reply which had begun, or which a gateway did not wait for."""


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
    async def reservation(self, request: Request, key: str = "") -> AsyncIterator[Hold]:
        """Hold what the try may cost, until it is over; what it did cost is written into the hold. `key`: digest of what its call
        asks, whatever the form of this try. Raises OverBudget."""
        task = request.label.task
        hold = await self._ledger.reserve(task, replace(self._need(request), last=request.label.last, request=key))
        try:
            yield hold
        finally:
            self._ledger.settle(task, hold)

    def keeping(self, task: str, requests: Callable[[], Sequence[Request]]) -> AbstractContextManager[None]:
        """Keep of the caps, until the task is answered, what these requests may take: those marked `last` are let have it."""
        caps = self._ledger.bounds
        if caps.calls is None and not caps.bound:
            return nullcontext()
        asked = requests()
        needs: dict[tuple[int | None, ...], Sequence[Need]] = {}

        def costs() -> Sequence[Need]:
            # what is kept is looked at before every call, and a prompt's length takes a while to count
            longest = tuple(self._longest.get(request.model) for request in asked)
            return needs.get(longest) or needs.setdefault(longest, [self._need(request) for request in asked])

        return self._ledger.kept.keeping(task, costs)

    def capped(self, request: Request, hold: Hold) -> Request:
        """The request as it may be sent for this money: its reply no longer than was reserved for."""
        caps = self._ledger.bounds
        # of a model that costs nothing, money bounds no reply
        bound = caps.tokens is not None or (caps.money and hold.usd > 0)
        if request.settings.max_tokens or not hold.tokens or not bound:
            return request
        return request.model_copy(update={"settings": request.settings.model_copy(update={"max_tokens": hold.tokens})})

    def answered(self, request: Request, reply: Reply) -> None:
        """A reply teaches how long this model's replies are."""
        self._longest[request.model] = max(self._longest.get(request.model, 0), reply.usage.completion)

    def took(self, request: Request, reply: Reply, hold: Hold) -> None:
        """Write into the hold what the reply was billed, and what a reply whose tokens are estimated may have taken beyond that.

        No more than its bytes, since no token is shorter, unless some of it was not shown: thoughts, or what came after we had
        heard enough.
        """
        hold.cost_usd = reply.cost_usd or 0.0
        hold.took = hold.counts * (reply.usage.prompt + reply.usage.completion)
        if not reply.usage.estimated:
            return
        card = self._cards.get(request.model)
        price = price_of(request.settings, card)
        shown = reply.finish != "length" and (bool(reply.reasoning) or (card is not None and card.thinks is False))
        seen = Usage(prompt=most_prompt_tokens(request), completion=len(f"{reply.text}{reply.reasoning}".encode()))
        if price is not None:
            hold.unknown_usd = max(0.0, (min(hold.usd, price.cost(seen)) if shown else hold.usd) - hold.cost_usd)
        most = min(hold.most_tokens, seen.prompt + seen.completion) if shown else hold.most_tokens
        hold.unknown_tokens = max(0, most - hold.took)

    def _need(self, request: Request) -> Need:
        card = self._cards.get(request.model)
        if card is not None and card.provider == PROVIDER:
            return Need(counts=False)
        price = price_of(request.settings, card)
        if price is None:
            self._say_unpriced(request.model)
        dear = price is not None and bool(price.prompt or price.completion)
        if not dear and self._ledger.bounds.tokens is None:
            return Need(priced=price is not None)
        prompt = most_prompt_tokens(request)
        tokens, least = self._tokens(request)
        likely = max(least, min(tokens, 2 * self._longest.get(request.model, 0) or SHORTEST_CAP))
        if price is None or not dear:
            return Need(prompt=prompt, tokens=tokens, least=least, priced=price is not None, likely=likely)
        # the dearest way to bill a prompt is to write it into the provider's cache
        prompt_usd = prompt * max(price.prompt, price.written or 0.0) / 1e6
        return Need(prompt_usd, price.completion / 1e6, prompt, tokens, least, likely=likely)

    def _tokens(self, request: Request) -> tuple[int, int]:
        """Of a reply: as many as are to be reserved, and as few as it may be cut to."""
        if request.settings.max_tokens:
            return request.settings.max_tokens, request.settings.max_tokens
        card = self._cards.get(request.model)
        bound, thinks = bound_of(request, card), thought(request.settings, card)
        most = bound.tokens if bound and bound.told else (card.longest_reply if card else None) or UNSEEN_REPLY
        longest = self._longest.get(request.model) if self._ledger.bounds.bound else None
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
    return texts + schema + sum(pictures.most(request.model, image) for message in request.messages for image in message.images)
