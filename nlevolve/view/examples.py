"""What a library's examples did: written births that were shown some, beside those that were not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from nlevolve.evolve.bandit import gain
from nlevolve.evolve.population import Candidate, Population
from nlevolve.view.text import percent, plural

KINDS = ("shown", "plain")


@dataclass(frozen=True)
class Written:
    """One written birth that gave a description."""

    shown: bool
    """Whether it was shown examples."""
    fits: bool
    gain: float
    solved: bool
    """Whether its description is the one that its task is solved by."""


def written(population: Population, floor: float, solved_by: int | None) -> list[Written]:
    """Those of a task. `floor` is the cell accuracy of copying the input, `solved_by` the birth of its best description if it is
    solved."""
    births = [one for one in population.members.values() if one.birth.operator == "write"]
    return [_written(one, population, floor, one.index == solved_by) for one in births]


def _written(one: Candidate, population: Population, floor: float, solved: bool) -> Written:
    return Written(bool(one.birth.examples), one.fitness.perfect, gain(one, population, floor), solved)


def examples_row(births: Iterable[Written]) -> dict[str, Any] | None:
    """As results.json has it; None where no birth was shown any."""
    every = list(births)
    parts = {kind: [one for one in every if one.shown == (kind == "shown")] for kind in KINDS}
    return {kind: _row(those) for kind, those in parts.items()} if parts["shown"] else None


def _row(births: list[Written]) -> dict[str, Any]:
    return {
        "births": len(births),
        "fit": sum(one.fits for one in births),
        "solved": sum(one.solved for one in births),
        "gain": round(sum(one.gain for one in births) / len(births), 6) if births else None,
    }


def in_words(row: Mapping[str, Any] | None) -> str:
    """An `examples` row of results.json in one line; empty where no birth was shown any."""
    if not row:
        return ""
    shown, plain = (_told(row[kind]) for kind in KINDS)
    return (
        f"{plural(row['shown']['births'], 'written description')} with examples from a library: {shown}; "
        f"{row['plain']['births']:,} without: {plain}"
    )


HONESTLY = "births with examples and those without are of the same searches"
ELSEWHERE = "what a library adds, a run without it says (nlevolve compare)"


def _told(row: Mapping[str, Any]) -> str:
    if not row["births"]:
        return "none"
    fit = f"{row['fit']:,} fit all pairs ({percent(row['fit'] / row['births'])})"
    return f"{fit}, {plural(row['solved'], 'task')} solved by one, mean gain {row['gain']:.3f}"
