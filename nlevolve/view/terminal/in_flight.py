"""Calls and births on their way: what is in flight, how many calls a second, what was sent again, which limits hold."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from nlevolve.llm.limits import FIRST_IN_FLIGHT
from nlevolve.records import Birth, CallFinished, CallRetried, CallSent, LimitChanged, ReplyUnread, Role

RATE_WINDOW = 10
"""Seconds over which calls a second are averaged."""
RECENT = 20
"""Replies of a model from which its tokens a second are taken."""
PULSE = 60
"""Seconds of the pulse, the calls of each of the last seconds."""


@dataclass(slots=True)
class Coming:
    """A birth on its way."""

    birth: Birth
    since: datetime
    """When what is being done with it began."""
    written: bool = False
    """Its description is there and is being checked."""
    repairing: bool = False
    """What was written could not be read, and is asked for once more."""
    back: set[int] = field(default_factory=set)
    """Training pairs whose checks have come back."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Calls of one role and model that are with a provider."""

    role: Role
    model: str
    calls: int
    longest: float
    """Seconds that the oldest of them has been away."""


@dataclass(slots=True)
class InFlight:
    """Told of calls and births by `Summary`."""

    retried: Counter[str] = field(default_factory=Counter)
    """Why calls were sent again (rate_limit, timeout, …) -> how often."""
    limits: dict[str, int] = field(default_factory=dict)
    """Model -> calls it may have in flight, where that has changed."""
    throttled: set[str] = field(default_factory=set)
    """Models whose limit was last changed downwards."""
    _told: bool = False
    """This session's log has said that a call was sent: before version 0.2 logs did not."""
    _replied: bool = False
    """A provider has replied, or failed to, in this session."""
    _sent: dict[str, dict[str, CallSent]] = field(default_factory=dict)
    """Task -> digest -> its requests that are with a provider: equal ones are one call, and its tries follow each other."""
    _speeds: dict[str, deque[tuple[int, float]]] = field(default_factory=dict)
    """Model -> (completion tokens, seconds) of its last replies."""
    _coming: dict[str, dict[int, Coming]] = field(default_factory=dict)
    _pulse: deque[tuple[int, int]] = field(default_factory=lambda: deque(maxlen=PULSE))
    """(second, calls that ended in it), oldest first."""
    _backing_off: deque[float] = field(default_factory=lambda: deque(maxlen=1000))

    @property
    def in_flight(self) -> int | None:
        """How many calls are with a provider; None where the log does not say when calls are sent."""
        return None if self._replied and not self._told else sum(map(len, self._sent.values()))

    def sent(self, call: CallSent) -> None:
        self._told = True
        self._sent.setdefault(call.task, {})[call.request] = call
        coming = self._writing(call)
        if coming is not None and call.tries == 1:
            coming.written, coming.repairing, coming.since = False, call.repair, call.at

    def ended(self, call: CallFinished) -> None:
        """A call is over. One that the cache answered was never sent."""
        if call.source != "cache":
            self._replied = True
            self._landed(call.task, call.request)
            self._clock(call)
            self._beat(int(call.at.timestamp()))
        coming = self._coming.get(call.task, {}).get(call.birth) if call.birth is not None else None
        if coming is None:
            return
        if call.purpose == "check" and call.target is not None:
            coming.back.add(call.target)
        elif call.source != "failed":
            # a description has come, so its pairs are asked about next
            coming.written, coming.repairing, coming.since = True, False, call.at

    def unread(self, reply: ReplyUnread) -> None:
        """A reply came to nothing: a repair is asked for, or it was one."""
        coming = self._writing(reply)
        if coming is not None:
            coming.written, coming.repairing, coming.since = False, not reply.repair, reply.at
        elif reply.birth is not None and reply.target is not None and (its := self._coming.get(reply.task, {}).get(reply.birth)):
            its.back.discard(reply.target)

    def again(self, retry: CallRetried) -> None:
        self._landed(retry.task, retry.request)
        self.retried[retry.failure] += 1
        self._backing_off.append(retry.at.timestamp() + retry.wait)

    def planned(self, task: str, birth: Birth, at: datetime) -> None:
        self._coming.setdefault(task, {})[birth.index] = Coming(birth, at)

    def arrived(self, task: str, birth: int) -> None:
        """A birth was checked, or gave no description."""
        self._coming.get(task, {}).pop(birth, None)

    def answered(self, task: str) -> None:
        """Nothing more comes for the task."""
        self._coming.pop(task, None)
        self._sent.pop(task, None)

    def hushed(self) -> None:
        """A session has begun or ended: nothing is on its way."""
        self._coming.clear()
        self._sent.clear()
        self._told = self._replied = False

    def limit(self, change: LimitChanged) -> None:
        lowered = change.in_flight < self.limits.get(change.model, FIRST_IN_FLIGHT)
        (self.throttled.add if lowered else self.throttled.discard)(change.model)
        self.limits[change.model] = change.in_flight

    def coming(self, task: str) -> list[Coming]:
        """Births of the task that are being written or checked, in their order."""
        return [coming for _, coming in sorted(self._coming.get(task, {}).items())]

    def waiting(self, now: datetime) -> list[Waiting]:
        """What is with a provider, by role and model, the longest away first."""
        found: dict[tuple[Role, str], list[float]] = {}
        for call in [one for calls in list(self._sent.values()) for one in list(calls.values())]:
            found.setdefault((call.role, call.model), []).append((now - call.at).total_seconds())
        told = [Waiting(role, model, len(ages), max(ages)) for (role, model), ages in found.items()]
        return sorted(told, key=lambda one: -one.longest)

    def at_most(self, timeouts: Mapping[str, float], now: datetime) -> float | None:
        """Seconds after which all that is with a provider has come back or timed out; None where that is not known.

        `timeouts`: role -> seconds for one try.
        """
        calls = [one for calls in list(self._sent.values()) for one in list(calls.values())]
        if not calls or any(call.role not in timeouts for call in calls):
            return None
        return max(0.0, *(timeouts[call.role] - (now - call.at).total_seconds() for call in calls))

    def speed(self, model: str) -> float | None:
        """Tokens a second of the model's last replies; None before there are any."""
        told = self._speeds.get(model)
        return sum(tokens for tokens, _ in told) / sum(seconds for _, seconds in told) if told else None

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

    def _landed(self, task: str, request: str) -> None:
        """A try is over; one that failed before it was sent is not there, and changes nothing."""
        self._sent.get(task, {}).pop(request, None)

    def _writing(self, event: CallSent | ReplyUnread) -> Coming | None:
        """The birth whose description it is about."""
        if event.birth is None or event.purpose in ("check", "follow"):
            return None
        return self._coming.get(event.task, {}).get(event.birth)

    def _clock(self, call: CallFinished) -> None:
        if call.source == "provider" and call.usage.completion and call.seconds > 0:
            kept = self._speeds.setdefault(call.model, deque(maxlen=RECENT))
            kept.append((call.usage.completion, call.seconds))

    def _beat(self, second: int) -> None:
        if self._pulse and self._pulse[-1][0] == second:
            self._pulse[-1] = (second, self._pulse[-1][1] + 1)
        else:
            self._pulse.append((second, 1))
