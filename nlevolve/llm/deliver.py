"""The one loop around a call: tries, each with a place in flight and a reservation, until there is a reply or no hope of one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from random import Random
from typing import Any

from nlevolve.llm.absence import Absences
from nlevolve.llm.breaker import Breaker
from nlevolve.llm.budget import Budget, may_be_billed
from nlevolve.llm.call import Call
from nlevolve.llm.concessions import Concessions
from nlevolve.llm.departure import departing
from nlevolve.llm.ledger import Hold
from nlevolve.llm.pausing import Held, Pause
from nlevolve.llm.places import Places, Taken
from nlevolve.llm.request import LLM, Abandoned, Away, CallFailed, Doubtful, Interrupted, NoReply, Rejected, Reply, Request
from nlevolve.llm.retries import fails_alike, wait_before_another
from nlevolve.llm.schema_fallback import Forms
from nlevolve.llm.stopping import nap
from nlevolve.records import CallRetried, CallSent, Event


class Delivery:
    """Takes a call to its model and brings back the reply, through what is shared by the calls of a run.

    What a try holds, it holds for the try alone: between tries a call has neither place nor reservation.
    """

    def __init__(
        self,
        llm: LLM,
        *,
        breaker: Breaker,
        absences: Absences,
        pause: Pause,
        lanes: Places,
        budget: Budget,
        forms: Forms,
        concessions: Concessions,
        emit: Callable[[Event], None],
        rng: Random,
        stopping: asyncio.Event,
    ) -> None:
        self._llm = llm
        self._breaker = breaker
        self._absences = absences
        self._pause = pause
        self._lanes = lanes
        self._budget = budget
        self._forms = forms
        self._concessions = concessions
        self._emit = emit
        self._rng = rng
        self._stopping = stopping

    async def __call__(self, call: Call) -> Reply:
        """Send the call until it is answered. Raises NoReply when it is given up."""
        with self._breaker.watching(call.request):
            while True:
                await self._pause.over()
                await self._absences.over(call.request)
                try:
                    return await self._once(call)
                except Held:
                    continue
                except Away as failure:
                    self._absences.gone(call.request, failure)
                    if self._stopping.is_set():
                        raise
                except CallFailed as failure:
                    await self._before_another(call, failure)

    async def _once(self, call: Call) -> Reply:
        """What is done in one place in flight: one try, and others at once while only the form of the reply is refused."""
        async with self._lanes.place(call.request) as place:
            while place.reply is None:
                asked = self._concessions.ask(call, self._forms.ask(call))
                try:
                    place.reply = await self._paid(call, asked, place)
                except (Rejected, Doubtful) as failure:
                    if not self._concessions.granted(call, asked, failure):
                        self._forms.refused(call, failure)
                    if may_be_billed(failure):  # what it may have cost is in the log before the next one leaves
                        self._tell(call, failure, wait=0.0)
                    await place.again()
        self._forms.passed(call)
        self._absences.answered(call.request)
        return place.reply

    async def _paid(self, call: Call, request: Request, place: Taken) -> Reply:
        """One try. Money comes after the place: a place may be waited for long, and money held meanwhile would stop others."""
        self._check(call)
        async with self._budget.reservation(request, call.request.key) as hold:
            self._check(call)
            with departing(place.leaves):
                return await self._send(call, self._budget.capped(request, hold), hold)

    def _check(self, call: Call) -> None:
        """Much may have happened while the call waited for its turn: raises the reason when it must not go out any more."""
        if self._stopping.is_set() and not call.request.label.last:
            raise Interrupted("the run was interrupted")
        self._pause.check()
        if not call.askers:
            raise Abandoned("nobody waits for it any more")
        self._breaker.check(call.request)
        self._absences.check(call.request)

    async def _send(self, call: Call, request: Request, hold: Hold) -> Reply:
        """Let it go. It is in the log before it leaves: what leaves may be billed, whatever becomes of us."""
        label, key = dict(call.request.label), call.request.key
        self._emit(CallSent(**label, model=request.model, request=key, tries=call.tries + 1, **_reserved(hold)))
        call.logged = True
        request = request.model_copy(update={"nudge": call.nudges})
        call.tries += 1
        call.hold, hold.sent = hold, True
        try:
            reply = await self._llm(request)
        except NoReply as failure:
            call.hold = None
            if not failure.left:
                hold.sent = False
                call.tries -= 1
            if may_be_billed(failure):
                failure.unknown_usd, failure.unknown_tokens = hold.lose(), hold.unknown_tokens
            raise
        except BaseException:
            hold.lose()  # given up while the provider works on it
            raise
        self._budget.answered(request, reply)
        self._budget.took(request, reply, hold)
        unknown = {"unknown_usd": hold.unknown_usd, "unknown_tokens": hold.unknown_tokens}
        return reply.model_copy(update=unknown) if any(unknown.values()) else reply

    async def _before_another(self, call: Call, failure: CallFailed) -> None:
        """Wait until the call may go out again. Raises the failure when it may not."""
        if not call.askers or (self._stopping.is_set() and call.request.label.last):
            raise failure
        wait = wait_before_another(call, failure, self._rng)
        if wait is None:
            raise failure
        self._tell(call, failure, wait)
        call.failures += 1
        call.nudges += fails_alike(failure)
        call.waited += wait
        await nap(wait, self._stopping)

    def _tell(self, call: Call, failure: CallFailed, wait: float) -> None:
        """A try failed, and another one follows after so many seconds."""
        label, key = call.request.label, call.request.key
        told: dict[str, Any] = {"why": f"{failure.kind}: {failure}", "wait": wait, "failure": failure.kind}
        told |= {"unknown_usd": failure.unknown_usd, "unknown_tokens": failure.unknown_tokens}
        self._emit(CallRetried(task=label.task, model=call.request.model, request=key, **told))


def _reserved(hold: Hold) -> dict[str, Any]:
    return {"reserved_usd": hold.most_usd, "reserved_tokens": hold.most_tokens if hold.counts else 0}
