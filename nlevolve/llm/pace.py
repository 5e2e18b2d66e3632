"""How fast one model is asked: an even pace for a known rate, and learning a rate that nobody told us (pure; times are given)."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

MINUTE = 60.0
SLACK = 0.05
"""Seconds a turn may come late without the pace being lost; timers are no more exact than that under load."""


class Pace:
    """Units at so many a minute, evenly: no burst, so no window of a provider's ever sees two of them at once.

    This is GCRA with a tolerance of SLACK. None is no limit.
    """

    def __init__(self, per_minute: float | None) -> None:
        self.per_minute = per_minute
        self._next = float("-inf")

    def wait(self, now: float) -> float:
        """Seconds until the next turn."""
        return 0.0 if self.per_minute is None else max(0.0, self._next - now)

    def take(self, now: float, units: float = 1.0) -> None:
        """Take a turn; the next one is so many units later."""
        if self.per_minute is not None:
            self._next = max(self._next, now - SLACK) + units * MINUTE / self.per_minute

    def rest(self, until: float) -> None:
        """No turn before then."""
        self._next = max(self._next, until)

    def correct(self, units: float) -> None:
        """A turn took this much more (or less) than was said when it was taken."""
        if self.per_minute is not None:
            self._next += units * MINUTE / self.per_minute


# The numbers below were chosen by simulation (tests/llm/test_limits.py); docs/design/pace.md has the table of what others do.
BACK_OFF = 0.07
"""After a refusal the rate falls by this share below the one that was refused.

0.3 (TCP's) leaves an eighth of a known limit unused for ever; at 0.03 a step down is lost in the noise, and refusals by chance
are taken for a limit.
"""
RETURN_AFTER = 60.0
"""Seconds of asking at full pace until the refused rate is reached again; it is passed as slowly (as in TCP CUBIC).

About one refusal a minute is what keeping to a limit costs. At 20 s one request in twenty-five is refused where a fixed minute is
counted; at 180 s a rate that was taken for too low is found too late.
"""
NEAR = 0.97
"""Share of the refused rate from which a single refusal is blamed on the rate. Refusals further below, again and again, are none
of a limit's: at 0.9 a provider that refuses one in twenty by chance is taken for one that allows 150 a minute, not 3,300."""
SLOWEST = 10.0
"""Requests a minute: never learn less. What is slower is not a rate but an outage, and so the breaker's affair."""
FIRST_GAP, LONGEST_GAP = 0.5, 2.0
"""Seconds between single requests while everything is refused. They find the moment at which the way opens, and what is missed of
it is lost: at 8 s three in a hundred of what is allowed. They cost thirty refusals in a shut minute."""
ENOUGH = 20
"""Requests from which a share is worth something: one in twenty is the usual noise that has to be told from a limit."""
HIGH_SHARE = 0.05
"""A share of refusals that is above what a provider's noise usually is."""
FRUITLESS = 4
"""Steps down in a row after which the refusals are not blamed on the rate: slower by a quarter, and refused as before."""
MOST_USUAL = 0.2
"""A higher share of refusals is never taken as usual."""
REST = 1.0
"""Seconds without a request after a step down: a window that is full may be about to end."""
IN_A_ROW = 4
"""Refusals after which the way counts as shut. With three, a provider that refuses one in twenty by chance was taken for shut
(0.05³ is once in 8,000 requests, minutes of a busy run), and slowed for nothing."""
MOSTLY = 0.3
"""Share of the last requests refused at which it counts as shut too: some let one through now and then."""


class LearnedRate:
    """The rate that a provider allows, learned from what it refuses.

    When refusals come in a row the way counts as shut: single requests go out until one is let through. What was let
    through before, over the time until it opened again, is the rate, whatever window or bucket the provider counts with.
    From then on it works like TCP CUBIC: a step down at a refusal, then back, slowest where it was refused, then faster.

    Some providers refuse a share of all requests however slowly they come. When several steps down in a row bring
    nothing, the share is taken as usual and no longer blamed on the rate.
    """

    def __init__(self) -> None:
        self._peak: float | None = None  # requests a minute: what was refused last
        self._age = RETURN_AFTER  # seconds at full pace since the last step down
        self._pace = Pace(None)
        self._cut_at = float("-inf")
        self._began = float("inf")
        self._let_through: deque[float] = deque()  # when it was sent; what is under way counts until it is refused
        self._last_sent = float("-inf")
        self._outcomes: deque[bool] = deque(maxlen=ENOUGH)
        self._since_cut = _Share()
        self._descent = 0  # steps down without having been back near what was refused
        self._descending = _Share()
        self._top = 0.0  # what was refused before the descent
        self._usual = 0.0
        self._shut: _Shut | None = None

    @property
    def per_minute(self) -> float | None:
        """None as long as nothing has been refused in a way that tells of a rate."""
        if self._peak is None:
            return None
        return self._peak * (1 + BACK_OFF * ((self._age - RETURN_AFTER) / RETURN_AFTER) ** 3)

    @property
    def shut(self) -> bool:
        """Whether everything was refused of late."""
        return self._shut is not None

    def wait(self, now: float) -> float:
        """Seconds until the next request may go out."""
        return max(0.0, self._shut.next_at - now) if self._shut else self._pace.wait(now)

    def sent(self, now: float, waited: bool) -> None:
        """A request goes out. Only time spent waiting for the pace moves it up: an idle hour proves nothing."""
        if waited and self._peak is not None:
            self._age += min(now - self._last_sent, 2 * MINUTE / self._peak)
        self._began = min(self._began, now)
        self._last_sent = now
        self._let_through.append(now)
        while self._let_through[0] < now - MINUTE:
            self._let_through.popleft()
        if self._shut:
            self._shut.next_at = now + self._shut.gap
        self._pace.per_minute = self.per_minute
        self._pace.take(now)

    def accepted(self, sent_at: float) -> None:
        """What was sent then was let through."""
        self._outcomes.append(False)
        self._count(sent_at, refused=False)
        if self._shut and sent_at > self._shut.at:
            # no step down from this one: it is what was let through, not what was refused
            self._peak, self._age = max(SLOWEST, self._shut.rate(sent_at)), RETURN_AFTER
            self._shut = None
            self._start_counting(sent_at)

    def refused(self, sent_at: float, now: float) -> bool:
        """What was sent then was refused. True when that changes the rate."""
        self._outcomes.append(True)
        if sent_at in self._let_through:
            self._let_through.remove(sent_at)
        if self._shut:
            self._shut.gap = min(LONGEST_GAP, 2 * self._shut.gap) if sent_at > self._shut.at else self._shut.gap
            return False
        if sent_at <= self._cut_at:
            return False
        self._count(sent_at, refused=True)
        if self._seems_shut():
            self._usual = 0.0
            since = self._let_through[0] if self._let_through else now
            self._shut = _Shut(now, since, len(self._let_through), gap=FIRST_GAP if self._peak is None else 4 * FIRST_GAP)
            return True
        if self._blames_the_rate():
            self._step_down(now)
            return True
        return False

    def _count(self, sent_at: float, *, refused: bool) -> None:
        if sent_at > self._cut_at:
            self._since_cut.add(refused)
            self._descending.add(refused)
            if self._since_cut.asked >= 5 * ENOUGH and not self._since_cut.refused:
                self._usual = 0.0

    @property
    def _in_a_row(self) -> int:
        """How many of the last requests were refused without one let through between."""
        return next((count for count, refused in enumerate(reversed(self._outcomes)) if not refused), len(self._outcomes))

    def _seems_shut(self) -> bool:
        return self._in_a_row >= IN_A_ROW or sum(self._outcomes) >= MOSTLY * ENOUGH

    def _blames_the_rate(self) -> bool:
        if self._peak is None or not self._usual:
            return self._peak is not None
        if self._since_cut.asked >= 2 * ENOUGH and self._since_cut.share > max(HIGH_SHARE, 1.3 * self._usual):
            self._usual = 0.0  # it is the rate after all
            return True
        return False

    def _step_down(self, now: float) -> None:
        rate, peak = self.per_minute, self._peak
        assert rate is not None
        assert peak is not None
        near = rate >= NEAR * peak
        if near:
            self._descent, self._descending, self._top = 0, _Share(), peak
        else:
            self._descent += 1
        if self._descent >= FRUITLESS:
            self._descent, self._usual = 0, min(MOST_USUAL, 1.5 * self._descending.share)
            self._peak, self._age = self._top, 2 * RETURN_AFTER
        else:
            let_through = len(self._let_through) * MINUTE / min(MINUTE, max(1.0, now - self._began))
            self._peak, self._age = min(max(rate, 0.99 * peak), let_through) if near else rate, 0.0
        self._peak = max(SLOWEST, self._peak)
        self._pace.per_minute = self.per_minute
        self._pace.rest(now + min(LONGEST_GAP, REST * 2 ** (self._in_a_row - 1)))
        self._start_counting(now)

    def _start_counting(self, now: float) -> None:
        self._cut_at = now
        self._since_cut = _Share()


@dataclass
class _Share:
    """How many of some requests were refused; the old ones fade."""

    refused: float = 0.0
    asked: float = 0.0

    @property
    def share(self) -> float:
        return self.refused / max(1.0, self.asked)

    def add(self, refused: bool) -> None:
        fade = 0.5 if self.asked >= 10 * ENOUGH else 1.0
        self.refused, self.asked = fade * self.refused + refused, fade * self.asked + 1


@dataclass
class _Shut:
    """Since when everything is refused, and what had been let through since when."""

    at: float
    since: float
    let_through: int
    gap: float
    next_at: float = 0.0

    def __post_init__(self) -> None:
        self.next_at = self.at + self.gap

    def rate(self, opened: float) -> float:
        """Requests a minute, if the way opened again at that time."""
        return self.let_through / max(1.0, opened - self.since) * MINUTE
