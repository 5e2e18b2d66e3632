"""Calls and births on their way: what is in flight, how many calls a second, what was sent again, which limits hold."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from nlevolve.llm.slots import FIRST_IN_FLIGHT
from nlevolve.records import (
    Birth,
    CallFinished,
    CallRetried,
    CallSent,
    LimitChanged,
    ReplyUnread,
    Role,
    ServerAway,
    ServerBack,
    TrafficSeen,
)

RATE_WINDOW = 10
"""Seconds over which calls a second are averaged."""
RECENT = 20
"""Replies of a model from which its tokens a second are taken."""
FRESH = 12.0
"""Seconds for which what was seen of the traffic holds; it is said every five while anything comes."""
PULSE = 60
"""Seconds of the pulse, the calls of each of the last seconds."""


@dataclass(slots=True)
class Coming:
    """A birth on its way."""

    birth: Birth
    since: datetime
    """When what is being done with it began."""
    asked: bool = False
    """Its description was asked for: until then it waits for its turn."""
    written: bool = False
    """Its description is there and is being checked."""
    repairing: bool = False
    """What was written could not be read, and is asked for once more."""
    back: set[int] = field(default_factory=set)
    """Training pairs whose checks have come back."""
    mending: set[int] = field(default_factory=set)
    """Training pairs of which a reply could not be read, and is asked for once more."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Calls of one role and model that are with a provider."""

    role: Role
    model: str
    calls: int
    longest: float
    """Seconds that the oldest of them has been away."""


@dataclass(slots=True)
class Away:
    """A server that nobody is at, and what waits for it."""

    model: str
    address: str
    since: datetime
    until: datetime
    """When it is no longer waited for."""
    held: dict[str, str] = field(default_factory=dict)
    """Digest -> task of the calls that found nobody there and go out again when it is back."""

    def gone(self, now: datetime) -> float:
        """Seconds for which it has been away."""
        return max(0.0, (now - self.since).total_seconds())

    def left(self, now: datetime) -> float:
        """Seconds for which it is waited for yet."""
        return max(0.0, (self.until - now).total_seconds())


@dataclass(slots=True)
class InFlight:
    """Told of calls and births by `Summary`."""

    retried: Counter[str] = field(default_factory=Counter)
    """Why calls were sent again (rate_limit, timeout, …) -> how often."""
    limits: dict[str, int] = field(default_factory=dict)
    """Model -> calls it may have in flight, where that has changed."""
    throttled: set[str] = field(default_factory=set)
    """Models whose limit was last changed downwards."""
    paces: dict[str, float] = field(default_factory=dict)
    """Model -> requests a minute that it seems to allow."""
    lessons: dict[str, str] = field(default_factory=dict)
    """Model -> what was last learned of how much and how fast it may be asked."""
    away: dict[tuple[str, str], Away] = field(default_factory=dict)
    """(model, address) of the servers that are away."""
    small_questions: dict[str, CallSent] = field(default_factory=dict)
    """Digest -> the first try of the small question that a model was asked before the run begins, until it is answered."""
    _traffic: dict[str, TrafficSeen] = field(default_factory=dict)
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
    _backing_off: dict[str, tuple[CallRetried, float]] = field(default_factory=dict)
    """Digest -> a call that is to go out again, and when by the clock. Old logs have no digests."""

    @property
    def tells(self) -> bool:
        """Whether this session's log says when calls are sent, as far as it has come."""
        return self._told

    @property
    def in_flight(self) -> int | None:
        """How many calls are with a provider; None where the log does not say when calls are sent."""
        return None if self._replied and not self._told else sum(map(len, self._sent.values()))

    def sent(self, call: CallSent) -> None:
        self._told = True
        self._on_its_way(call.request)
        self._sent.setdefault(call.task, {})[call.request] = call
        # all that a run asks for its tasks is for a birth, or for the answer to a test
        if call.birth is None and call.target is None and call.tries == 1:
            self.small_questions[call.request] = call
        coming = self._writing(call)
        if coming is not None and call.tries == 1:
            coming.asked, coming.written, coming.repairing, coming.since = True, False, call.repair, call.at

    def ended(self, call: CallFinished) -> None:
        """A call is over. One that the cache answered was never sent."""
        self.small_questions.pop(call.request, None)
        if call.source != "cache":
            self._replied = True
            self._landed(call.task, call.request)
            self._clock(call)
            self._beat(int(call.at.timestamp()))
        coming = self._coming.get(call.task, {}).get(call.birth) if call.birth is not None else None
        if coming is None:
            return
        if call.finish == "abandoned":
            # its task needs no more births
            self.arrived(call.task, coming.birth.index)
        elif call.purpose == "check" and call.target is not None:
            coming.back.add(call.target)
            coming.mending.discard(call.target)
        elif call.source != "failed":
            # a description has come, so its pairs are asked about next
            coming.asked, coming.written, coming.repairing, coming.since = True, True, False, call.at

    def unread(self, reply: ReplyUnread) -> None:
        """A reply came to nothing: a repair is asked for, or it was one."""
        coming = self._writing(reply)
        if coming is not None:
            coming.written, coming.repairing, coming.since = False, not reply.repair, reply.at
        elif reply.birth is not None and reply.target is not None and (its := self._coming.get(reply.task, {}).get(reply.birth)):
            its.back.discard(reply.target)
            if not reply.repair:
                its.mending.add(reply.target)

    def again(self, retry: CallRetried) -> None:
        self._landed(retry.task, retry.request)
        self.retried[retry.failure] += 1
        self._backing_off[retry.request or f"#{self.retried.total()}"] = retry, retry.at.timestamp() + retry.wait

    def planned(self, task: str, birth: Birth, at: datetime) -> None:
        self._coming.setdefault(task, {})[birth.index] = Coming(birth, at)

    def arrived(self, task: str, birth: int) -> None:
        """A birth was checked, or gave no description."""
        self._coming.get(task, {}).pop(birth, None)

    def answered(self, task: str) -> None:
        """Nothing more comes for the task."""
        self._coming.pop(task, None)
        self._sent.pop(task, None)
        self._backing_off = {key: it for key, it in self._backing_off.items() if it[0].task != task}
        for away in self.away.values():
            away.held = {request: its for request, its in away.held.items() if its != task}

    def hushed(self) -> None:
        """A session has begun or ended: nothing is on its way."""
        self._coming.clear()
        self._sent.clear()
        self._backing_off.clear()
        self.away.clear()
        self._traffic.clear()
        self.small_questions.clear()
        self._told = self._replied = False

    def limit(self, change: LimitChanged) -> None:
        lowered = change.in_flight < self.limits.get(change.model, FIRST_IN_FLIGHT)
        (self.throttled.add if lowered else self.throttled.discard)(change.model)
        self.limits[change.model] = change.in_flight
        self.lessons[change.model] = change.why
        if change.per_minute is not None:
            self.paces[change.model] = change.per_minute
        else:
            self.paces.pop(change.model, None)

    def seen(self, traffic: TrafficSeen) -> None:
        self._traffic[traffic.model] = traffic

    def gone(self, event: ServerAway) -> None:
        """Nobody is there: what was sent to it has found nobody, or soon will, and waits for it."""
        until = event.at + timedelta(seconds=event.patience)
        its = Away(event.model, event.address, event.at, until)
        for task, calls in self._sent.items():
            found = [key for key, call in calls.items() if call.model == event.model]
            its.held |= dict.fromkeys(found, task)
            for key in found:
                del calls[key]
        self.away[event.model, event.address] = its

    def back(self, event: ServerBack) -> None:
        self.away.pop((event.model, event.address), None)

    def absent(self, model: str) -> bool:
        """Whether a server of the model is away."""
        return any(away.model == model for away in self.away.values())

    def coming(self, task: str) -> list[Coming]:
        """Births of the task that are being written or checked, in their order."""
        return [coming for _, coming in sorted(self._coming.get(task, {}).items())]

    def under_way(self, task: str, birth: int) -> bool:
        """Whether a call for the birth is with a provider."""
        return any(call.birth == birth for call in list(self._sent.get(task, {}).values()))

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

    def flow(self, now: datetime, model: str = "") -> float | None:
        """Tokens a second of what is being written just now, of one model or of all; None where nothing is heard as it comes."""
        told = [one for one in self._traffic.values() if one.writing and self._fresh(one, now) and model in ("", one.model)]
        return sum(one.tokens_per_second for one in told) if told else None

    def queued(self, *, paced: bool) -> int:
        """How many calls wait for a place in flight; `paced`: for their model's pace instead."""
        return sum(one.waiting for one in self._traffic.values() if one.paced is paced)

    def _fresh(self, seen: TrafficSeen, now: datetime) -> bool:
        return (now - seen.at).total_seconds() <= FRESH

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
        return sum(until > now.timestamp() for _, until in list(self._backing_off.values()))

    def next_try(self, now: datetime) -> float | None:
        """Seconds until the first of these goes out; None where there is none."""
        return min(
            (until - now.timestamp() for _, until in list(self._backing_off.values()) if until > now.timestamp()), default=None
        )

    def kept_by(self, away: Away, now: datetime) -> int:
        """How many calls wait for a server to be back, those included that would have gone out again by now."""
        due = [it for it, until in list(self._backing_off.values()) if until <= now.timestamp() and it.model == away.model]
        return len(away.held) + sum(bool(retry.request) for retry in due)

    def _landed(self, task: str, request: str) -> None:
        """A try is over; one that failed before it was sent is not there, and changes nothing."""
        self._sent.get(task, {}).pop(request, None)
        self._on_its_way(request)

    def _on_its_way(self, request: str) -> None:
        """It waits for nothing any more."""
        self._backing_off.pop(request, None)
        for away in self.away.values():
            away.held.pop(request, None)

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
