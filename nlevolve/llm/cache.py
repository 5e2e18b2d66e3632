"""The cache: equal requests share one call, and what came back once is served from the sample bank."""

from __future__ import annotations

import asyncio
import copy
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Protocol

from nlevolve.llm.bank import Bank, Row
from nlevolve.llm.request import LLM, Abandoned, CallFailed, NotBanked, Reply, Request, leaving

LINGER = 20.0
"""Seconds to wait, at the end of a run, for calls that nobody waits for any more but that are paid for."""
QUIETLY = 1.0
"""Seconds of waiting that need not be explained."""


class Books(Protocol):
    """The accounts, as far as the cache has to do with them."""

    def account(self, request: Request, outcome: Reply | CallFailed) -> None:
        """A call is over that nobody waits for."""

    def recall(self, request: Request, reply: Reply) -> None:
        """An earlier process of this run paid for this, and did not live to log it."""

    def repeatable(self, request: Request) -> bool:
        """Whether the same reply can be had again for nothing."""

    def notice(self, text: str) -> None:
        """Something people should know."""


@dataclass
class Flight:
    """One call under way, for all who asked the same."""

    request: Request
    askers: int = 0
    in_air: bool = False
    """Whether the provider has it just now: it may be paid for, whether or not we wait for it."""
    sent: int = 0
    """How often it was sent."""
    abandoned: bool = False
    accounted: bool = False
    task: asyncio.Task[Reply] = field(init=False)


_aboard: ContextVar[Flight | None] = ContextVar("_aboard", default=None)


class Cache:
    """Serve from the bank, share equal requests that are in flight, keep what comes back.

    `run` is this run's id and `logged` the keys whose payment is in its log. A row that this very run paid for without
    having logged it is handed out as paid (`cached` False), once, so that accounts are right after a kill.

    A call that nobody waits for any more is given up, unless the provider has it already: then its reply is paid for, so
    it is kept, and accounted for in `books`. Replies that can be had again at any time are not worth that.
    """

    def __init__(self, llm: LLM, bank: Bank, books: Books, *, run: str, logged: set[str]) -> None:
        self._llm = llm
        self._bank = bank
        self._books = books
        self._run = run
        self._logged = logged
        self._flights: dict[str, Flight] = {}

    async def __call__(self, request: Request) -> Reply:
        key = request.key
        while (row := self._bank.get(key)) is None or not (self._bank.replay or self._stands(row, key)):
            if self._bank.replay:
                raise NotBanked(f"the sample bank has no reply to this {request.label.purpose} request ({key[:12]})")
            leaving.get()()
            flight = self._flights.get(key) or self._take_off(request)
            if await self._landed(flight):
                return self._share(flight)
        return self._served(row, request)

    def _served(self, row: Row, request: Request) -> Reply:
        owed = bool(self._run) and row.run == self._run and request.key not in self._logged
        self._logged.add(request.key)
        if owed:
            self._books.recall(request, row.reply)
        return row.reply.model_copy(update={"cached": not owed})

    async def close(self, linger: float = LINGER) -> None:
        """Wait a little for what is paid for, then give up the rest."""
        under_way = {flight.task for flight in self._flights.values()}
        late = under_way and (await asyncio.wait(under_way, timeout=min(QUIETLY, linger)))[1]
        if late and linger > QUIETLY:
            self._books.notice(f"waiting up to {linger:.0f} s for {len(late)} calls that the provider is still working on")
            late = (await asyncio.wait(late, timeout=linger - QUIETLY))[1]
        for task in late:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)

    def _stands(self, row: Row, key: str) -> bool:
        """Whether the reply is good enough: one of no use is asked for anew, but not within the run that found it so."""
        return not row.rejected or key in self._logged or (bool(self._run) and row.run == self._run)

    def _take_off(self, request: Request) -> Flight:
        flight = self._flights[request.key] = Flight(request)
        flight.task = asyncio.create_task(self._fly(flight))
        flight.task.add_done_callback(lambda task: task.cancelled() or task.exception())  # it may be that nobody asks
        return flight

    async def _fly(self, flight: Flight) -> Reply:
        _aboard.set(flight)
        request = flight.request
        try:
            reply = await self._llm(request)
            self._logged.add(request.key)
            standing = (await self._bank.put(request.key, Row(model=request.model, run=self._run, reply=reply))).reply
            reply = reply.model_copy(update={"text": standing.text, "finish": standing.finish, "reasoning": standing.reasoning})
            self._account(flight, reply)
            return reply
        except CallFailed as error:
            self._account(flight, error)
            raise
        except asyncio.CancelledError:
            given_up = Abandoned("nobody waits for it any more")
            given_up.tries = 0 if self._books.repeatable(request) else flight.sent
            self._account(flight, given_up)
            raise
        finally:
            del self._flights[request.key]

    def _account(self, flight: Flight, outcome: Reply | CallFailed) -> None:
        """Report what nobody waits for; those who wait report what they get."""
        if not flight.askers and not (isinstance(outcome, CallFailed) and not outcome.tries):
            self._books.account(flight.request, outcome)

    async def _landed(self, flight: Flight) -> bool:
        """Wait for a flight; False when it was given up, to be flown again."""
        flight.askers += 1
        try:
            await asyncio.wait([flight.task])
        except asyncio.CancelledError:
            self._leave(flight)
            raise
        return not flight.task.cancelled()

    def _leave(self, flight: Flight) -> None:
        flight.askers -= 1
        if flight.askers:
            return
        if flight.task.done():
            # it landed in the moment in which its last asker was called away
            if not flight.accounted and not flight.task.cancelled():
                error = flight.task.exception()
                self._account(flight, error if isinstance(error, CallFailed) else flight.task.result())
        elif flight.in_air and not self._books.repeatable(flight.request):
            flight.abandoned = True
        else:
            flight.task.cancel()

    def _share(self, flight: Flight) -> Reply:
        """What a flight brought: the first to take it pays for it."""
        first, flight.accounted = not flight.accounted, True
        error = flight.task.exception()
        if error is None:
            reply = flight.task.result()
            return reply if first else reply.model_copy(update={"cached": True})
        if first or not isinstance(error, CallFailed):
            raise error
        shared = copy.copy(error)
        shared.tries = 0
        raise shared


def airborne(llm: LLM) -> LLM:
    """Note when the provider has a call, and count its tries; send nothing more for one that was abandoned."""

    async def ask(request: Request) -> Reply:
        flight = _aboard.get()
        if flight is None:
            return await llm(request)
        if flight.abandoned:
            raise Abandoned("nobody waits for it any more")
        flight.in_air = True
        flight.sent += 1
        try:
            reply = await llm(request)
        except CallFailed as error:
            flight.in_air = False
            error.tries = 1
            raise
        flight.in_air = False  # but not when cancelled: then the provider still has it
        return reply

    return ask
