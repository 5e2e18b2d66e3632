"""The report's charts: which figures of a run are drawn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from itertools import accumulate
from typing import Any

from nlevolve.evolve.population import Candidate
from nlevolve.view.charts import Bar, Chart, Curve, bars, curves, numbers_of_bars, numbers_of_curves
from nlevolve.view.history import History, TaskHistory
from nlevolve.view.looks import shown_as
from nlevolve.view.results import won
from nlevolve.view.text import plural, told_apart

MOST_BARS = 6


def of_run(results: Mapping[str, Any], history: History) -> list[Chart]:
    """All charts that this run has the figures for."""
    tasks = [task for task in history.tasks.values() if task.population.members]
    made = [solved_against_cost(results, history), fitness_against_births(tasks), credit(results, tasks), latency(history)]
    return [chart for chart in made if chart is not None]


def solved_against_cost(results: Mapping[str, Any], history: History) -> Chart | None:
    """Tasks in the order in which they ended: what had been spent on them, and how many were solved."""
    ended = sorted(
        (task for task in history.tasks.values() if task.answered), key=lambda task: task.answered.at if task.answered else 0
    )
    if not ended:
        return None
    graded = results["totals"]["solved"] is not None
    rows = [results["tasks"][task.id] for task in ended if task.id in results["tasks"]]
    solved = [int(won(row, graded)) for row in rows]
    paid = [row["cost_usd"] for row in rows]
    free = not any(paid)
    spent = [float(sum(row["calls"].values())) for row in rows] if free else paid
    name = "Solved against calls" if free else "Solved against cost"
    reached = Curve("tasks", [0.0, *accumulate(spent)], [0, *accumulate(solved)], steps=True)
    what = "Solved" if graded else "Exact on every training pair"
    paid_in = "calls, cache included" if free else "USD"
    drawn = curves(name, [reached], paid_in, "tasks")
    caption = f"{what}, of {plural(len(results['tasks']), 'task')}, in the order in which they ended."
    return Chart(name, caption, drawn, numbers_of_curves([reached], paid_in, "tasks"))


def fitness_against_births(tasks: list[TaskHistory]) -> Chart | None:
    """The best so far after each birth, averaged over tasks; a task that ended keeps its last."""
    longest = max((max(task.population.members) for task in tasks), default=0)
    if longest == 0:
        return None
    fits = [{birth: candidate.fitness for birth, candidate in task.population.members.items()} for task in tasks]
    cells = _mean([_best_so_far({birth: fit.cells for birth, fit in of.items()}, longest) for of in fits])
    pairs = _mean([_best_so_far({birth: fit.exact / fit.pairs for birth, fit in of.items()}, longest) for of in fits])
    copied = [task.started.copy_accuracy for task in tasks if task.started]
    births = list(range(longest + 1))
    drawn = [Curve("cells", births, cells), Curve("exact pairs", births, pairs)]
    if copied:
        drawn.append(Curve("cells, copying the input", [0, longest], [sum(copied) / len(copied)] * 2, dashed=True))
    caption = f"Best so far on the training pairs, mean over the {plural(len(tasks), 'task')} that had a candidate."
    title, axes = "Fitness against births", ("birth", "best so far")
    return Chart(title, caption, curves(title, drawn, *axes, share=True), numbers_of_curves(drawn, *axes))


def credit(results: Mapping[str, Any], tasks: list[TaskHistory]) -> Chart | None:
    """Which operators, views and models made the best descriptions of the tasks that were solved."""
    if not tasks:
        return None
    graded = results["totals"]["solved"] is not None
    rows = results["tasks"]
    winners = [task.best for task in tasks if task.best and task.id in rows and won(rows[task.id], graded)]
    everyone = [candidate for task in tasks for candidate in task.population.members.values()]
    apart = told_apart(candidate.birth.model for candidate in everyone)

    def look(one: Candidate) -> str:
        return shown_as(one.shown) or "as usual"

    keys: dict[str, Callable[[Candidate], str]] = {
        "by operator": lambda one: one.birth.operator,
        "by view": lambda one: one.birth.view,
        **({"by way of showing": look} if any(shown_as(one.shown) for one in everyone) else {}),
        "by model": lambda one: apart[one.birth.model],
    }
    groups = {name: _credited(winners, everyone, key) for name, key in keys.items()}
    title = "Who solved them" if graded else "Who made the exact ones"
    what = "solved" if graded else "exact on every training pair"
    caption = f"Tasks {what} whose best description came from it, of all the births it had."
    return Chart(title, caption, bars(title, groups), numbers_of_bars(groups))


def latency(history: History) -> Chart | None:
    """How long replies took, by role: the share of replies that came within a time."""
    by_role: dict[str, list[float]] = {}
    for (role, model), account in sorted(history.by_role.items()):
        if account.latencies:
            by_role[f"{role}, {history.short(model)}"] = sorted(account.latencies)
    if not by_role:
        return None
    drawn = [Curve(name, *_curve(times), steps=True) for name, times in by_role.items()]
    many = sum(map(len, by_role.values()))
    axes = ("seconds", "of the replies")
    caption = f"Share of the {many} replies of providers that came within a time; the cache answers at once."
    return Chart("Latency", caption, curves("Latency", drawn, *axes, log=True, share=True), numbers_of_curves(drawn, *axes))


def _curve(times: list[float]) -> tuple[list[float], list[float]]:
    """The empirical distribution, thinned to what a chart can show."""
    step = max(1, len(times) // 200)
    places = [*range(0, len(times), step), len(times) - 1]
    return [max(times[n], 1e-4) for n in places], [(n + 1) / len(times) for n in places]


def _best_so_far(shares: Mapping[int, float], longest: int) -> list[float]:
    return list(accumulate((shares.get(birth, 0.0) for birth in range(longest + 1)), max))


def _mean(rows: list[list[float]]) -> list[float]:
    return [sum(column) / len(column) for column in zip(*rows, strict=True)]


def _credited(winners: Iterable[Candidate], everyone: Iterable[Candidate], key: Callable[[Candidate], str]) -> list[Bar]:
    made, tried = Counter(map(key, winners)), Counter(map(key, everyone))
    ranked = sorted(tried, key=lambda name: (-made[name], -tried[name], name))[:MOST_BARS]
    return [Bar(name, made[name], f"{made[name]} of {plural(tried[name], 'birth')}") for name in ranked]
