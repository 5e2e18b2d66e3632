"""The one way to a model, put together: `metered(cached(led(deliver)))` around the client. See the package's docstring."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from nlevolve.llm.absence import Absences
from nlevolve.llm.accounts import Accounts, Ask, metered
from nlevolve.llm.alarm import Alarm
from nlevolve.llm.bank import Bank
from nlevolve.llm.breaker import Breaker
from nlevolve.llm.budget import Budget
from nlevolve.llm.cache import LINGER, Cache
from nlevolve.llm.catalogue import ModelCard
from nlevolve.llm.client import Client
from nlevolve.llm.concessions import Concessions
from nlevolve.llm.deliver import Delivery
from nlevolve.llm.endpoints import Endpoints
from nlevolve.llm.kept import Keeping, keeping_nothing
from nlevolve.llm.ledger import Caps, Spent
from nlevolve.llm.means import Asker, Means, Own
from nlevolve.llm.pausing import Pause
from nlevolve.llm.prefix import led
from nlevolve.llm.purse import Purse, SharedPurse
from nlevolve.llm.request import LLM, Interrupted, NotBanked, OverBudget, Place, Rejected, Reply, Request
from nlevolve.llm.room import roomier
from nlevolve.llm.schema_fallback import Forms
from nlevolve.llm.serving import Served, served
from nlevolve.llm.settings import RoleSettings
from nlevolve.llm.thinking import resolved
from nlevolve.llm.traffic import Traffic
from nlevolve.llm.vacancies import Vacancies
from nlevolve.llm.windows import Windows
from nlevolve.records import Event


def _told_nobody() -> None:
    """Nobody needs to know that a provider is waited for."""


def _no_cap(usd: float) -> None:
    """There is no ledger."""


class Stack:
    """An LLM, and a way to say that a conversation came to nothing."""

    def __init__(
        self,
        ask: Ask,
        bank: Bank,
        cards: Mapping[str, ModelCard],
        stopping: asyncio.Event,
        served: Mapping[Place, Served],
        keeping: Keeping = keeping_nothing,
        endpoints: Mapping[str, str] | None = None,
        cap: Callable[[float], None] = _no_cap,
        vacancies: Vacancies | None = None,
        carries_another: Callable[[], bool] = lambda: True,
        ask_early: Ask | None = None,
    ) -> None:
        self._ask = ask
        self._ask_early = ask_early
        self._bank = bank
        self._cards = cards
        self._endpoints = Endpoints(cards, endpoints)
        self._stopping = stopping
        self.keeping = keeping
        """Until a task is answered, keeps of the caps what that will take; see Budget.keeping."""
        self.cap = cap
        """Changes the run's budget, USD; see Ledger.cap."""
        self._vacancies = vacancies
        self._carries_another = carries_another
        self.windows = Windows(cards, served)
        """How long prompts may be, as far as it is known."""

    async def __call__(self, request: Request) -> Reply:
        """The reply, from the sample bank or a provider. Raises NoReply."""
        return await self._answer(request, _told_nobody)

    def telling(self, waits: Callable[[], None]) -> LLM:
        """The same LLM for one asker, who is told (by `waits`, at once) whenever a reply is not in the sample bank."""

        async def ask(request: Request) -> Reply:
            return await self._answer(request, waits)

        return ask

    async def vacancy(self) -> bool:
        """Wait until more could be asked than is; whether what is left of the caps carries another task then."""
        if self._vacancies is not None:
            await self._vacancies.until_short()
        return self._carries_another()

    async def early(self, request: Request) -> Reply:
        """A reply that may be needed, asked for once a place in flight stands free. What is in the bank is not told again.

        Raises NoReply: also where a cap might have to pay for it with what is surely needed, and in a replay.
        """
        if self._bank.replay or self._vacancies is None:
            raise NotBanked("nothing is asked early")
        await self._vacancies.until_free()
        sample = await self._bank.look(self._as_asked(request).key)
        if sample is not None:
            return sample.reply
        if not self._carries_another():
            raise OverBudget("what is left of the caps is for what is surely needed")
        return await self._answer(request, _told_nobody, self._ask_early)

    def lacking(self, owed: Callable[[str], bool]) -> LLM:
        """The same LLM for what a run that is told again still lacks: of all else the bank's reply is given, and nobody told."""

        async def ask(request: Request, waits: Callable[[], None]) -> Reply:
            if owed(request.key):
                return await self._ask(request, waits)
            sample = await self._bank.look(request.key)
            if sample is None:
                raise NotBanked("the sample bank has no reply to it")
            return sample.reply.model_copy(update={"cached": True, "request": request.key})

        async def asked(request: Request) -> Reply:
            return await self._through(ask, request, _told_nobody)

        return asked

    def reject(self, request: Request, why: str) -> None:
        """The reply was of no use in the end: an ordinary rerun asks anew, `--replay` serves it as it was.

        A model that always answers the same is not asked anew.
        """
        card = self._cards.get(request.model)
        if not self._bank.replay and not (card and card.deterministic):
            self._bank.reject(self._as_asked(request).key, why)

    def _as_asked(self, request: Request) -> Request:
        """With what is part of the question though nobody set it: the endpoint, and thinking where it has to be told."""
        request = self._endpoints.addressed(request)
        settings = resolved(request.settings, self._cards.get(request.model))
        return request if settings is request.settings else request.model_copy(update={"settings": settings})

    async def _answer(self, request: Request, waits: Callable[[], None], ask: Ask | None = None) -> Reply:
        if self._stopping.is_set() and not request.label.last:
            raise Interrupted("the run was interrupted")
        return await self._through(ask or self._ask, request, waits)

    async def _through(self, ask: Ask, request: Request, waits: Callable[[], None]) -> Reply:
        request = self._as_asked(request)
        reply = await ask(request, waits)
        more = roomier(request, reply, self._cards.get(request.model))
        if more is None:
            return reply
        try:
            # a call of its own, banked and accounted for as such: a rerun finds both
            return await ask(more, waits)
        except Rejected:
            return reply


@dataclass(kw_only=True)
class OpenStack:
    """`async with OpenStack(…) as stack`: the way to the models of `cards` (see preflight.check_models), put together."""

    emit: Callable[[Event], None]
    cards: Mapping[str, ModelCard]
    cache_dir: Path
    roles: Iterable[RoleSettings] = ()
    """Their servers are asked how much fits into a request and how many they work on at once."""
    replay: bool = False
    endpoints: Mapping[str, str] | None = None
    """Model -> the address that its run had from the environment, where it is told again; None: the environment's."""
    concurrency: int = 8
    """Calls in flight, over all models."""
    patience: float = 0.0
    """Seconds to wait for a server that is away."""
    caps: Caps = field(default_factory=Caps)
    spent: Spent = field(default_factory=Spent)
    """What a resumed run has used of them."""
    purse: Path | None = None
    """File of a budget that several runs share."""
    run: str = ""
    """The run's name, for people."""
    run_id: str = ""
    """Unique to a run and kept by its resumptions."""
    logged: Iterable[str] = ()
    """Request digests of the CallFinished events already in the run's log. With `run_id` they let a resumption account for a
    reply that was paid and banked but not logged when the run was killed. To a set others may be added while it is open."""
    seed: int = 0
    """Of the retries' jitter."""
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    """Once it is set nothing more is sent."""
    pause: Pause | None = None
    """Whether the run is paused; None: it never is."""
    own_process: bool = False
    """See client.Client."""
    live: LLM | None = None
    """Stands in for the client, in tests."""
    means: Means = field(default_factory=Own)
    """Ledger, bank and places in flight, where they are not this run's own."""
    part: str = ""
    """Which part of the run this process carries out, where several do."""
    departed: frozenset[str] | None = None
    """Digests of the requests that left in the session before this one, by its log, where that is whole."""

    async def __aenter__(self) -> Stack:
        told = {} if self.replay or self.live else await served(self.roles, self.cards)
        asker = Asker(
            run=self.run,
            run_id=self.run_id,
            emit=self.emit,
            stopping=self.stopping,
            patience=self.patience,
            part=self.part,
            departed=self.departed,
        )
        await self.means.open(asker, replay=self.replay)
        self._purse = SharedPurse(self.purse, self.run_id, self.run) if self.purse else Purse()
        ledger = self.means.ledger(self.caps, self.spent, self._purse)
        accounts = Accounts(self.emit, self.cards, ledger)
        notice = accounts.notice
        self._bank = self.means.bank(self.cache_dir, notice)
        self._traffic = Traffic(self.emit)
        self._client = Client(self.cards, notice, own_process=self.own_process, traffic=self._traffic, served=told)
        slots = {at: one.slots for at, one in told.items() if one.slots}
        budget = Budget(ledger, self.cards, notice)
        deliver = Delivery(
            self.live or self._client,
            breaker=Breaker(self.emit),
            absences=Absences(self.emit, self.stopping, self.patience),
            pause=self.pause or Pause(self.stopping),
            lanes=self.means.lanes(self.concurrency, slots, self._traffic),
            budget=budget,
            forms=Forms(notice),
            concessions=Concessions(notice),
            emit=self.emit,
            rng=Random(f"{self.seed}/retries"),
            stopping=self.stopping,
        )
        self._alarm = Alarm()
        unheard = self._alarm.ring
        vacancies = Vacancies(self.concurrency, self._traffic)
        logged = self.logged if isinstance(self.logged, set) else set(self.logged)
        self._cached = Cache(led(deliver), self._bank, accounts, unheard, vacancies, run=self.run_id, logged=logged)
        ask, endpoints = metered(self._cached, accounts), self.endpoints
        return Stack(
            ask,
            self._bank,
            self.cards,
            self.stopping,
            told,
            budget.keeping,
            endpoints,
            ledger.cap,
            vacancies,
            ledger.carries_another,
            metered(self._cached, accounts, unsent=False),
        )

    async def __aexit__(self, kind: type[BaseException] | None, raised: BaseException | None, _: object) -> None:
        """Wait a little for what is paid for, unless there was an accident. Raises what a task of ours died of unheard."""
        others = await self._alarm.silence()
        await self._cached.close(LINGER if kind is None else 0.0)
        self._traffic.close()
        await self._bank.close()
        await self._client.close()
        await self.means.close()
        self._purse.close()
        self._alarm.told(raised, others)
