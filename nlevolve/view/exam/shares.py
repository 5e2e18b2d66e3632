"""Shares whose trials come in groups, and how they go with a size: several grids of one description are not independent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import exp, log2

from pydantic import BaseModel, ConfigDict

from nlevolve.view.statistics import Interval, wilson

STEPS = 25
"""Of Newton's method, at most."""
RIDGE = 0.05
"""How much a steep curve is held back: where all small grids are right and all large ones wrong none would be steep enough."""
SURE = 1e-9


class Share(BaseModel):
    """How many replies of how many, with Wilson's interval at 95%, for as many trials as the groups are worth."""

    model_config = ConfigDict(frozen=True)

    count: int
    of: int
    """Replies: one for each sample of each grid."""
    grids: int
    """Distinct ones."""
    share: float | None
    interval: Interval | None


class Curve(BaseModel):
    """The chance of being right against the number of cells: logistic in its logarithm."""

    model_config = ConfigDict(frozen=True)

    at_100: float
    """Cells; 0..1."""
    doubling: float
    """What the odds are multiplied by when the cells double: below 1, larger grids are followed worse."""

    def at(self, cells: int) -> float:
        """The chance of being right, 0..1."""
        against: float = (1 - self.at_100) / self.at_100 * self.doubling ** -log2(cells / 100)
        return 1 / (1 + against)


def share(groups: Iterable[Sequence[bool]], grids: int | None = None) -> Share:
    """Of trials in groups, on so many distinct grids: samples of a grid are worth one trial at most. None: all differ."""
    told = [group for group in groups if group]
    count, of = sum(map(sum, told)), sum(map(len, told))
    if not of:
        return Share(count=0, of=0, grids=0, share=None, interval=None)
    grids = of if grids is None else grids
    worth = min(grids, of / design_effect(told))
    return Share(count=count, of=of, grids=grids, share=count / of, interval=wilson(count / of * worth, worth))


def design_effect(groups: Sequence[Sequence[bool]]) -> float:
    """By how much trials in such groups say less than independent ones: from 1, to the mean size of a group where all of a group
    are alike. So it is taken to be where all trials ended alike, since nothing tells how far they go together.

    L. Kish, Survey sampling (1965), 5.4; with Wilson's interval: N. Dean and M. Pagano (J. Surv. Stat. Methodol. 3, 2015).
    """
    trials, number = sum(map(len, groups)), len(groups)
    mean = sum(map(sum, groups)) / trials
    alone = mean * (1 - mean) / trials
    largest = trials / number
    if alone < SURE or number < 2:
        return largest
    spread = sum((sum(group) - mean * len(group)) ** 2 for group in groups)
    return min(largest, max(1.0, spread * number / (number - 1) / trials**2 / alone))


def curve(cells: Sequence[int], right: Sequence[bool]) -> Curve | None:
    """The fitted curve; None where there is nothing to fit: no grid, grids of one size, or all of them right, or wrong."""
    if len(set(cells)) < 2 or len(set(right)) < 2:
        return None
    level, slope = _logistic([log2(one / 100) for one in cells], right)
    return Curve(at_100=1 / (1 + exp(-level)), doubling=exp(slope))


def _logistic(x: Sequence[float], y: Sequence[bool]) -> tuple[float, float]:
    """Level and slope by Newton's method."""
    level = slope = 0.0
    for _ in range(STEPS):
        chance = [1 / (1 + exp(-(level + slope * one))) for one in x]
        lack = [real - p for real, p in zip(y, chance, strict=True)]
        weight = [p * (1 - p) for p in chance]
        g0, g1 = sum(lack), sum(a * b for a, b in zip(lack, x, strict=True)) - RIDGE * slope
        h00, h01 = sum(weight), sum(w * one for w, one in zip(weight, x, strict=True))
        h11 = sum(w * one * one for w, one in zip(weight, x, strict=True)) + RIDGE
        det = h00 * h11 - h01 * h01
        if det < SURE:
            break
        step = (h11 * g0 - h01 * g1) / det, (h00 * g1 - h01 * g0) / det
        level, slope = level + step[0], slope + step[1]
        if max(map(abs, step)) < SURE:
            break
    return level, slope
