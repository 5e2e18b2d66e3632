"""The cache: equal requests share one call, and what came back once is served from the sample bank."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Callable
from dataclasses import dataclass, field

from nlevolve.llm.accounts import Accounts
from nlevolve.llm.bank import Bank, Sample
from nlevolve.llm.call import Call, Deliver
from nlevolve.llm.request import Abandoned, NoReply, NotBanked, Reply, Request
from nlevolve.llm.vacancies import Vacancies

LINGER = 20.0
"""Seconds to wait, at the end of a run, for calls that nobody waits for any more but that are paid for.

Long enough for most replies of models that don't think, short enough for whoever looks at a run that has its answers.
"""
QUIETLY = 1.0
"""Seconds of waiting that need not be explained."""


@dataclass
class _Flight:
    """A call, and the task that delivers it."""

    call: Call
    accounted: bool = False
    task: asyncio.Task[Reply] = field(init=False)


def _which(request: Request) -> str:
    """Which call it is, for people who look for it."""
    asked = request.label
    of = "" if asked.birth is None else f" of birth {asked.birth}"
    on = "" if asked.target is None else f" on {'pair' if asked.purpose == 'check' else 'test input'} {asked.target + 1}"
    return f"task {asked.task}, {'the repair of ' if asked.repair else ''}the {asked.purpose}{of}{on}, request {request.key[:12]}"


class Cache:
    """Serve from the bank, share equal requests that are under way, keep what comes back.

    `run` is this run's id and `logged` the keys whose payment is in its log. A sample that this very run paid for without
    having logged it is handed out as paid (`cached` False), once, so that accounts are right after a kill.

    A call that nobody waits for any more is given up, unless the provider has it already: then its reply is paid for, so
    it is kept, and accounted for. Replies that can be had again at any time are not worth that.
    """

    def __init__(
        self,
        deliver: Deliver,
        bank: Bank,
        accounts: Accounts,
        unheard: Callable[[BaseException], None],
        vacancies: Vacancies,
        *,
        run: str,
        logged: set[str],
    ) -> None:
        """`unheard` is called with what a call died of, other than a failure, when nobody waits for it any more."""
        self._unheard = unheard
        self._vacancies = vacancies
        self._deliver = deliver
        self._bank = bank
        self._accounts = accounts
        self._run = run
        self._logged = logged
        self._flights: dict[str, _Flight] = {}

    async def __call__(self, request: Request, waits: Callable[[], None]) -> Reply:
        """The reply. `waits` is called when it is not in the bank: whoever asked is about to wait for a provider."""
        key = request.key
        while (sample := await self._to_serve(key)) is None:
            if self._bank.replay:
                raise NotBanked(_which(request))
            waits()
            flight = self._flights.get(key) or self._take_off(request)
            if await self._landed(flight):
                return self._share(flight)
        return self._served(sample, request)

    async def _to_serve(self, key: str) -> Sample | None:
        """What the bank has for it, unless it is to be asked for anew. A reply that is just coming in belongs to who asked first:
        served to others before him it would look like one that another run had bought."""
        sample = None if key in self._flights else await self._bank.look(key)
        if key in self._flights:  # somebody has begun to buy it while we looked
            return None
        return sample if sample is not None and (self._bank.replay or self._stands(sample, key)) else None

    def _served(self, sample: Sample, request: Request) -> Reply:
        owed = bool(self._run) and sample.run == self._run and request.key not in self._logged
        self._logged.add(request.key)
        if owed:
            self._accounts.recall(request, sample.reply)
        return sample.reply.model_copy(update={"cached": not owed})

    async def close(self, linger: float = LINGER) -> None:
        """Wait a little for what is paid for, then give up the rest."""
        under_way = {flight.task for flight in self._flights.values()}
        late = under_way and (await asyncio.wait(under_way, timeout=min(QUIETLY, linger)))[1]
        if late and linger > QUIETLY:
            calls = f"{len(late)} call{'' if len(late) == 1 else 's'}"
            self._accounts.notice(f"waiting up to {linger:.0f} s for {calls} that the provider is still working on")
            late = (await asyncio.wait(late, timeout=linger - QUIETLY))[1]
        for task in late:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)

    def _stands(self, sample: Sample, key: str) -> bool:
        """Whether the reply is good enough: one of no use is asked for anew, but not within the run that found it so."""
        return not sample.rejected or key in self._logged or (bool(self._run) and sample.run == self._run)

    def _take_off(self, request: Request) -> _Flight:
        flight = self._flights[request.key] = _Flight(Call(request))
        # a task of its own: whoever asked first may be called away while others wait for the same
        self._vacancies.take()
        flight.task = asyncio.create_task(self._fly(flight))
        flight.task.add_done_callback(lambda task: self._over(flight, task))
        return flight

    def _over(self, flight: _Flight, task: asyncio.Task[Reply]) -> None:
        self._vacancies.give_back()
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, NoReply) and not flight.call.askers:
            self._unheard(error)

    async def _fly(self, flight: _Flight) -> Reply:
        call, request = flight.call, flight.call.request
        try:
            bought = await self._bank.claim(request)
            if bought is not None and self._stands(bought, request.key):
                self._bank.release(request.key)
                reply = self._served(bought, request)
                self._account(call, reply)
                return reply
            reply = (await self._deliver(call)).model_copy(update={"tries": call.tries})
            self._logged.add(request.key)
            kept = await self._bank.put(request.key, Sample(model=request.model, run=self._run, reply=reply))
            standing = kept.reply
            reply = reply.model_copy(update={"text": standing.text, "finish": standing.finish, "reasoning": standing.reasoning})
            self._account(call, reply)
            return reply
        except NoReply as error:
            self._bank.release(request.key)
            error.tries, error.logged = call.tries, call.logged
            self._account(call, error)
            raise
        except asyncio.CancelledError:
            self._bank.release(request.key)
            # its reply may be on its way into the bank: whoever asks again has what this run bought, and no other one's
            self._logged.discard(request.key)
            given_up = Abandoned("nobody waits for it any more")
            if not self._accounts.repeatable(request):
                given_up.tries = call.tries
                given_up.unknown_usd = call.hold.most_usd if call.hold else 0.0
                given_up.unknown_tokens = call.hold.most_tokens if call.hold else 0
            self._account(call, given_up)
            raise
        finally:
            if not call.askers:
                self._forget(flight)

    def _forget(self, flight: _Flight) -> None:
        """Nobody joins it any more: its first asker has what it brought, or it came to nothing."""
        if self._flights.get(flight.call.request.key) is flight:
            del self._flights[flight.call.request.key]

    def _account(self, call: Call, outcome: Reply | NoReply) -> None:
        """Report what nobody waits for; those who wait report what they get."""
        # what the log says has left has an end there too: else it would be in flight for whoever looks
        if not call.askers and not (isinstance(outcome, NoReply) and not outcome.tries and not call.logged):
            self._accounts.account(call.request, outcome)

    async def _landed(self, flight: _Flight) -> bool:
        """Wait for a flight; False when it was given up, to be flown again."""
        flight.call.askers += 1
        try:
            await asyncio.wait([flight.task])
        except asyncio.CancelledError:
            self._leave(flight)
            raise
        if flight.task.cancelled():
            self._forget(flight)
        return not flight.task.cancelled()

    def _leave(self, flight: _Flight) -> None:
        call = flight.call
        call.askers -= 1
        if call.askers:
            return
        if flight.task.done():
            # it landed in the moment in which its last asker was called away
            self._forget(flight)
            error = None if flight.task.cancelled() else flight.task.exception()
            if error is not None and not isinstance(error, NoReply):
                self._unheard(error)
            elif not flight.accounted and not flight.task.cancelled():
                self._account(call, error or flight.task.result())
        elif not call.in_the_air or self._accounts.repeatable(call.request):
            flight.task.cancel()

    def _share(self, flight: _Flight) -> Reply:
        """What a flight brought: the first to take it pays for it."""
        first, flight.accounted = not flight.accounted, True
        self._forget(flight)
        error = flight.task.exception()
        if error is None:
            reply = flight.task.result()
            return reply if first else reply.model_copy(update={"cached": True})
        if first or not isinstance(error, NoReply):
            raise error
        shared = copy.copy(error)
        shared.tries, shared.logged, shared.unknown_usd, shared.unknown_tokens = 0, False, 0.0, 0
        raise shared
