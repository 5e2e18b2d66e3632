"""Whether too many calls at once are to blame: then those refused were sent beside more others than those let through (pure)."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

LATEST = 100
"""Of those let through and of those refused so many are looked back at."""
ENOUGH, REPLIED = 16, 8
"""Fewer than so many let through show nothing of the limit, nor do they before so many replies are here: as long as none is, ever
more are in flight, and whatever is refused was sent beside more than all others."""
STRAY = 0.02
"""The share of those let through that may have been sent beside as many others: the provider is done before its reply is here."""
BY_CHANCE = 1e-5
"""Where calls beside fewer others are refused too: how likely so many refusals and nothing else may be at such a share."""
LEAST = 4
"""A limit of fewer at once cannot be told from a rate."""


class AtOnce:
    """Beside how many others each call was sent, and what became of it.

    A rate does not know who is still in flight: what it refuses is spread over the numbers that what it lets through is spread
    over. So does chance. A limit on calls at once splits them.
    """

    def __init__(self) -> None:
        self._passed: deque[int] = deque(maxlen=LATEST)
        self._refused: deque[int] = deque(maxlen=LATEST)

    def passed(self, beside: int) -> None:
        """A call sent beside so many others was let through."""
        self._passed.append(beside)

    def refused(self, beside: int) -> None:
        """One was refused that rang no alarm: those that do come in heaps, and who was first of these is not known."""
        self._refused.append(beside)

    def to_blame(self, beside: int, under_way: Iterable[int]) -> bool:
        """Whether that explains the refusal of a call sent beside so many others. `under_way`: the same of calls that would have
        been refused by now if they were to be."""
        let_through = [*self._passed, *under_way]
        as_many = sum(others >= beside for others in let_through)
        if beside < LEAST or len(let_through) < ENOUGH or len(self._passed) < REPLIED or as_many > STRAY * len(let_through):
            return False
        fewer = sum(others < beside for others in self._refused)
        share = fewer / (fewer + len(let_through) - as_many)
        return share ** (1 + len(self._refused) - fewer) <= BY_CHANCE
