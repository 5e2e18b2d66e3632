"""How whoever wrote for a birth was shown the task, in a few words, and what came of each way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, TypeVar

from nlevolve.evolve.bandit import gain
from nlevolve.evolve.population import Candidate, Population
from nlevolve.records import Birth
from nlevolve.view.statistics import Interval, mean_difference
from nlevolve.view.text import plural, points

EYES = {"none": "without pictures", "inputs": "pictures of inputs", "all": "with pictures"}
Row = TypeVar("Row")
USUAL = "digits"
FIGURES = ("births", "exact", "gain", "cost_usd", "best", "tasks", "fits", "alone", "unseen")
Rows = Mapping[str, Mapping[str, Any]]
"""Birth.look -> figures, as in results.json."""


def shown_as(birth: Birth) -> str:
    """What is not as usual; empty where nothing is. Of a candidate's birth as it was carried out (`shown`)."""
    return _unusual(birth.grids, birth.eye, facts=birth.facts)


def _unusual(grids: str, eye: str, *, facts: bool) -> str:
    told = [f"grids as {grids}"] if grids != "digits" else []
    told += ["with facts"] if facts else []
    told += [EYES.get(eye, eye)] if eye != "none" else []
    return ", ".join(told)


def look_rows(population: Population, best: Candidate | None, floor: float) -> dict[str, dict[str, Any]]:
    """What births of one task gave, by how it was shown; `floor` is the cell accuracy of copying the input."""
    rows: dict[str, dict[str, Any]] = {}
    for candidate in population.members.values():
        if candidate.birth.operator == "given":
            continue
        row = rows.setdefault(candidate.shown.look, dict.fromkeys(FIGURES, 0))
        if candidate.unseen:
            rows.setdefault(candidate.birth.look, dict.fromkeys(FIGURES, 0))["unseen"] += 1
        # of what comes after a rule that fits, there is nothing left to gain
        gained = 0.0 if candidate.birth.operator in ("generalise", "alternative") else gain(candidate, population, floor)
        row["births"] += 1
        row["exact"] += candidate.fitness.perfect
        row["gain"] += gained
        row["cost_usd"] += candidate.dollars or 0.0
        row["best"] += best is candidate
    for move in population.failed.values():
        rows.setdefault(move.shown.look, dict.fromkeys(FIGURES, 0))["births"] += 1
        if move.unseen:
            rows.setdefault(move.birth.look, dict.fromkeys(FIGURES, 0))["unseen"] += 1
    fitting = [name for name, row in rows.items() if row["exact"]]
    for name, row in rows.items():
        row["tasks"], row["fits"] = int(row["births"] > 0), int(name in fitting)
        row["alone"] = int(fitting == [name] and sum(other["births"] > 0 for other in rows.values()) > 1)
    return {name: {figure: round(row[figure], 6) for figure in FIGURES} for name, row in rows.items()}


def added_looks(rows: Iterable[Rows]) -> dict[str, dict[str, Any]]:
    """The rows of several tasks as one."""
    every = list(rows)
    names = dict.fromkeys(name for row in every for name in row)
    return {
        name: {figure: round(sum(row[name].get(figure, 0) for row in every if name in row), 6) for figure in FIGURES}
        for name in names
    }


def in_words(look: str) -> str:
    """A way of showing by its name in results.json, as people say it: "with pictures", "as usual"."""
    grids, *more = look.split(" ")
    eye = next((part.removeprefix("pictures:") for part in more if part.startswith("pictures:")), "none")
    return _unusual(grids, eye, facts="facts" in more) or "as usual"


class Compared(NamedTuple):
    """One way of showing beside another, on the tasks of which both had births."""

    tasks: int
    points: float
    """By how much more a birth gained than one of the other way: the mean over these tasks, -1..1."""
    interval: Interval
    """At 95%, by task."""

    @property
    def verdict(self) -> str:
        """What may be concluded."""
        return "better" if self.interval.low > 0 else "worse" if self.interval.high < 0 else "no difference shown"


def usual_of(rows: Mapping[str, Any]) -> str:
    """The way beside which the others are held: the plainest that had births."""
    tried = [name for name, row in rows.items() if row["births"]]
    return min(tried, key=lambda name: (len(name.split(" ")), name != USUAL, name), default=USUAL)


def beside(tasks: Iterable[Rows], name: str, usual: str) -> Compared | None:
    """How births shown the task in one way did beside those shown it in the usual one; None where no task has both."""
    both = [(row[name], row[usual]) for row in tasks if all(row.get(one, {}).get("births") for one in (name, usual))]
    differences = [one["gain"] / one["births"] - other["gain"] / other["births"] for one, other in both]
    if not differences or name == usual:
        return None
    return Compared(len(both), sum(differences) / len(both), mean_difference(differences))


def ahead(of: Compared) -> str:
    """In points, with the interval, on how many tasks."""
    low, high = map(points, of.interval)
    return f"{points(of.points)} ({low} to {high}, {plural(of.tasks, 'task')})"


NOTE = (
    "exact: descriptions that fit every training pair. fits: tasks with one of these. alone: of those, tasks that no description "
    "shown otherwise fits, though there are some; a search that ends with the first that fits leaves the others little "
    "chance, so let it go on (policy.stop_perfect) before you conclude anything from it. gain: how much nearer than its parent, "
    "or than copying the input, a birth came, on average; one that gave no description came no nearer. ahead: by how many points "
    "more than one shown in the plainest way, on the tasks with both, with a 95% interval by task. unseen: births that were to "
    "be shown it so and were not (too long, or refused); they are counted where they belong."
)


def telling(rows: Mapping[str, Row]) -> Mapping[str, Row]:
    """The rows, where a way of showing is not the usual one: with that alone there is nothing to tell."""
    return rows if rows.keys() - {USUAL} else {}


def told(results: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Of results.json, the rows of a table of the ways of showing, with what may be concluded; none where there is one alone."""
    every = [row.get("looks", {}) for row in results["tasks"].values()]
    total = added_looks(every)
    return [_told(name, row, beside(every, name, usual_of(total))) for name, row in telling(total).items()]


def _told(name: str, row: Mapping[str, Any], found: Compared | None) -> dict[str, Any]:
    births = row["births"]
    means = {"mean": row["gain"] / births, "cost": row["cost_usd"] / births} if births else {"mean": None, "cost": None}
    verdict = {"ahead": ahead(found), "verdict": found.verdict} if found else {"ahead": "", "verdict": ""}
    return {**row, "name": in_words(name), **means, **verdict}
