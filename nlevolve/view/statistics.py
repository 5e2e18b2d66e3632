"""How sure a score is, and whether two differ. Short formulas: scipy.stats takes seconds to import, and every run ends here."""

from __future__ import annotations

from collections.abc import Sequence
from math import comb, sqrt
from statistics import NormalDist, stdev
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


def paired_difference(only_one: int, only_other: int, pairs: int, confidence: float = 0.95) -> Interval:
    """An interval of how many more of `pairs` one of two solves than the other, in tasks; `only_one` it alone solved.

    Wald's with Laplace's correction: one task is added to each of the two kinds on which they differ (D. G. Bonett and
    R. M. Price, Adjusted Wald confidence interval for a difference of binomial proportions based on paired data, J. Educ. Behav.
    Stat. 37, 2012).
    """
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    one, other = (only_one + 1) / (pairs + 2), (only_other + 1) / (pairs + 2)
    half = z * sqrt((one + other - (one - other) ** 2) / (pairs + 2))
    low, high = max(-1.0, one - other - half), min(1.0, one - other + half)
    return Interval(low * pairs, high * pairs)


def sum_of(values: Sequence[float], confidence: float = 0.95) -> Interval | None:
    """An interval of the sum of values drawn independently of each other, by the normal distribution; None of fewer than two."""
    if len(values) < 2:
        return None
    half = NormalDist().inv_cdf((1 + confidence) / 2) * stdev(values) * sqrt(len(values))
    return Interval(sum(values) - half, sum(values) + half)
