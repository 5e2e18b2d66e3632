"""How sure a score is, and whether two differ: by scipy."""

from __future__ import annotations

from typing import NamedTuple


class Interval(NamedTuple):
    low: float
    high: float


def wilson(successes: int, trials: int, confidence: float = 0.95) -> Interval:
    """Wilson's score interval of a share, 0..1 (Wilson 1927); everything when nothing was tried."""
    if trials == 0:
        return Interval(0.0, 1.0)
    from scipy.stats import binomtest

    found = binomtest(successes, trials).proportion_ci(confidence, method="wilson")
    return Interval(float(found.low), float(found.high))


def mcnemar(only_one: int, only_other: int) -> float:
    """The exact two-sided p-value of McNemar's test: how likely so uneven a split of the tasks that only one of two
    solved would be, were both equally good. 1.0 when there is no such task."""
    if only_one + only_other == 0:
        return 1.0
    from scipy.stats import binomtest

    return float(binomtest(only_one, only_one + only_other, 0.5).pvalue)
