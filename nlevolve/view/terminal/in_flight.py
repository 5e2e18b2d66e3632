"""Calls as they come and go: what is on its way, how many a second, what was sent again, which limits hold."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import datetime

from nlevolve.llm.limits import FIRST_IN_FLIGHT
from nlevolve.records import Birth, CallFinished, CallRetried, LimitChanged

RATE_WINDOW = 10
"""Seconds over which calls a second are averaged."""
PULSE = 60
"""Seconds of the pulse, the calls of each of the last seconds."""


@dataclass(slots=True)
class Coming:
    """A birth on its way."""

    birth: Birth
    calls: int = 1
    """About how many of its calls are still to come."""
    written: bool = False
    """Its description is there and is being checked."""


@dataclass(slots=True)
class Traffic:
    """Told of calls and births by `Summary`. Events say when a call ends, not when it is sent, so `awaited` is an estimate."""

    awaited: int = 0
    """About how many calls are still to come for the births on their way."""
    retried: Counter[str] = field(default_factory=Counter)
    """Why calls were sent again (rate_limit, timeout, …) -> how often."""
    limits: dict[str, int] = field(default_factory=dict)
    """Model -> calls it may have in flight, where that has changed."""
    throttled: set[str] = field(default_factory=set)
    """Models whose limit was last changed downwards."""
    _coming: dict[str, dict[int, Coming]] = field(default_factory=dict)
    _pulse: deque[tuple[int, int]] = field(default_factory=lambda: deque(maxlen=PULSE))
    """(second, calls that ended in it), oldest first."""
    _backing_off: deque[float] = field(default_factory=lambda: deque(maxlen=1000))

    def planned(self, task: str, birth: Birth) -> None:
        self.arrived(task, birth.index)
        self._coming.setdefault(task, {})[birth.index] = Coming(birth)
        self.awaited += 1

    def ended(self, call: CallFinished, pairs: int) -> None:
        """A call is over; `pairs` is how many training pairs its task has."""
        if call.source != "cache":
            self._beat(int(call.at.timestamp()))
        coming = self._coming.get(call.task, {}).get(call.birth) if call.birth is not None else None
        if coming is None:
            return
        before = coming.calls
        if call.purpose == "check":
            coming.calls = max(0, before - 1)
        elif call.source != "failed":
            # a description has come, so its pairs are asked about next
            coming.calls, coming.written = pairs, True
        self.awaited += coming.calls - before

    def arrived(self, task: str, birth: int) -> None:
        """A birth was checked, or gave no description."""
        coming = self._coming.get(task, {}).pop(birth, None)
        self.awaited -= coming.calls if coming else 0

    def answered(self, task: str) -> None:
        """Nothing more comes for the task."""
        self.awaited -= sum(coming.calls for coming in self._coming.pop(task, {}).values())

    def hushed(self) -> None:
        """A session has begun or ended: nothing is on its way."""
        self._coming.clear()
        self.awaited = 0

    def again(self, retry: CallRetried) -> None:
        self.retried[retry.why.partition(":")[0]] += 1
        self._backing_off.append(retry.at.timestamp() + retry.wait)

    def limit(self, change: LimitChanged) -> None:
        lowered = change.in_flight < self.limits.get(change.model, FIRST_IN_FLIGHT)
        (self.throttled.add if lowered else self.throttled.discard)(change.model)
        self.limits[change.model] = change.in_flight

    def coming(self, task: str) -> list[Coming]:
        """Births of the task that are being written or checked, in their order."""
        return [coming for _, coming in sorted(self._coming.get(task, {}).items())]

    @property
    def rate_limits(self) -> int:
        """How often a provider said 429."""
        return self.retried["rate_limit"]

    def rate(self, now: datetime, window: float = RATE_WINDOW) -> float:
        """Calls a second that reached a provider, over the last `window` seconds."""
        since = now.timestamp() - window
        return sum(calls for second, calls in self._pulse if second >= since) / window

    def pulse(self, now: datetime, seconds: int = PULSE) -> list[int]:
        """Calls in each of the last seconds, oldest first."""
        last, told = int(now.timestamp()), dict(self._pulse)
        return [told.get(last - ago, 0) for ago in range(seconds - 1, -1, -1)]

    def backing_off(self, now: datetime) -> int:
        """How many calls wait to be sent again."""
        return sum(until > now.timestamp() for until in self._backing_off)

    def _beat(self, second: int) -> None:
        if self._pulse and self._pulse[-1][0] == second:
            self._pulse[-1] = (second, self._pulse[-1][1] + 1)
        else:
            self._pulse.append((second, 1))
