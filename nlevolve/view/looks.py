"""How whoever wrote for a birth was shown the task, in a few words, and what came of each way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from nlevolve.evolve.bandit import gain
from nlevolve.evolve.population import Candidate, Population
from nlevolve.records import Birth

EYES = {"none": "without pictures", "inputs": "pictures of inputs", "all": "with pictures"}
Row = TypeVar("Row")
USUAL = "digits"
FIGURES = ("births", "exact", "gain", "cost_usd", "best")
Rows = Mapping[str, Mapping[str, Any]]
"""Birth.look -> figures, as in results.json."""


def shown_as(birth: Birth) -> str:
    """What is not as usual; empty where nothing is."""
    told = [f"grids as {birth.grids}"] if birth.grids != "digits" else []
    told += ["with facts"] if birth.facts else []
    told += [EYES[birth.eye]] if birth.eye != "none" else []
    return ", ".join(told)


def look_rows(population: Population, best: Candidate | None, floor: float) -> dict[str, dict[str, Any]]:
    """What births of one task gave, by how it was shown; `floor` is the cell accuracy of copying the input."""
    rows: dict[str, dict[str, Any]] = {}
    for candidate in population.members.values():
        if candidate.birth.operator == "given":
            continue
        row = rows.setdefault(candidate.birth.look, dict.fromkeys(FIGURES, 0))
        # of what comes after a rule that fits, there is nothing left to gain
        gained = 0.0 if candidate.birth.operator in ("generalise", "alternative") else gain(candidate, population, floor)
        row["births"] += 1
        row["exact"] += candidate.fitness.perfect
        row["gain"] += gained
        row["cost_usd"] += candidate.dollars or 0.0
        row["best"] += best is candidate
    return {name: {figure: round(row[figure], 6) for figure in FIGURES} for name, row in rows.items()}


def added_looks(rows: Iterable[Rows]) -> dict[str, dict[str, Any]]:
    """The rows of several tasks as one."""
    every = list(rows)
    names = dict.fromkeys(name for row in every for name in row)
    return {
        name: {figure: round(sum(row[name][figure] for row in every if name in row), 6) for figure in FIGURES} for name in names
    }


def telling(rows: Mapping[str, Row]) -> Mapping[str, Row]:
    """The rows, where a way of showing is not the usual one: with that alone there is nothing to tell."""
    return rows if rows.keys() - {USUAL} else {}
