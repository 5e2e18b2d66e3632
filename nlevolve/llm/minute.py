"""A rate that we were told: an even pace, and no more in any minute as the provider counts, however late calls leave (pure)."""

from __future__ import annotations

from heapq import heappop, heappush
from itertools import count
from math import ceil

from nlevolve.llm.pace import MINUTE, Pace
from nlevolve.llm.remembered import Remembered, Sent

ON_THE_WAY = 0.5
"""Seconds by which one request may be longer on its way to the provider than the next."""
LATEST = MINUTE / 2
"""Seconds after which at the latest it is told of a call elsewhere that it left: before it counts no more."""
LOOK = 0.1
"""Seconds between looks for what had its turn and has not left: nobody knows in which minute it will count."""

UNKNOWN = "unknown"
"""The calls of which it is not known when they left, among those that are."""


class _Told:
    """Units at so many a minute.

    An even pace alone is not enough: what had its turn may leave much later (a place is lent over a network, money is waited
    for), and then more than a minute's worth arrives in one. So each call counts from its turn until a minute after it has
    left for sure.
    """

    def __init__(self, per_minute: float | None) -> None:
        self._pace = Pace(per_minute)
        self._units: dict[object, float] = {}
        self._left: dict[object, float] = {}
        self._order: list[tuple[float, int, object]] = []  # of those that left; what was said anew of one stands there again
        self._nth = count()
        self._sum = 0.0

    @property
    def per_minute(self) -> float | None:
        return self._pace.per_minute

    def keep_to(self, per_minute: float) -> None:
        """So many a minute, if they were more."""
        self._pace.per_minute = min(per_minute, self.per_minute or per_minute)

    def wait(self, now: float, units: float = 1.0) -> float:
        """Seconds until so many more may have their turn, or until it is worth looking again. More than a minute's worth has its
        turn alone."""
        if self.per_minute is None:
            return 0.0
        self._forget(now)
        wait = self._pace.wait(now)
        if not self._units or self._sum + units <= ceil(self.per_minute):
            return wait
        first = self._order[0][0] + MINUTE + ON_THE_WAY - now if self._order else LOOK
        return max(wait, min(first, LOOK) if len(self._left) < len(self._units) else first)

    def take(self, call: object, now: float, units: float = 1.0) -> None:
        """It has its turn. Where it has had one before that one counts, too."""
        self._pace.take(now, units)
        if call in self._left:
            self._set_apart(call)
        self.counts(call, units)

    def counts(self, call: object, units: float) -> None:
        """From now on."""
        if self.per_minute is not None:
            self._units[call] = units
            self._sum += units

    def left(self, call: object, at: float) -> None:
        """It left then. Said again, the last time stands."""
        if call in self._units and at > self._left.get(call, float("-inf")):
            self._left[call] = at
            heappush(self._order, (at, next(self._nth), call))

    def never_left(self, call: object) -> None:
        """It will not, and counts in no minute."""
        if call in self._units and call not in self._left:
            self._drop(call)

    def correct(self, call: object, units: float) -> None:
        """It took this much more (or less) than was said at its turn."""
        self._pace.correct(units)
        if call in self._units:
            self._units[call] += units
            self._sum += units

    def remembered(self, now: float) -> Sent:
        """For whoever keeps to it after us: whole seconds, so that what is many is not long."""
        self._forget(now)
        seconds: dict[float, float] = {}
        for call, at in self._left.items():
            ago = float(max(0, int(now - at)))
            seconds[ago] = seconds.get(ago, 0.0) + self._units[call]
        to_leave = self._sum - sum(seconds.values())
        return Sent(per_minute=self.per_minute, left=tuple(seconds.items()), to_leave=max(0.0, to_leave))

    def recall(self, known: Sent, now: float, ago: float, usual: float) -> None:
        """What counted so many seconds ago. What the pace let out since, and a call of `usual` units, may have left just now."""
        since = known.to_leave + (0.0 if known.per_minute is None else usual + ago * known.per_minute / MINUTE)
        for call, seconds, units in (*((object(), before + ago, units) for before, units in known.left), (UNKNOWN, 0.0, since)):
            if seconds < MINUTE + ON_THE_WAY and units:
                self._units[call] = units
                self._sum += units
                self.left(call, now - seconds)

    def resume(self, call: object, units: float, now: float, at: float | None) -> None:
        """It had its turn before, and left then, if it has. Of late nobody was told that, so that it is one of those recalled."""
        if UNKNOWN in self._units and (at is None or at > now - LATEST):
            fewer = min(units, self._units[UNKNOWN])
            self._units[UNKNOWN] -= fewer
            self._sum -= fewer
        self.counts(call, units)
        if at is not None:
            self.left(call, at)

    def _set_apart(self, call: object) -> None:
        """What left counts by itself: the call goes out once more."""
        before, at = object(), self._left.pop(call)
        self._units[before], self._left[before] = self._units.pop(call), at
        heappush(self._order, (at, next(self._nth), before))

    def _forget(self, now: float) -> None:
        while self._order and (at := self._order[0][0]) <= now - MINUTE - ON_THE_WAY:
            _, _, call = heappop(self._order)
            if self._left.get(call) == at:
                self._drop(call)
        while self._order and self._left.get(self._order[0][2]) != self._order[0][0]:
            heappop(self._order)

    def _drop(self, call: object) -> None:
        self._sum -= self._units.pop(call)
        self._left.pop(call, None)
        if not self._units:
            self._sum = 0.0


class ToldRates:
    """Requests and tokens a minute."""

    def __init__(self, requests: float | None, tokens: float | None) -> None:
        self._requests, self._tokens = _Told(requests), _Told(tokens)

    @property
    def per_minute(self) -> float | None:
        """Requests."""
        return self._requests.per_minute

    @property
    def known(self) -> bool:
        """Whether there is one: then it matters when each call leaves."""
        return self._requests.per_minute is not None or self._tokens.per_minute is not None

    def keep_to(self, requests: float | None, tokens: float | None) -> None:
        """So many a minute, if they were more."""
        for rate, told in ((self._requests, requests), (self._tokens, tokens)):
            if told is not None:
                rate.keep_to(told)

    def remembered(self, now: float) -> tuple[Sent, Sent]:
        """Of requests and of tokens, for whoever keeps to them after us."""
        return self._requests.remembered(now), self._tokens.remembered(now)

    def recall(self, known: Remembered, now: float, ago: float) -> None:
        """What counted so many seconds ago."""
        self._requests.recall(known.requests, now, ago, 1.0)
        self._tokens.recall(known.tokens, now, ago, known.usual_reply)

    def wait(self, now: float, tokens: float, calls: int = 1) -> float:
        """Seconds until so many calls of so many tokens may go out, or until it is worth looking again."""
        return max(self._requests.wait(now, calls), self._tokens.wait(now, calls * tokens))

    def take(self, call: object, now: float, tokens: float) -> None:
        """It has its turn. Where it has had one before that one counts, too."""
        self._requests.take(call, now)
        self._tokens.take(call, now, tokens)

    def resume(self, call: object, tokens: float, now: float, at: float | None) -> None:
        """It had its turn before, and left then, if it has."""
        self._requests.resume(call, 1.0, now, at)
        self._tokens.resume(call, tokens, now, at)

    def left(self, call: object, at: float) -> None:
        """It left then. Said again, the last time stands."""
        self._requests.left(call, at)
        self._tokens.left(call, at)

    def never_left(self, call: object) -> None:
        """It will not, and counts in no minute."""
        self._requests.never_left(call)
        self._tokens.never_left(call)

    def took(self, call: object, more: float) -> None:
        """It took so many tokens more (or less) than was said at its turn."""
        self._tokens.correct(call, more)
