"""A model that cannot go on is not asked again in this run: its key is refused, its credit is gone, nothing gets through."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from nlevolve.llm.request import (
    Abandoned,
    Away,
    CallFailed,
    Doubtful,
    FewerTokens,
    Filtered,
    Place,
    Rejected,
    Request,
    TooLong,
    Unusable,
)
from nlevolve.llm.retries import LONGEST_IN_ALL
from nlevolve.records import Event, ModelStopped

IN_A_ROW, LONG_ENOUGH = 10, 60.0
"""Calls that failed for good, one after another, and seconds in which none passed: the provider is down, not unlucky.

Both are asked for: ten calls in flight fail in one moment when a connection is lost, and a minute without a reply is usual
for a thinking model.
"""
REPEATED = 3
"""Doubtful verdicts without a reply between, or equal refusals before the first reply: of the model, not of the request."""
NO_CREDIT = 402


@dataclass
class _Streak:
    """Since when no call has passed, and what failed since."""

    since: float
    passed: bool = False
    """Whether any call has ever passed."""
    failed: int = 0
    doubts: int = 0
    refusals: Counter[str] = field(default_factory=Counter)


class Breaker:
    """Learns from how calls end which models can't go on, and lets nothing more out to them."""

    def __init__(self, emit: Callable[[Event], None]) -> None:
        self._emit = emit
        self._stops: dict[Place, Unusable] = {}
        self._streaks: dict[Place, _Streak] = {}

    def check(self, request: Request) -> None:
        """Raises Unusable when the request's model was stopped."""
        stop = self._stops.get(request.place)
        if stop is not None:
            raise _unusable(str(stop), lasting=stop.lasting, remedy=stop.remedy)

    @contextmanager
    def watching(self, request: Request) -> Iterator[None]:
        """Judge a model by how a call to it ends, all its tries together. Raises Unusable when it was stopped, or is now."""
        self.check(request)
        clock = asyncio.get_running_loop().time
        self._streaks.setdefault(request.place, _Streak(clock()))
        try:
            yield
        except Unusable as error:
            self._stop(request, error)
            raise
        except (Abandoned, TooLong, Filtered):
            raise  # this says something of the call and nothing of the model
        except CallFailed as error:
            if (isinstance(error, FewerTokens) and error.by_prompt) or (isinstance(error, Rejected) and request.images):
                raise  # so does this; and what is refused with pictures may pass without
            # of the streak as it is by now: a call that passed meanwhile has begun a new one
            stop = _verdict(self._streaks[request.place], error, clock())
            if stop is not None:
                self._stop(request, stop)
            if stop is not None and isinstance(error, Doubtful | Rejected | Away):
                raise stop from error  # what was said of this call holds for the model
            raise
        self._streaks[request.place] = _Streak(clock(), passed=True)

    def _stop(self, request: Request, why: Unusable) -> None:
        """Nothing more is sent to this model. Said once."""
        if request.place not in self._stops:
            self._stops[request.place] = why
            self._emit(ModelStopped(model=request.model, why=str(why)))


def _verdict(streak: _Streak, error: CallFailed, now: float) -> Unusable | None:
    """Why the model is to be stopped after this failure, if it is."""
    streak.failed += 1
    silent = now - streak.since
    if (error.retry_after or 0.0) > LONGEST_IN_ALL:
        return _unusable(f"it asks us to wait for {error.retry_after or 0.0:.0f} s: {error}")
    if isinstance(error, Away):
        return _unusable(str(error))
    if isinstance(error, Doubtful) or error.status == NO_CREDIT:
        streak.doubts += 1
        if streak.passed:  # then nothing in the settings is wrong
            return _unusable(str(error)) if streak.doubts >= REPEATED else None
        return _unusable(str(error), lasting=isinstance(error, Doubtful) and error.lasting, remedy=error.remedy)
    if isinstance(error, Rejected) and not streak.passed:
        same = re.sub(r"\d+", "", str(error))
        streak.refusals[same] += 1
        if streak.refusals[same] >= REPEATED:
            return _unusable(f"{error} (said {REPEATED} times, and nothing passed)", lasting=True)
    if streak.failed >= IN_A_ROW and silent >= LONG_ENOUGH:
        return _unusable(f"nothing passed for {silent:.0f} s, the last call failed with: {error}")
    return None


def _unusable(why: str, *, lasting: bool = False, remedy: str = "") -> Unusable:
    stop = Unusable(why)
    stop.lasting, stop.remedy = lasting, remedy
    return stop
