"""An exam measured: how well each checker follows what is right, and what it makes of the grids without the words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import combinations
from statistics import fmean, median
from typing import Any

from pydantic import BaseModel, ConfigDict

from nlevolve.exam.questions import embedded
from nlevolve.exam.rows import Row
from nlevolve.view.exam.shares import Curve, Share, curve, share
from nlevolve.view.statistics import Interval, mean_difference, sign_flip

CELLS = (25, 100, 225)
"""Where the groups of grid sizes end."""
WORDS = (20, 50)
"""Where the groups of lengths end."""


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class Standing(Frozen):
    """One checker in one arm, with or without the examples. Shares and accuracies are 0..1; None where nothing was answered."""

    checker: str
    embedded: bool
    """A program of ours, not a language model."""
    arm: str
    shown: str
    descriptions: int
    understood: int
    """Descriptions that it can read: all, for a language model; fewer for an embedded one, which knows some sentences only."""
    exact: Share
    """Of the grids answered, on descriptions that it can read."""
    accuracy: float | None
    """Mean cell accuracy; a grid of the wrong size, or none, counts 0."""
    wrong_size: int
    unreadable: int
    not_understood: int
    """Grids not asked for, because the checker cannot read their description."""
    refused: int
    unreached: int
    agreement: float | None
    """Share of pairs of samples that are the same grid; None where each question was asked once."""
    usd: float | None
    """Mean cost of a grid, at full price; None where a price is unknown."""
    seconds: float | None
    """Median for a grid, as long as it took when it was bought."""
    by_cells: dict[str, Share]
    by_words: dict[str, Share]
    curve: Curve | None


class Uplift(Frozen):
    """What the right words add for one checker: exact with them less exact without them, over the same descriptions."""

    checker: str
    embedded: bool
    shown: str
    arm: str
    """What was said instead."""
    descriptions: int
    true: float
    """Mean share of a description's grids that came out exact with the true words; `without` them."""
    without: float
    uplift: float
    interval: Interval
    """95%, of the mean difference by description (statistics.mean_difference)."""
    p: float
    """Sign-flip test by description, two-sided."""


class Duel(Frozen):
    """A checker beside the one that follows most, with the right words, over the descriptions that both followed."""

    checker: str
    best: str
    shown: str
    descriptions: int
    difference: float
    """Mean over the descriptions of the share of grids that came out exact, less the best one's."""
    interval: Interval
    p: float


class Exam(Frozen):
    """All that an exam found."""

    schema_: int = 1
    material: str
    descriptions: int
    grids: int
    samples: int
    standings: list[Standing]
    uplifts: list[Uplift]
    duels: list[Duel] = []
    advice: list[str] = []
    calls: dict[str, int] = {}
    """To providers, from the sample bank, failed."""
    cost_usd: float = 0.0
    """Spent now; what came from the bank is in it no more."""
    unknown_calls: int = 0
    ended: str = ""
    """Why not all was asked; empty where it was."""
    rows: list[Row] = []

    def told(self) -> dict[str, Any]:
        """For other programs."""
        found = self.model_dump(mode="json")
        return {"schema": found.pop("schema_"), **found}


def standings(rows: Sequence[Row]) -> list[Standing]:
    """Checker by checker, in the order asked; the true words first."""
    groups: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
    for row in rows:
        groups[row.checker, row.arm, row.shown].append(row)
    checkers = list(dict.fromkeys(row.checker for row in rows))
    order = sorted(groups, key=lambda key: (checkers.index(key[0]), key[1] != "true", key[1], key[2] != "others"))
    readable = {checker: _readable([row for row in rows if row.checker == checker]) for checker in checkers}
    return [_standing(groups[key], readable[key[0]]) for key in order]


def _readable(rows: Sequence[Row]) -> set[str]:
    """Tasks whose true description the checker can read."""
    return {row.task for row in rows} - {row.task for row in rows if row.outcome == "not_understood"}


def _standing(rows: Sequence[Row], readable: set[str]) -> Standing:
    first = rows[0]
    answered = [row for row in rows if row.answered]
    tasks = {row.task for row in rows}
    costs = [row.cost_usd for row in answered]
    return Standing(
        checker=first.checker,
        embedded=embedded(first.checker),
        arm=first.arm,
        shown=first.shown,
        descriptions=len(tasks),
        understood=len(tasks & readable),
        exact=_exact(answered),
        accuracy=fmean(row.accuracy or 0.0 for row in answered) if answered else None,
        wrong_size=_count(rows, "size"),
        unreadable=_count(rows, "unreadable"),
        not_understood=_count(rows, "not_understood"),
        refused=_count(rows, "refused"),
        unreached=_count(rows, "unreached"),
        agreement=_agreement(answered),
        usd=fmean(cost for cost in costs if cost is not None) if costs and None not in costs else None,
        seconds=median(row.seconds for row in answered) if answered else None,
        by_cells=_by(answered, CELLS, "cells", lambda row: row.cells),
        by_words=_by(answered, WORDS, "words", lambda row: row.words),
        curve=curve([row.cells for row in answered], [row.exact for row in answered]),
    )


def _count(rows: Iterable[Row], outcome: str) -> int:
    return sum(row.outcome == outcome for row in rows)


def _exact(rows: Iterable[Row]) -> Share:
    groups = _by_task(rows).values()
    grids = {(row.task, row.grid) for group in groups for row in group}
    return share([[row.exact for row in group] for group in groups], len(grids))


def _by_task(rows: Iterable[Row]) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row.task].append(row)
    return groups


def _by(rows: Sequence[Row], ends: Sequence[int], unit: str, size: Callable[[Row], int]) -> dict[str, Share]:
    """The share that is exact, in each group of sizes."""
    starts = (1, *(end + 1 for end in ends))
    names = [f"{start}-{end} {unit}" for start, end in zip(starts, ends, strict=False)] + [f"{starts[-1]}+ {unit}"]
    limits = [(start, end) for start, end in zip(starts, (*ends, float("inf")), strict=True)]
    return {
        name: _exact(row for row in rows if low <= size(row) <= high) for name, (low, high) in zip(names, limits, strict=True)
    }


def _agreement(rows: Iterable[Row]) -> float | None:
    """A reply that nobody could read agrees with none."""
    asked: dict[tuple[str, int], list[Row]] = defaultdict(list)
    for row in rows:
        asked[row.task, row.grid].append(row)
    pairs = [
        one.answer is not None and one.answer == other.answer for same in asked.values() for one, other in combinations(same, 2)
    ]
    return fmean(pairs) if pairs else None


def uplifts(rows: Sequence[Row]) -> list[Uplift]:
    """For each checker, with and without the examples: the true words against each other arm, where both were answered."""
    found = []
    for checker in dict.fromkeys(row.checker for row in rows):
        for shown in dict.fromkeys(row.shown for row in rows):
            arms = {arm: _means(rows, checker, shown, arm) for arm in dict.fromkeys(row.arm for row in rows)}
            found += [_uplift(checker, shown, arm, arms["true"], arms[arm]) for arm in arms if arm != "true" and "true" in arms]
    return [one for one in found if one is not None]


def _means(rows: Iterable[Row], checker: str, shown: str, arm: str) -> dict[str, float]:
    """Task -> the share of its grids that came out exact."""
    chosen = (row for row in rows if (row.checker, row.shown, row.arm) == (checker, shown, arm) and row.answered)
    return {task: fmean(row.exact for row in group) for task, group in _by_task(chosen).items()}


def _uplift(checker: str, shown: str, arm: str, true: dict[str, float], other: dict[str, float]) -> Uplift | None:
    tasks = [task for task in true if task in other]
    if not tasks:
        return None
    differences = [true[task] - other[task] for task in tasks]
    return Uplift(
        checker=checker,
        embedded=embedded(checker),
        shown=shown,
        arm=arm,
        descriptions=len(tasks),
        true=fmean(true[task] for task in tasks),
        without=fmean(other[task] for task in tasks),
        uplift=fmean(differences),
        interval=mean_difference(differences),
        p=_p(differences),
    )


def duels(rows: Sequence[Row]) -> list[Duel]:
    """Each checker against the best, with the examples and without them."""
    found = []
    for shown in dict.fromkeys(row.shown for row in rows):
        means = {checker: _means(rows, checker, shown, "true") for checker in dict.fromkeys(row.checker for row in rows)}
        told = {checker: mine for checker, mine in means.items() if mine}
        if told:
            best = max(told, key=lambda checker: fmean(told[checker].values()))
            found += [_duel(checker, best, shown, told[checker], told[best]) for checker in told if checker != best]
    return [one for one in found if one is not None]


def _duel(checker: str, best: str, shown: str, mine: dict[str, float], its: dict[str, float]) -> Duel | None:
    differences = [mine[task] - its[task] for task in mine if task in its]
    if not differences:
        return None
    fields = {"descriptions": len(differences), "difference": fmean(differences), "p": _p(differences)}
    return Duel(checker=checker, best=best, shown=shown, interval=mean_difference(differences), **fields)


def _p(differences: Sequence[float]) -> float:
    """The test counts in whole units."""
    return sign_flip([round(one * UNIT) for one in differences])


UNIT = 60
"""Of a share's difference: thirds, quarters, fifths and sixths are whole numbers of it."""


def measured(rows: Sequence[Row]) -> dict[str, Any]:
    """What an Exam holds of its rows."""
    return {"standings": standings(rows), "uplifts": uplifts(rows), "duels": duels(rows), "rows": list(rows)}
