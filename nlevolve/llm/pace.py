"""How fast one model is asked: an even pace for a known rate, and learning a rate that nobody told us (pure; times are given)."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from nlevolve.llm.chance import FEW, LATELY, SOME, Alarm, Outcomes, Trial, Verdict, share_of_late
from nlevolve.llm.remembered import Rate

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


# The numbers below were chosen by simulation (`python -m benchmarks.rates --kinds`); docs/design/pace.md says what others do.
BACK_OFF = 0.07
"""After an alarm the rate falls by this share below what was let through. TCP's 0.3 leaves an eighth of a known limit unused."""
RETURN_AFTER = 50.0
"""Seconds of asking at full pace until that rate is reached again; it is passed as slowly (as in TCP CUBIC). About one refusal in
this time is what keeping to a limit costs."""
BEYOND = 2.0
"""How many times as steeply as before it goes on from there: a limit that doubled is used within two minutes. Three times, after
45 s, costs 2.3% refused at a limit of 120 a minute."""
BELOW = RETURN_AFTER / 3
"""Seconds after which it is near that rate again (98%): it stays there until a trial is over."""
HASTE = 4.0
"""How many times as fast it goes where refusals have come by chance."""
DOUBTFUL, HASTE_IN_DOUBT = 0.05, 3.0
"""A verdict on a limit while so many are still refused may be wrong: it is tried again so many times as soon. Without this a run
of few calls at once that was judged wrongly took four minutes to recover."""
SLOWEST = 2.0
"""Requests a minute: never learn less; the smallest limits that are sold are of a few."""
FIRST_GAP, LONGEST_GAP = 0.5, 2.0
"""Seconds between single requests until one is let through."""
CLOSED = 2
"""Single requests refused in a row after an alarm: the way was closed altogether, as by a window that is full."""


@dataclass
class Climb:
    """The way back to a rate, slowest where that is, and then beyond it (as in TCP CUBIC)."""

    peak: float
    """Requests a minute."""
    age: float = 0.0
    """Seconds at full pace since the step down."""
    haste: float = 1.0

    @property
    def per_minute(self) -> float:
        """Requests a minute by now."""
        way = (self.age - RETURN_AFTER) / RETURN_AFTER
        return self.peak * (1 + BACK_OFF * way**3 * (BEYOND if way > 0 else 1.0))

    @property
    def below(self) -> bool:
        """Whether a limit that was met at the peak is not met yet."""
        return self.age < BELOW


@dataclass
class Closed:
    """Since an alarm only single requests go out, until one is let through."""

    at: float
    before: float
    """Share refused."""
    above: float
    """Requests a minute when the alarm rang."""
    since: float
    let_through: int
    """How many since then, up to the alarm."""
    gap: float
    next_at: float = field(init=False)
    refused: int = 0

    def __post_init__(self) -> None:
        self.next_at = self.at + self.gap

    def saw_refused(self, sent_at: float) -> None:
        if sent_at > self.at:
            self.refused += 1
            self.gap = min(LONGEST_GAP, 2 * self.gap)
        elif sent_at >= self.since:
            self.let_through -= 1

    def opened(self, at: float) -> Climb:
        """The rate from then on. What was let through over the time until it opened again is the limit's own measure, whatever
        window or bucket the provider counts with."""
        let_through = self.let_through * MINUTE / max(1.0, at - self.since)
        if self.refused >= CLOSED:  # no step down from this one: it is what was let through, not what was refused
            return Climb(max(SLOWEST, let_through), RETURN_AFTER)
        passed = self.above * (1 - self.before)
        return Climb(max(SLOWEST, passed if self.let_through < SOME else min(let_through, passed)))


@dataclass(frozen=True)
class Lesson:
    """What is known of a provider: the requests a minute that it allows, None as long as there seems to be no limit, and the
    share that it refuses by chance."""

    per_minute: float | None = None
    by_chance: float = 0.0


class LearnedRate:
    """The rate that a provider allows, learned from what it refuses.

    When more is refused than is usual an alarm rings: single requests go out until one is let through, then a little less than
    was let through before. That is a trial. If the share refused falls, a limit was to blame; the rate climbs back, slowest where
    it was refused, and beyond. If the share stays, it is chance, which no slowness helps against: that share is usual from then
    on, and the rate is at once what it was.
    """

    def __init__(self) -> None:
        self.lesson = Lesson()
        self._climb: Climb | None = None
        self._pace = Pace(None)
        self._alarm = Alarm()
        self._trial: Trial | None = None
        self._closed: Closed | None = None
        self._top = 0.0  # the rate before the alarms that no verdict has followed yet
        self._opened = float("-inf")
        self._outcomes = Outcomes()
        self._sent: deque[float] = deque()
        self._turned_away: deque[float] = deque()  # when it was sent; of the last minute, as those sent
        self._recent: deque[bool] = deque(maxlen=LATELY)  # whether refused, since the last alarm

    @property
    def per_minute(self) -> float | None:
        """The pace; None as long as nothing has been refused."""
        return self._climb.per_minute if self._climb else None

    def remembered(self, now: float) -> Rate:
        """For whoever asks the model after us. Where only single requests go out it is what they would open to now."""
        climb, alarm = (self._closed.opened(now) if self._closed else self._climb), self._alarm
        told = {} if climb is None else {"peak": climb.peak, "age": climb.age, "haste": climb.haste}
        return Rate(**told, usual=alarm.usual, asked=alarm.asked, lesson=self.lesson.per_minute)

    def recall(self, known: Rate, now: float) -> None:
        """Go on from what was known: however long ago, for an idle hour proves nothing."""
        self._alarm = Alarm(known.usual * known.asked, known.asked)
        self.lesson = Lesson(known.lesson, known.usual)
        if known.peak is not None:
            self._climb = Climb(known.peak, known.age, known.haste)
            self._pace.per_minute = self._climb.per_minute
            self._sent.append(now)

    @property
    def shut(self) -> bool:
        """Whether only single requests go out."""
        return self._closed is not None

    def wait(self, now: float) -> float:
        """Seconds until the next request may go out."""
        self._settle(now)
        return max(0.0, self._closed.next_at - now) if self._closed else self._pace.wait(now)

    def sent(self, now: float, waited: bool) -> None:
        """A request goes out. Only time spent waiting for the pace moves it up: an idle hour proves nothing."""
        self._settle(now)
        if self._closed:
            self._closed.next_at = now + self._closed.gap
        elif self._climb and waited:
            self._climb.age += self._climb.haste * min(now - self._sent[-1], 2 * MINUTE / self._climb.peak)
            if self._trial:
                self._climb.age = min(self._climb.age, BELOW)
        self._outcomes.sent(now)
        self._sent.append(now)
        for old in (self._sent, self._turned_away):
            while old and old[0] < now - MINUTE:
                old.popleft()
        self._pace.per_minute = self.per_minute
        self._pace.take(now)

    def accepted(self, sent_at: float) -> None:
        """What was sent then was let through."""
        if self._outcomes.passed(sent_at):
            self._passed(sent_at)

    def refused(self, sent_at: float, now: float) -> bool:
        """What was sent then was refused. True when that rings the alarm."""
        self._outcomes.refused(sent_at, now)
        self._turned_away.append(sent_at)
        if self._closed:
            self._closed.saw_refused(sent_at)
            return False
        return sent_at >= self._opened and self._rings(True, now)

    def cleared(self, sent_at: float, now: float, *, surely: bool) -> None:
        """What was sent then was refused, and not for the rate. Once that is sure, the rate is what it was, and goes up fast."""
        self._outcomes.refused(sent_at, now)
        self._turned_away.append(sent_at)
        if surely and self._climb:
            self._climb = Climb(max(self._top, self._climb.peak), 2 * RETURN_AFTER, HASTE)
            self._trial, self._top = None, 0.0
            self.lesson = Lesson(None, self._alarm.usual)

    def _settle(self, now: float) -> None:
        for sent_at in self._outcomes.settled(now):
            self._passed(sent_at)

    def _passed(self, sent_at: float) -> None:
        if self._closed and sent_at > self._closed.at:
            self._open(self._closed, sent_at)
        if not self._closed and sent_at >= self._opened:
            self._rings(False, sent_at)

    def _rings(self, refused: bool, now: float) -> bool:
        """Take note of one more request; whether the alarm rings at it, or a trial fails."""
        self._recent.append(refused)
        if self._alarm.rings(refused, only_in_a_row=self._trial is not None):
            self._close(now)
        elif self._trial:
            self._trial.saw(refused)
            if self._trial.asked >= FEW and (self._trial.told_enough or not (self._climb and self._climb.below)):
                self._judge(self._trial, now)
        elif self._climb and (self._climb.below or self._climb.haste == HASTE):
            self._alarm.learn(refused)
        return self._closed is not None

    def _close(self, now: float) -> None:
        before, above = share_of_late(reversed(self._recent)), min(self.per_minute or float("inf"), self._lately(now))
        self._top = max(self._top, above)
        since = max(self._sent[0], self._opened)
        let_through = sum(at >= since for at in self._sent) - sum(at >= since for at in self._turned_away)
        gap = min(LONGEST_GAP, max(FIRST_GAP, 2 * MINUTE / (self.per_minute or float("inf"))))
        self._closed = Closed(now, before, above, since, let_through, gap)
        self._trial = None

    def _open(self, closed: Closed, at: float) -> None:
        self._climb = closed.opened(at)
        if closed.refused >= 2 * CLOSED:
            self._top = 0.0
        self._trial = Trial(closed.before, closed.above, self._climb.per_minute) if self._climb.below else None
        self._closed = None
        self._opened = at
        self._recent.clear()
        self._alarm.reset()
        self._pace.per_minute = self._climb.per_minute
        self.lesson = Lesson(self._climb.per_minute, self._alarm.usual)

    def _judge(self, trial: Trial, now: float) -> None:
        assert self._climb is not None
        verdict = trial.verdict
        if verdict is Verdict.WORSE:
            self._close(now)
            return
        self._trial = None
        if verdict is Verdict.CHANCE:
            self._climb = Climb(max(self._top, self._climb.peak), 2 * RETURN_AFTER, HASTE)
            self._alarm = Alarm(trial.refused + FEW * trial.before, trial.asked + FEW)
            self.lesson = Lesson(None, self._alarm.usual)
        else:
            self._climb.peak /= max(0.2, 1 - trial.share)
            self._climb.haste = HASTE_IN_DOUBT if trial.share > DOUBTFUL else 1.0
            self._alarm = Alarm(trial.refused, trial.asked)
            self.lesson = Lesson(self._climb.per_minute, self._alarm.usual)
        self._top = 0.0

    def _lately(self, now: float) -> float:
        """Requests a minute over ten seconds or ten requests, whichever is longer."""
        count, at = 0, now
        for count, at in enumerate(reversed(self._sent), 1):
            if count > 10 and now - at > 10:
                break
        return count / max(1.0, now - at) * MINUTE
