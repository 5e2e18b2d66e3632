"""A model that cannot go on is not asked again in this run: its key is refused, its credit is gone, nothing gets through."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from nlevolve.llm.request import Abandoned, CallFailed, Place, Refused, Request, TooLong, Unusable
from nlevolve.llm.retries import LONGEST_IN_ALL
from nlevolve.records import Event, ModelStopped

IN_A_ROW, LONG_ENOUGH = 10, 60.0
"""Calls that failed for good, one after another, and seconds in which none passed: the provider is down, not unlucky.

Both are asked for: ten calls in flight fail in one moment when a connection is lost, and a minute without a reply is usual
for a thinking model.
"""


@dataclass
class _Streak:
    """Since when no call has passed, and how many failed."""

    since: float
    failed: int = 0


class Breaker:
    """Learns from how calls end which models can't go on, and lets nothing more out to them."""

    def __init__(self, emit: Callable[[Event], None]) -> None:
        self._emit = emit
        self._why: dict[Place, str] = {}
        self._streaks: dict[Place, _Streak] = {}

    def check(self, request: Request) -> None:
        """Raises Unusable when the request's model was stopped."""
        why = self._why.get(request.place)
        if why is not None:
            raise Unusable(why)

    @contextmanager
    def watching(self, request: Request) -> Iterator[None]:
        """Judge a model by how a call to it ends, all its tries together. Raises Unusable when it was stopped before."""
        self.check(request)
        clock = asyncio.get_running_loop().time
        streak = self._streaks.setdefault(request.place, _Streak(clock()))
        try:
            yield
        except Unusable as error:
            self._stop(request, str(error))
            raise
        except (Abandoned, TooLong, Refused):
            raise  # this says something of the call and nothing of the model
        except CallFailed as error:
            streak.failed += 1
            silent = clock() - streak.since
            if (error.retry_after or 0.0) > LONGEST_IN_ALL:
                self._stop(request, f"it asks us to wait for {error.retry_after or 0.0:.0f} s: {error}")
            elif streak.failed >= IN_A_ROW and silent >= LONG_ENOUGH:
                self._stop(request, f"nothing passed for {silent:.0f} s, the last call failed with: {error}")
            raise
        self._streaks[request.place] = _Streak(clock())

    def _stop(self, request: Request, why: str) -> None:
        """Nothing more is sent to this model. Said once."""
        if request.place not in self._why:
            self._why[request.place] = why
            self._emit(ModelStopped(model=request.model, why=why))
