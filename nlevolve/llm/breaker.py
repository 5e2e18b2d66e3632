"""A model that cannot go on is not asked again in this run: its key is refused, its credit is gone, nothing gets through."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from nlevolve.llm.request import LLM, CallFailed, Interrupted, NotBanked, OverBudget, Refused, Reply, Request, TooLong, Unusable
from nlevolve.llm.retries import LONGEST_IN_ALL
from nlevolve.records import Event, ModelStopped

IN_A_ROW, LONG_ENOUGH = 10, 60.0
"""Calls that failed for good, one after another, and seconds in which none passed: the provider is down, not unlucky."""


class Stops:
    """The models that were found unusable, and why."""

    def __init__(self, emit: Callable[[Event], None]) -> None:
        self._emit = emit
        self._why: dict[tuple[str, str | None], str] = {}

    def check(self, request: Request) -> None:
        """Raises Unusable when the request's model was stopped."""
        why = self._why.get(request.place)
        if why is not None:
            raise Unusable(why)

    def stop(self, request: Request, why: str) -> None:
        """Nothing more is sent to this model. Said once."""
        if request.place not in self._why:
            self._why[request.place] = why
            self._emit(ModelStopped(model=request.model, why=why))


@dataclass
class _Streak:
    """Since when no call has passed, and how many failed."""

    since: float
    failed: int = 0


def guarded(llm: LLM, stops: Stops) -> LLM:
    """Find out when a model cannot go on."""
    streaks: dict[tuple[str, str | None], _Streak] = {}

    async def ask(request: Request) -> Reply:
        stops.check(request)
        clock = asyncio.get_running_loop().time
        streak = streaks.setdefault(request.place, _Streak(clock()))
        try:
            reply = await llm(request)
        except (OverBudget, Interrupted, NotBanked, TooLong, Refused):
            raise
        except CallFailed as error:
            streak.failed += 1
            if isinstance(error, Unusable):
                stops.stop(request, str(error))
            elif (error.retry_after or 0.0) > LONGEST_IN_ALL:
                stops.stop(request, f"it asks us to wait for {error.retry_after or 0.0:.0f} s: {error}")
            elif streak.failed >= IN_A_ROW and clock() - streak.since >= LONG_ENOUGH:
                stops.stop(request, f"nothing passed for {clock() - streak.since:.0f} s, the last call failed with: {error}")
            raise
        streaks[request.place] = _Streak(clock())
        return reply

    return ask


def unless_stopped(llm: LLM, stops: Stops) -> LLM:
    """Send nothing to a model that was stopped while the request waited for its turn."""

    async def ask(request: Request) -> Reply:
        stops.check(request)
        return await llm(request)

    return ask
