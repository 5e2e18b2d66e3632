"""How sure a score is, and whether two differ. Short formulas: scipy.stats takes seconds to import, and every run ends here."""

from __future__ import annotations

from math import comb, sqrt
from statistics import NormalDist
from typing import NamedTuple


class Interval(NamedTuple):
    low: float
    high: float


def wilson(successes: int, trials: int, confidence: float = 0.95) -> Interval:
    """Wilson's score interval of a share, 0..1; everything when nothing was tried.

    E. B. Wilson, Probable inference, the law of succession, and statistical inference (J. Am. Stat. Assoc. 22, 1927).
    """
    if trials == 0:
        return Interval(0.0, 1.0)
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    middle = successes + z**2 / 2
    half = z * sqrt(successes * (trials - successes) / trials + z**2 / 4)
    # without rounding where nothing, or all, was right
    low = (middle - half) / (trials + z**2) if successes else 0.0
    high = (middle + half) / (trials + z**2) if successes < trials else 1.0
    return Interval(low, high)


def mcnemar(only_one: int, only_other: int) -> float:
    """The exact two-sided p-value of McNemar's test: how likely so uneven a split of the tasks that only one of two
    solved would be, were both equally good. 1.0 when there is no such task."""
    tasks = only_one + only_other
    as_uneven = sum(comb(tasks, fewer) for fewer in range(min(only_one, only_other) + 1))
    chance: float = 2 * as_uneven / 2**tasks
    return min(1.0, chance)
