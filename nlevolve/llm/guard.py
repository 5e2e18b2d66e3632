"""A model that cannot go on is not asked again in this run: its key is refused, its credit is gone, nothing gets through."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from nlevolve.llm.request import LLM, CallFailed, Interrupted, NotBanked, OverBudget, Refused, Reply, Request, TooLong, Unusable
from nlevolve.records import Event, ModelStopped

IN_A_ROW = 10
"""Calls that failed for good, one after another with none between that passed: the provider is down, not unlucky."""


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


def guarded(llm: LLM, stops: Stops) -> LLM:
    """Find out when a model cannot go on."""
    failed: Counter[tuple[str, str | None]] = Counter()

    async def ask(request: Request) -> Reply:
        stops.check(request)
        try:
            reply = await llm(request)
        except (OverBudget, Interrupted, NotBanked, TooLong, Refused):
            raise
        except CallFailed as error:
            failed[request.place] += 1
            if isinstance(error, Unusable):
                stops.stop(request, str(error))
            elif failed[request.place] >= IN_A_ROW:
                stops.stop(request, f"{IN_A_ROW} calls in a row failed, the last with: {error}")
            raise
        failed[request.place] = 0
        return reply

    return ask


def unless_stopped(llm: LLM, stops: Stops) -> LLM:
    """Send nothing to a model that was stopped while the request waited for its turn."""

    async def ask(request: Request) -> Reply:
        stops.check(request)
        return await llm(request)

    return ask
