"""The last words of a run: what was solved, what it cost, what to type next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.text import Text

from nlevolve.view.readings import in_words, telling
from nlevolve.view.results import exact_on_training
from nlevolve.view.terminal.palette import STANDARD, Palette
from nlevolve.view.terminal.panels.layout import Part, Row, row
from nlevolve.view.terminal.summary import Summary
from nlevolve.view.text import clean, count, duration, money, percent

NAMED = 6
"""Unsolved tasks that are named; the rest are counted."""


def closing(
    summary: Summary, results: Mapping[str, Any], run: str, palette: Palette = STANDARD, *, page: str | None = None
) -> Text:
    """`results` is the content of results.json; `run` is what a user types to name this run, `page` where its report is."""
    rows = [
        row(""),
        _score(results, palette),
        *_by_revision(results),
        _cost(summary, results),
        *_replies(results, palette),
        *_unsolved(results, palette),
    ]
    if not results["finished"]:
        rows.append(_cut_short(summary, results, palette))
    on = summary.finished is None or summary.finished.resumable
    return Text("\n").join(one.text() for one in [*rows, row(), *_next(results, run, page, on), row()])


def _score(results: Mapping[str, Any], palette: Palette) -> Row:
    totals = results["totals"]
    fitting = sum(map(exact_on_training, results["tasks"].values()))
    fits = f"a description fits all training pairs of {fitting} of {_number(totals['tasks'], 'task')}"
    if totals["solved"] is None:
        return row((f" {clean(results['run'])}  ", "bold"), (fits, palette.good), "; the solutions of the tests are not known")
    inputs = f"{totals['test_inputs_solved']} of {totals['test_inputs']} test inputs"
    return row(
        (f" {clean(results['run'])}  ", "bold"),
        (f"{totals['solved']} of {_number(totals['tasks'], 'task')} solved", f"bold {palette.good}"),
        f" ({percent(totals['score_tasks'])}; {inputs}); {fits}",
    )


def _by_revision(results: Mapping[str, Any]) -> list[Row]:
    """How many of the solved tasks were not solved at the first attempt: what the evolving was good for."""
    solved = [one for one in results["tasks"].values() if one["solved"] and one["best"]]
    later = sum(one["best"]["operator"] != "write" for one in solved)
    return [row(f"   {later} of the solved by a description that was revised or recombined")] if later else []


def _cost(summary: Summary, results: Mapping[str, Any]) -> Row:
    account, totals = summary.account, results["totals"]
    about = "≈ " if account.estimated else ""
    split = " · ".join(f"{kind} {money(usd)}" for kind, usd in summary.spent().items())
    calls = f"{_number(account.provider, 'call')}, {count(account.cache)} more from the cache"
    parts: list[Part] = [f"   {duration(totals['seconds'])} · {calls}"]
    parts += [f", {count(account.failed)} failed" if account.failed else "", " · ", (about + money(account.cost_usd), "bold")]
    parts += [f" ({split})"] if account.cost_usd else []
    parts += [f", {money(account.cost_usd / totals['solved'])} a solved task"] if account.cost_usd and totals["solved"] else []
    parts += [f", and {_number(account.unknown, 'call')} of unknown price"] if account.unknown else []
    parts += [f"; the tokens of {_number(account.estimated, 'reply', 'replies')} are estimated"] if account.estimated else []
    return row(*parts)


def _replies(results: Mapping[str, Any], palette: Palette) -> list[Row]:
    """What became of the replies, a line a role and model, where not all were read; and what that explains."""
    rows = [
        row(f"   replies of the {one['role']} ", (clean(one["model"]), "dim"), f": {in_words(one['replies'])}")
        for one in results["by_role"]
        if telling(one["replies"])
    ]
    why = results["explanation"]
    return [*rows, row(("   why: ", f"bold {palette.bad}"), clean(why))] if why else rows


def _unsolved(results: Mapping[str, Any], palette: Palette) -> list[Row]:
    """Tasks that were tried to the end and not solved, and those that failed; tasks cut short have a line of their own."""
    tasks = results["tasks"].items()
    missed = [name for name, one in tasks if one["solved"] is False and one["stopped"] in ("perfect", "exhausted")]
    # a task of which there is nothing to say was not begun: why stands in a line of its own
    failed = [name for name, one in tasks if one["stopped"] == "failed" and one["error"]]
    rows = []
    if missed:
        exact = [results["tasks"][name]["train"] for name in missed]
        told = [f"{clean(name)} {its['exact']}/{its['pairs']}" for name, its in zip(missed[:NAMED], exact, strict=False)]
        names = ", ".join(told) + _more(len(missed))
        rows.append(row(("   not solved: ", palette.partly), names, ("  (training pairs exact)", "dim")))
    if failed:
        why = clean(results["tasks"][failed[0]]["error"])
        names = ", ".join(map(clean, failed[:NAMED])) + _more(len(failed))
        rows.append(row((f"   {_number(len(failed), 'task')} failed: ", palette.bad), f"{names} ({why})"))
    return rows


def _cut_short(summary: Summary, results: Mapping[str, Any], palette: Palette) -> Row:
    left = sum(one["stopped"] in ("interrupted", "budget") for one in results["tasks"].values())
    why = clean(summary.finished.why) if summary.finished and summary.finished.why else "it was cut short"
    tasks = f", {_number(left, 'task')} left" if left else ""
    return row((f"   not finished{tasks}: {why}", palette.bad))


def _next(results: Mapping[str, Any], run: str, page: str | None, resumable: bool) -> list[Row]:
    """Commands that lead on from here."""
    tried = {name: one for name, one in results["tasks"].items() if one["best"]}
    telling = [name for name, one in tried.items() if one["solved"] is False] or list(tried)
    told = [] if results["finished"] or not resumable else [(f"nlevolve resume {run}", "go on where it stopped")]
    told += [(f"nlevolve show {run} {clean(telling[0])}", "its best description, what went wrong")] if telling else []
    told += [
        (page or f"nlevolve report {run}", "every candidate and its grids"),
        (f"nlevolve compare {run} OTHER", "this run beside another one"),
        (f"nlevolve watch {run} --speed 20", "see it again, twenty times as fast"),
    ]
    wide = max(len(command) for command, _ in told)
    return [row((f"   {command:<{wide}}", "bold"), (f"   {why}", "dim")) for command, why in told]


def _number(number: int, noun: str, many: str = "") -> str:
    return f"{number:,} {noun if number == 1 else many or f'{noun}s'}"


def _more(number: int, named: int = NAMED) -> str:
    return f" and {number - named} more" if number > named else ""
