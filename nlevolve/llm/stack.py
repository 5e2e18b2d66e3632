"""The one way to a model: sample bank, limits, retries, budget and accounts around the client, put together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

from nlevolve.llm.accounts import Accounts, metered
from nlevolve.llm.bank import Bank, DiskBank, ReplayBank
from nlevolve.llm.breaker import Stops, guarded, unless_stopped
from nlevolve.llm.budget import Caps, Ledger, Spent, budgeted
from nlevolve.llm.cache import LINGER, Cache, airborne
from nlevolve.llm.cards import ModelCard
from nlevolve.llm.client import Client
from nlevolve.llm.endpoints import Addressing
from nlevolve.llm.limits import limited
from nlevolve.llm.prefix import led
from nlevolve.llm.request import LLM, Reply, Request
from nlevolve.llm.retries import retried
from nlevolve.llm.room import with_room
from nlevolve.llm.schema_fallback import laddered
from nlevolve.llm.stopping import until
from nlevolve.records import Event


class Door:
    """An LLM, and a way to say that a conversation came to nothing."""

    def __init__(self, llm: LLM, bank: Bank, cards: Mapping[str, ModelCard]) -> None:
        self._addressing = Addressing(cards)
        self._llm = self._addressing(llm)
        self._bank = bank
        self._cards = cards

    async def __call__(self, request: Request) -> Reply:
        return await self._llm(request)

    def reject(self, request: Request, why: str) -> None:
        """The reply was of no use in the end: an ordinary rerun asks anew, `--replay` serves it as it was.

        A model that always answers the same is not asked anew.
        """
        card = self._cards.get(request.model)
        if not self._bank.replay and not (card and card.deterministic):
            self._bank.reject(self._addressing.addressed(request).key, why)


@asynccontextmanager
async def open_door(
    *,
    emit: Callable[[Event], None],
    cards: Mapping[str, ModelCard],
    cache_dir: Path,
    replay: bool = False,
    concurrency: int = 8,
    caps: Caps | None = None,
    spent: Spent | None = None,
    run_id: str = "",
    logged: Iterable[str] = (),
    seed: int = 0,
    stopping: asyncio.Event | None = None,
    live: LLM | None = None,
) -> AsyncIterator[Door]:
    """Open the way to the models of `cards` (see preflight.check_models).

    concurrency: calls in flight, over all models. caps, spent: limits, and what a resumed run has used of them.
    run_id: unique to a run and kept by its resumptions; logged: request digests of the CallFinished events already in its
    log. Together they let a resumption account for a reply that was paid and banked but not logged when the run was killed.
    seed: of the retries' jitter. stopping: once it is set nothing more is sent. live: stands in for the client, in tests.
    """
    ledger, stops, stopping = Ledger(caps or Caps(), spent or Spent()), Stops(emit), stopping or asyncio.Event()
    accounts = Accounts(emit, cards, ledger)
    notice = accounts.notice
    bank: Bank = ReplayBank(cache_dir, notice) if replay else DiskBank(cache_dir, notice)
    client = Client(cards, notice)
    sent = until(stopping, budgeted(airborne(live or client), ledger, cards, notice))
    one_try = limited(unless_stopped(laddered(sent, notice), stops), concurrency, emit, stopping)
    one_call = guarded(retried(one_try, Random(f"{seed}/retries"), emit, stopping), stops)
    cache = Cache(led(one_call), bank, accounts, run=run_id, logged=set(logged))
    linger = 0.0
    try:
        yield Door(with_room(metered(cache, accounts), cards), bank, cards)
        linger = LINGER
    finally:
        await cache.close(linger)
        await bank.close()
        await client.close()
