"""Whether a provider's refusals come from a limit or by chance: an alarm, and a trial at a lower rate (pure)."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

MORE = 0.2
"""The share (of what used to pass) by which refusals must have risen for the alarm to count towards ringing."""
HARDLY = 2e-5
"""No share of refusals is taken for smaller than this; where none is usual, a single refusal rings."""
SURE = math.log(MORE / HARDLY) - 1e-9
MEMORY = 300
"""Requests over which the usual share is taken."""
IN_A_ROW = 10
"""Refusals in a row are no chance: at 40% such a row comes once in ten thousand requests."""
LATELY = 500
FEW = 30
"""Requests below which a share says nothing."""
SOME = 8
"""Refusals, met or to be expected, that end a trial. With 20 and 5 in their place one trial in six was judged wrongly."""


class Alarm:
    """Rings when more is refused than is usual: Page's cumulative sum of log-likelihood ratios (CUSUM, Biometrika 1954)."""

    def __init__(self, refused: float = 0.0, asked: float = 0.0) -> None:
        self.usual = refused / max(1.0, asked)
        self.asked = asked
        self.reset()

    def reset(self) -> None:
        """Begin to listen anew; what is usual stays."""
        self._sum = 0.0
        self._in_a_row = 0

    def learn(self, refused: bool) -> None:
        """One more request of those that show what is usual."""
        self.asked = min(MEMORY, self.asked + 1)
        self.usual += (refused - self.usual) / self.asked

    def rings(self, refused: bool, *, only_in_a_row: bool = False) -> bool:
        """Whether it rings at this request."""
        self._in_a_row = self._in_a_row + 1 if refused else 0
        if only_in_a_row:
            return self._in_a_row >= IN_A_ROW
        usual = min(1 - MORE, max(HARDLY, self.usual))
        more = usual + MORE * (1 - usual)
        self._sum = max(0.0, self._sum + math.log(more / usual if refused else (1 - more) / (1 - usual)))
        return self._sum >= SURE or self._in_a_row >= IN_A_ROW


def share_of_late(outcomes: Iterable[bool]) -> float:
    """Share refused of the outcomes, given from the last one back: of no more than are needed to tell it."""
    asked = refused = 0
    for outcome in outcomes:
        asked, refused = asked + 1, refused + outcome
        if asked >= FEW and refused >= SOME:
            break
    return refused / max(FEW, asked)


Verdict = Enum("Verdict", ["LIMIT", "CHANCE", "WORSE"])


@dataclass
class Trial:
    """Fewer requests a minute after an alarm, to see whether a smaller share of them is refused.

    If a limit is to blame, what was too much is no longer asked; if it is chance, the share stays.
    """

    before: float
    """Share refused at `above`."""
    above: float
    below: float
    """Requests a minute: when the alarm rang, and since."""
    asked: int = 0
    refused: int = 0

    @property
    def share(self) -> float:
        return self.refused / max(1, self.asked)

    def saw(self, refused: bool) -> None:
        self.asked += 1
        self.refused += refused

    @property
    def told_enough(self) -> bool:
        return max(self.refused, self.before * self.asked) >= SOME

    @property
    def verdict(self) -> Verdict:
        """WORSE is no verdict: so much more is refused that the share before was none to compare with."""
        if self.share > 2 * self.before + 0.05:
            return Verdict.WORSE
        if_limit = max(0.0, 1 - (1 - self.before) * self.above / self.below)
        return Verdict.CHANCE if self.share > (self.before + if_limit) / 2 else Verdict.LIMIT


class Outcomes:
    """What became of the requests of late. Refusals come back sooner than replies, so no share can be taken of what came back:
    what has been under way for longer than refusals take counts as let through.
    """

    def __init__(self) -> None:
        self._under_way: deque[float] = deque()
        self._patience = 0.0
        """Seconds: twice what refusals take."""

    def sent(self, now: float) -> None:
        self._under_way.append(now)

    def settled(self, now: float) -> list[float]:
        """When those were sent that are as good as let through by now."""
        settled = []
        while self._under_way and now - self._under_way[0] > self._patience:
            settled.append(self._under_way.popleft())
        return settled

    def passed(self, sent_at: float) -> bool:
        """A reply came; whether this is news."""
        return self._known(sent_at)

    def refused(self, sent_at: float, now: float) -> None:
        self._patience = max(0.9 * self._patience, 2 * (now - sent_at))
        self._known(sent_at)

    def _known(self, sent_at: float) -> bool:
        if sent_at not in self._under_way:
            return False
        self._under_way.remove(sent_at)
        return True
