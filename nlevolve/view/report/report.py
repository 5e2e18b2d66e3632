"""report.html: a run in one self-contained page. Figures are those of results.json; grids are drawn when a task is opened."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from nlevolve.evolve.bandit import Arm, pooled
from nlevolve.run.retell import Told
from nlevolve.version import __version__
from nlevolve.view import looks
from nlevolve.view.chart_files import link
from nlevolve.view.examples import ELSEWHERE, HONESTLY
from nlevolve.view.examples import in_words as examples_told
from nlevolve.view.grading import Solution
from nlevolve.view.history import History, TaskHistory
from nlevolve.view.lost import in_short, summed
from nlevolve.view.page import render
from nlevolve.view.programs import in_words as programs_told
from nlevolve.view.readings import in_words
from nlevolve.view.report import plots
from nlevolve.view.report.report_data import deflate, pack
from nlevolve.view.results import both_means, exact_on_training, set_label
from nlevolve.view.run_folder import settings_of
from nlevolve.view.statistics import wilson
from nlevolve.view.text import clean, count, counted, doubt, duration, model_name, money, percent, plural, points, shard_words
from nlevolve.view.uplift import lacking

STATES = {
    "solved": "solved",
    "partly": "some test inputs right",
    "wrong": "wrong",
    "misled": "wrong, though exact on training",
    "covered": "wrong, but a proposal was right",
    "answered": "answered, solution unknown",
    "failed": "failed",
    "unanswered": "not answered",
}
BADGES = {"solved": "solved", "partly": "partly", "wrong": "wrong", "answered": "answered", "failed": "failed"}


def report(
    results: Mapping[str, Any],
    history: History,
    config: Mapping[str, Any],
    solutions: Mapping[str, Solution],
    told: Mapping[str, Sequence[Told]] | None = None,
    controls: Sequence[str] | None = None,
) -> str:
    """The page's HTML. `results` is the content of results.json, `config` of config.json, `solutions` as far as known.

    `controls`: what its controls say, a line each; empty where there is none yet, None where there is nothing to control.
    `told`: the calls of the tasks whose requests and replies are to stand in it (see `retell.retell_all`).
    """
    told = told or {}
    rows, places = results["tasks"], _ranked(history, results["tasks"])
    tasks = [_task(rows[name], history.task(name), solutions.get(name), told.get(name, ()), places[name]) for name in rows]
    states = Counter(state for task in tasks for state in task["states"])
    return render(
        "report",
        styles=("report",),
        script="report",
        run=clean(results["run"]) or "run",
        subtitle=_subtitle(results, history),
        tiles=_tiles(results, history),
        notes=_notes(results, history) + _controls(results, controls),
        charts=plots.of_run(results, history),
        link=link,
        spending=[
            {**one, "read": in_words(one.get("replies", {})), "about": "≈ " if one.get("estimated_calls") else ""}
            for one in results["by_role"]
        ],
        mix=_mix(history),
        looks=looks.told(results),
        looks_note=looks.NOTE,
        tasks=tasks,
        states=[{"name": name, "label": label, "count": states[name]} for name, label in STATES.items() if states[name]],
        settings=settings_of(config),
        version=__version__,
    )


def _subtitle(results: Mapping[str, Any], history: History) -> str:
    models = results["models"]
    verbs = {"generator": "writes", "coder": "codes", "checker": "checks"}
    if _guessed(history):
        verbs = {"answerer": "guesses"}
    elif results["totals"].get("programs", {}).get("made") and "coder" not in models:
        verbs = {"generator": "writes words and programs"}  # which nobody else reads
    told = [f"{model_name(models[role])} {verb}" for role, verb in verbs.items() if role in models]
    if history.started:
        told.append(f"preset {clean(history.started.preset)}")
        told += filter(None, [shard_words(history.started.shard)])
        told.append(f"{history.sessions[0][0]:%d %B %Y, %H:%M} UTC")
    if len(history.sessions) > 1:
        told.append(plural(len(history.sessions), "session"))
    return " · ".join(told)


def _guessed(history: History) -> bool:
    """Whether this run looked for no description at all, and asked for answers from the pairs alone."""
    begun = [task for task in history.tasks.values() if task.started]
    return bool(begun) and all(task.wordless for task in begun)


def _tiles(results: Mapping[str, Any], history: History) -> list[dict[str, str]]:
    totals = results["totals"]
    calls, tokens = totals["calls"], totals["tokens"]
    asked = calls["provider"] + calls["cache"] + calls["failed"]
    unsure = doubt(totals["cost_unknown_calls"], totals.get("cost_unknown_usd", 0.0))
    estimated = totals.get("estimated_calls", 0)
    about = "≈ " if estimated else ""
    cost = ("at least " if results.get("damage") else about) + money(totals["cost_usd"]) + ("+" if unsure else "")
    prompted, completed = tokens["prompt"], tokens["completion"]
    cached = f"{count(calls['cache'])} more from the cache ({percent(calls['cache'] / asked if asked else None)} of all)"
    cached_prompt = percent(tokens["prompt_cached"] / prompted if prompted else None)
    each = duration(totals["seconds"] / totals["tasks"] if totals["tasks"] else 0)
    rows = [
        *_scores(totals),
        _tried(results, history),
        ("Spent", cost, _per_solved(totals)),
        ("Calls", count(calls["provider"]), f"{cached}, {count(calls['failed'])} failed, {count(history.retries)} sent again"),
        (
            "Tokens",
            about + count(prompted + completed),
            f"{count(prompted)} prompt ({cached_prompt} cached), {count(completed)} completion"
            + (f"; of {counted(estimated, 'reply', 'replies')} estimated" if estimated else ""),
        ),
        ("Time", duration(totals["seconds"]), f"{each} a task"),
    ]
    return [{"name": name, "value": value, "more": more} for name, value, more in rows]


def _tried(results: Mapping[str, Any], history: History) -> tuple[str, str, str]:
    """How far what was tried fits the pairs; of a run without descriptions how often it guessed."""
    totals = results["totals"]
    if _guessed(history):
        guesses = sum(len(task.guesses) for task in history.tasks.values())
        return ("Direct guesses", count(guesses), "from the pairs alone; no description was looked for")
    exact = f"{sum(map(exact_on_training, results['tasks'].values()))} of {totals['tasks']}"
    return ("Exact on training", exact, f"tasks; {counted(totals['candidates'], 'description')} tried")


def _scores(totals: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    if totals["solved"] is None:
        return [("Tasks", count(totals["tasks"]), "solutions unknown: nothing to grade against")]
    solved, tasks = totals["solved"], totals["tasks"]
    right, covered, inputs = totals["test_inputs_solved"], totals["test_inputs_covered"], totals["test_inputs"]
    low, high = wilson(solved, tasks)
    each_low, each_high = wilson(right, inputs)
    share = f"{percent(totals['score_tasks'])}, interval {percent(low)} to {percent(high)}"
    label = set_label(totals.get("public_tasks", 0), tasks)
    return [
        ("Tasks solved", f"{solved} of {tasks}", "; ".join(filter(None, [share, both_means(totals), label]))),
        (
            "Test inputs right",
            f"{right} of {inputs}",
            f"mean share a task {percent(totals['score_inputs'])}; of inputs {percent(each_low)} to {percent(each_high)}",
        ),
        (
            "Right grid proposed",
            f"{covered} of {inputs}",
            f"test inputs; {covered - right} lost by choosing two answers",
        ),
    ]


def _per_solved(totals: Mapping[str, Any]) -> str:
    told = [f"{money(totals['cost_usd'] / totals['tasks'])} a task"] if totals["tasks"] else []
    if totals["solved"]:
        told.append(f"{money(totals['cost_usd'] / totals['solved'])} a solved one")
    unsure = doubt(totals["cost_unknown_calls"], totals.get("cost_unknown_usd", 0.0))
    return ", ".join([*told, *([unsure] if unsure else [])])


def _mix(history: History) -> list[dict[str, Any]]:
    """What the models of a mix have shown over all tasks, the most gainful first; nothing without a mix."""
    shown = pooled(
        {model: Arm(births, gain * births, usd * births) for model, births, gain, usd in event.rows}
        for event in history.mix.values()
    )
    rows = [
        {"model": model, "births": round(arm.births), "gain": arm.gain / arm.births, "cost": arm.dollars / arm.births}
        for model, arm in shown.items()
        if arm.births
    ]
    return sorted(rows, key=lambda row: -row["gain"])


def _notes(results: Mapping[str, Any], history: History) -> list[str]:
    notes = [] if results["finished"] else [_unfinished(history)]
    notes += [results["explanation"]] if results.get("explanation") else []
    lost = in_short(summed(results["totals"].get("losses", ())))
    notes += [f"No reply came to some of what was asked: {lost}."] if lost else []
    told = programs_told(results["totals"].get("programs", {}))
    notes += (
        [f"{'A coder' if 'coder' in results['models'] else 'The generator'} said descriptions in Python: {told}."] if told else []
    )
    shown = examples_told(results["totals"].get("examples"))
    notes += [f"{shown}. {HONESTLY[:1].upper()}{HONESTLY[1:]}: {ELSEWHERE}."] if shown else []
    return notes + history.notices


def _controls(results: Mapping[str, Any], controls: Sequence[str] | None) -> list[str]:
    none = lacking(f"nlevolve control {clean(results['run'])}")
    return [] if controls is None else list(controls) or [f"{none[:1].upper()}{none[1:]}"]


def _unfinished(history: History) -> str:
    if history.finished is None:
        return "This run had not ended when the report was written."
    name = history.started.run if history.started else ""
    why = f": {history.finished.why}" if history.finished.why else ""
    remedy = f" To change first: {clean(history.finished.remedy)}." if history.finished.remedy else ""
    further = remedy + (f" Go on with: nlevolve resume {name}" if history.finished.resumable else "")
    return f"This run ended early ({history.finished.reason}{why}).{further}"


def _ranked(history: History, names: Iterable[str]) -> dict[str, int]:
    """Task -> its place by what its best description is worth, by the run's own rank; those that have none stand last."""

    def worth(name: str) -> tuple[float, ...]:
        best = history.task(name).best
        if best is None:
            return (-1.0,)
        its, shares = best.fitness, (best.fitness.exact / best.fitness.pairs, best.fitness.cells)
        # tasks have different numbers of pairs, so that it is the share of exact ones that counts between them
        return (float(its.judged), *(shares if history.rank == "pairs" else reversed(shares)), float(-its.words))

    return {name: place for place, name in enumerate(sorted(names, key=worth, reverse=True))}


def _task(
    row: Mapping[str, Any], seen: TaskHistory, solution: Solution | None, told: Sequence[Told], place: int
) -> dict[str, Any]:
    states = _states(row, seen)
    calls = row["calls"]
    return {
        "id": seen.id,
        "states": states,
        "badge": BADGES.get(states[0], "unanswered"),
        "outcome": {"partly": "partly", "answered": "answered", "unanswered": "not answered"}.get(states[0], states[0]),
        "guesses": plural(len(seen.guesses), "guess", "guesses") if seen.wordless else "",
        "exact": row["train"]["exact"],
        "pairs": row["train"]["pairs"],
        "cells": row["train"]["cell_accuracy"],
        "place": place,
        "operator": row["best"]["operator"] if row["best"] else "",
        "births": row["candidates"],
        "calls": sum(calls.values()),
        "cost": row["cost_usd"],
        "seconds": row["seconds"],
        "rule": row["description"] or [],
        "facts": _facts(row),
        "error": row["error"],
        "packed": deflate(pack(seen, solution, told)) if seen.started else "",
    }


def _states(row: Mapping[str, Any], seen: TaskHistory) -> list[str]:
    """What the filter calls the task; the first is its outcome."""
    if seen.answered is None or not (seen.answered.given or row["stopped"] == "failed"):
        return ["unanswered"]
    if row["solved"]:
        return ["solved"]
    if row["stopped"] == "failed" and not row["candidates"]:
        return ["failed"]
    if row["solved"] is None:
        return ["answered"]
    states = ["partly" if any(row["inputs_solved"]) else "wrong"]
    if exact_on_training(row):
        states.append("misled")
    if all(row["inputs_covered"]):
        states.append("covered")
    return states


def _facts(row: Mapping[str, Any]) -> str:
    calls, tokens = row["calls"], row["tokens"]
    gain = row["train"]["cell_accuracy"] - row["train"]["copy_accuracy"]
    told = [
        f"ended: {row['stopped']}{', unfinished' if row.get('unfinished') else ''}",
        f"{counted(calls['provider'], 'call')}, {count(calls['cache'])} more from the cache, {count(calls['failed'])} failed",
        f"{'≈ ' if row.get('estimated_calls') else ''}{count(tokens['prompt'])} + {count(tokens['completion'])} tokens",
    ]
    if agreed := row.get("agreed"):
        told.append(f"births {' and '.join(map(str, agreed))} agree on the test inputs")
    if lost := in_short(summed(row.get("losses", ()))):
        told.append(f"no reply came to some of it: {lost}")
    if row["candidates"]:
        told.append(f"best gains {points(gain)} points of cell accuracy over copying the input")
    return " · ".join(told)
