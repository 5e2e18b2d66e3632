"""A model that cannot go on is not asked again in this run: its key is refused, its credit is gone, nothing gets through."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from nlevolve.llm.request import LLM, CallFailed, NotBanked, OverBudget, Refused, Reply, Request, TooLong, Unusable
from nlevolve.records import Event, ModelStopped

IN_A_ROW = 10
"""Calls that failed for good, one after another with none between that passed: the provider is down, not unlucky."""


def guarded(llm: LLM, emit: Callable[[Event], None]) -> LLM:
    """Raise Unusable, and send nothing, for a model that was found unusable. Says so once."""
    stopped: dict[tuple[str, str | None], str] = {}
    failed: Counter[tuple[str, str | None]] = Counter()

    async def ask(request: Request) -> Reply:
        place = (request.model, request.settings.base_url)
        if place in stopped:
            raise Unusable(stopped[place])
        try:
            reply = await llm(request)
        except (OverBudget, NotBanked, TooLong, Refused):
            raise
        except CallFailed as error:
            failed[place] += 1
            if isinstance(error, Unusable):
                _stop(place, str(error))
            elif failed[place] >= IN_A_ROW:
                _stop(place, f"{IN_A_ROW} calls in a row failed, the last with: {error}")
            raise
        failed[place] = 0
        return reply

    def _stop(place: tuple[str, str | None], why: str) -> None:
        if place not in stopped:
            stopped[place] = why
            emit(ModelStopped(model=place[0], why=why))

    return ask
