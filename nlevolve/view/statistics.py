"""How sure a score is, and whether two differ. Short formulas: scipy.stats takes seconds to import, and every run ends here."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, comb, gcd, sqrt
from statistics import NormalDist, fmean
from typing import NamedTuple

LEVEL, POWER = 0.05, 0.8
"""How often equals may be called different, and how often a difference that there is should be seen."""


class Interval(NamedTuple):
    low: float
    high: float


def wilson(successes: float, trials: float, confidence: float = 0.95) -> Interval:
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


def sign_flip(differences: Sequence[int]) -> float:
    """The exact two-sided p-value of Fisher's paired permutation test: how likely so large a sum would be, were the sign of each
    task's difference a coin's. With differences of -1, 0 and 1 it is McNemar's exact test.

    R. A. Fisher, The design of experiments (1935), section 21; E. J. G. Pitman (J. R. Stat. Soc. Suppl. 4, 1937).
    """
    unit = gcd(*differences) or 1
    sizes = [abs(one) // unit for one in differences if one]
    # signs add up to at most -|sum| where the sizes with a plus add up to at most this
    most = (sum(sizes) - abs(sum(differences)) // unit) // 2
    chances = [1.0] + [0.0] * most
    for size in sizes:
        kept = chances[: max(0, most + 1 - size)]
        chances = [(minus + plus) / 2 for minus, plus in zip(chances, [0.0] * min(size, most + 1) + kept, strict=True)]
    return min(1.0, 2 * sum(chances))


def holm(ps: Sequence[float]) -> list[float]:
    """The p-values corrected for being several: below 0.05 is any of the equal ones in at most 5% of all such families.

    S. Holm, A simple sequentially rejective multiple test procedure (Scand. J. Stat. 6, 1979).
    """
    corrected, least = [0.0] * len(ps), 0.0
    for rank, place in enumerate(sorted(range(len(ps)), key=ps.__getitem__)):
        least = max(least, min(1.0, (len(ps) - rank) * ps[place]))
        corrected[place] = least
    return corrected


def mean_difference(differences: Sequence[float], confidence: float = 0.95) -> Interval:
    """The interval of a mean of paired differences, each -1..1; never of no width, however alike the two are.

    Wald's after half a task is added to each of the four outcomes. A. Agresti and Y. Min, Simple improved confidence intervals
    for comparing matched proportions (Stat. Med. 24, 2005).
    """
    tasks = len(differences) + 2
    middle = sum(differences) / tasks
    square = (sum(one * one for one in differences) + 1) / tasks
    half = NormalDist().inv_cdf((1 + confidence) / 2) * sqrt((square - middle**2) / tasks)
    return Interval(max(-1.0, middle - half), min(1.0, middle + half))


def ahead_by(only_one: int, only_other: int, tasks: int) -> Interval:
    """The interval of how many more of the tasks one of two solves than the other; `only_one` it alone solved."""
    low, high = mean_difference([1] * only_one + [-1] * only_other + [0] * (tasks - only_one - only_other))
    return Interval(low * tasks, high * tasks)


def sum_of(differences: Sequence[float], sizes: Sequence[int], confidence: float = 0.95) -> Interval:
    """The interval of a sum of paired differences, each at most its `size` either way; never of no width, however alike they are.

    Agresti and Min's of their mean, as shares of the largest size: what is in one task goes together, so that tasks are what was
    drawn, and half a task is added to each outcome.
    """
    largest, whole = max(sizes), sum(sizes)
    low, high = mean_difference([one / largest for one in differences], confidence)
    tasks = len(differences)
    return Interval(max(-whole, low * largest * tasks), min(whole, high * largest * tasks))


def luck(solved: Sequence[int], runs: int) -> float:
    """The variance, within one task and one run, of being solved: what the replies' chance alone makes, mean over tasks.

    `solved`: in how many of the `runs` (two at least) each task was. Unbiased.
    """
    return fmean(times * (runs - times) / (runs * (runs - 1)) for times in solved)


def tasks_to_settle(difference: float, square: float, level: float = LEVEL, power: float = POWER) -> int | None:
    """How many paired tasks show such a mean difference, -1..1, so often; `square` is the mean of the squared differences.
    None for no difference at all.

    R. J. Connor, Sample size for testing differences in proportions for the paired-sample design (Biometrics 43, 1987).
    """
    if not difference:
        return None
    under_equals, under_this = _quantiles(level, power)
    return ceil(((under_equals * sqrt(square) + under_this * sqrt(max(0.0, square - difference**2))) / difference) ** 2)


def shown_by(tasks: int, square: float, level: float = LEVEL, power: float = POWER) -> float:
    """The least mean difference, 0..1, that so many paired tasks show so often; `square` as for `tasks_to_settle`."""
    return min(1.0, sum(_quantiles(level, power)) * sqrt(square / tasks))


def repeats_to_settle(
    difference: float, within: float, between: float, tasks: int, level: float = LEVEL, power: float = POWER
) -> int | None:
    """How many runs a side, on these tasks, show such a mean difference so often. None where no number does.

    `within` is the variance by chance of a task in one run, of both sides together; `between`: that of the true differences of
    tasks, which no repeating makes smaller.
    """
    room = tasks * (difference / sum(_quantiles(level, power))) ** 2 - between
    return max(1, ceil(within / room)) if room > 0 else None


def _quantiles(level: float, power: float) -> tuple[float, float]:
    return NormalDist().inv_cdf(1 - level / 2), NormalDist().inv_cdf(power)
