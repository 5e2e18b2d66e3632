"""The last words of a run: what was solved, what it cost, what to type next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.text import Text

from nlevolve.hub.address import THERE
from nlevolve.program import command, quoted
from nlevolve.view.account import Account
from nlevolve.view.door import console
from nlevolve.view.examples import in_words as examples_told
from nlevolve.view.programs import in_words as in_words_of_programs
from nlevolve.view.readings import in_words, telling
from nlevolve.view.results import both_means, exact_on_training, set_label
from nlevolve.view.terminal.palette import STANDARD, Palette
from nlevolve.view.terminal.panels.layout import Part, Row, row
from nlevolve.view.terminal.summary import Summary
from nlevolve.view.text import clean, count, doubt, duration, money, percent, plural

INDENT = "   "
NAMED = 6
"""Unsolved tasks that are named; the rest are counted."""


def closing(
    summary: Summary,
    results: Mapping[str, Any],
    run: str,
    palette: Palette = STANDARD,
    *,
    page: Path | None = None,
    width: int | None = None,
    controls: Sequence[str] | None = None,
    elsewhere: Sequence[str] = (),
) -> Text:
    """`results` is the content of results.json; `run` is what a user types to name this run, `page` where its report is.

    `controls`: what its controls say, a line each; empty where there is none yet, None where there is nothing to control.

    `elsewhere`: the flags by which others solved its tasks, to be typed again.

    `width`: longer lines are folded there, between words and with an indent; commands never, so that they can be pasted.
    """
    rows = [
        row(""),
        _score(results, palette),
        *_by_revision(results),
        *_agreed(results),
        *(row(f"   {told}") for told in [examples_told(results["totals"].get("examples"))] if told),
        *_without_a_fit(results),
        *(row(f"   {line}") for line in controls or ()),
        _cost(summary, results),
        *_programs(results),
        *_damaged(results, palette),
        *_replies(results, palette, explained=bool(summary.finished and summary.finished.why) and not _tried(results)),
        *_unsolved(summary, results, palette),
    ]
    if not results["finished"]:
        rows.append(_cut_short(summary, results, palette))
    elif summary.finished and summary.finished.why:
        rows.append(row((f"   {clean(summary.finished.why)}", palette.bad)))
    rows += _to_change(summary, results, palette)
    told = [line for one in [*rows, row()] for line in _folded(one.text(), width)]
    typed = _next(results, run, page, _resuming(summary), width, controls == [], elsewhere)
    return Text("\n").join([*told, *typed, Text()])


def _score(results: Mapping[str, Any], palette: Palette) -> Row:
    totals = results["totals"]
    fits = _fits(results)
    if totals["solved"] is None:
        return row((f" {clean(results['run'])}  ", "bold"), (fits, palette.good), "; the solutions of the tests are not known")
    inputs = f"{totals['test_inputs_solved']} of {plural(totals['test_inputs'], 'test input')}"
    label = set_label(totals["public_tasks"], totals["tasks"])
    share = "; ".join(filter(None, [percent(totals["score_tasks"]), both_means(totals), inputs, label]))
    return row(
        (f" {clean(results['run'])}  ", "bold"),
        (f"{totals['solved']} of {plural(totals['tasks'], 'task')} solved", f"bold {palette.good}"),
        f" ({share}); {fits}",
    )


def _fits(results: Mapping[str, Any]) -> str:
    if _by_guesses(results):
        return "answered from the pairs alone, with no description"
    fitting = sum(map(exact_on_training, results["tasks"].values()))
    return f"a description fits all training pairs of {fitting} of {plural(results['totals']['tasks'], 'task')}"


def _by_guesses(results: Mapping[str, Any]) -> bool:
    """Whether tasks were answered with no description tried, since none was asked for."""
    asked = any(row["role"] == "generator" for row in results["by_role"])
    return (
        not asked
        and not results["totals"]["candidates"]
        and any(one["stopped"] == "exhausted" for one in results["tasks"].values())
    )


def _by_revision(results: Mapping[str, Any]) -> list[Row]:
    """How many of the solved tasks were not solved at the first attempt: what the evolving was good for; and by whom else."""
    solved = [one for one in results["tasks"].values() if one["solved"] and one["best"]]
    counts = Counter(one["best"]["operator"] for one in solved)
    made = {
        "was revised or recombined": counts["revise"] + counts["recombine"],
        "came after one that fits, or after all that failed": counts["generalise"] + counts["alternative"] + counts["restart"],
        "was given, and not found by this run": counts["given"],
    }
    return [row(f"   {count} of the solved by a description that {how}") for how, count in made.items() if count]


def _agreed(results: Mapping[str, Any]) -> list[Row]:
    """Where the search waited for rules to agree on the test inputs: how often they did, and how often that was right."""
    agreed = [one for one in results["tasks"].values() if one.get("agreed")]
    if not agreed:
        return []
    right = "" if results["totals"]["solved"] is None else f", and {sum(one['solved'] for one in agreed)} of these are solved"
    return [row(f"   rules that were found apart agree on the test inputs of {plural(len(agreed), 'task')}{right}")]


def _without_a_fit(results: Mapping[str, Any]) -> list[Row]:
    """How tasks can be solved though no description fits all their pairs: what a pair shows is what the checker made of it."""
    solved = [one for one in results["tasks"].values() if one["solved"] and one["description"]]
    loose = sum(not exact_on_training(one) for one in solved)
    if not loose:
        return []
    told = "its words were followed right on the tests and not on some training pair: the checker's slips count against it there"
    return [row(f"   {loose} of the solved by a description that does not fit all pairs: {told}")]


def _cost(summary: Summary, results: Mapping[str, Any]) -> Row:
    account, totals = summary.account, results["totals"]
    about = "≈ " if account.estimated else ""
    split = " · ".join(f"{kind} {money(usd)}" for kind, usd in summary.spent().items())
    calls = f"{plural(account.provider, 'call')}, {count(account.cache)} more from the cache"
    parts: list[Part] = [f"   {duration(totals['seconds'])} · {calls}"]
    parts += [
        f", {count(account.failed)} failed" if account.failed else "",
        " · ",
        "at least " if results["damage"] else about,
        (money(account.cost_usd), "bold"),
    ]
    parts += [f" ({split})"] if account.cost_usd else []
    parts += [f", {money(account.cost_usd / totals['solved'])} a solved task"] if account.cost_usd and totals["solved"] else []
    unsure = doubt(totals["cost_unknown_calls"], totals["cost_unknown_usd"])
    parts += [f"; {unsure}" if unsure else ""]
    parts += [f"; {_estimated(account)}"] if account.estimated else []
    return row(*parts)


def _programs(results: Mapping[str, Any]) -> list[Row]:
    told = in_words_of_programs(results["totals"].get("programs", {}))
    return [row(f"   {told}")] if told else []


def _estimated(account: Account) -> str:
    """How many replies' tokens are our estimate: where we hung up, a provider had no chance to say."""
    replies = plural(account.estimated, "reply", "replies")
    ours = (
        ""
        if not account.hung_up
        else " that we broke off"
        if account.hung_up == account.estimated
        else f", {count(account.hung_up)} of them broken off by us"
    )
    return f"the tokens of {replies}{ours} are estimated"


def _damaged(results: Mapping[str, Any], palette: Palette) -> list[Row]:
    told = results["damage"]
    return [row((f"   {told['why']}: what is counted here is less than was", palette.bad))] if told else []


def _replies(results: Mapping[str, Any], palette: Palette, *, explained: bool) -> list[Row]:
    """What became of the replies, a line a role and model, where not all were read; and what that explains, if the run's own
    last word does not."""
    rows = [
        row(f"   replies of the {one['role']} ", (clean(one["model"]), "dim"), f": {in_words(one['replies'])}")
        for one in results["by_role"]
        if telling(one["replies"])
    ]
    why = None if explained and results["finished"] else results["explanation"]
    return [*rows, row(("   why: ", f"bold {palette.bad}"), clean(why))] if why else rows


def _folded(text: Text, width: int | None) -> list[Text]:
    """The lines of a text, those after the first further in."""
    if width is None or text.cell_len <= width:
        return [text]
    lines = text.wrap(console(width=width), width - len(INDENT))
    return [Text(INDENT) + line if number else line for number, line in enumerate(lines)]


def _unsolved(summary: Summary, results: Mapping[str, Any], palette: Palette) -> list[Row]:
    """Tasks that were tried to the end and not solved, and those that failed; tasks cut short have a line of their own."""
    tasks = results["tasks"].items()
    missed = [name for name, one in tasks if one["solved"] is False and one["stopped"] in ("perfect", "exhausted")]
    # a task of which there is nothing to say was not begun: why stands in a line of its own
    failed = [name for name, one in tasks if one["stopped"] == "failed" and one["error"]]
    rows = []
    if missed:
        exact = [results["tasks"][name]["train"] for name in missed]
        told = [f"{clean(name)} {its['exact']}/{its['pairs']}" for name, its in zip(missed[:NAMED], exact, strict=False)]
        told, what = (missed[:NAMED], "") if _by_guesses(results) else (told, "  (training pairs exact)")
        rows.append(row(("   not solved: ", palette.partly), ", ".join(told) + _more(len(missed)), (what, "dim")))
    if failed:
        why = clean(results["tasks"][failed[0]]["error"])
        # the reason of all is the run's own, and said below
        known = summary.finished.why if summary.finished else ""
        heard = not why or why in known or any(one["why"] in known for one in results["tasks"][failed[0]]["losses"])
        names = ", ".join(map(clean, failed[:NAMED])) + _more(len(failed)) + ("" if heard else f" ({why})")
        rows.append(row((f"   {plural(len(failed), 'task')} failed: ", palette.bad), names))
    return rows


def _cut_short(summary: Summary, results: Mapping[str, Any], palette: Palette) -> Row:
    """What a cap or the user has left, of the tasks that have no answer by a description that fits."""
    seen = [(summary.history.task(name), one) for name, one in results["tasks"].items()]
    stopped = [(task, one) for task, one in seen if one["stopped"] in ("interrupted", "budget")]
    left = [task.answered for task, _ in stopped if task.answered is None or task.cut_short]
    why = clean(summary.finished.why) if summary.finished and summary.finished.why else "it was cut short"
    tasks = f", {plural(len(left), 'task')} left" if left else ""
    early = sum(answered is not None and answered.given for answered in left)
    tasks += f" ({early} of them answered with the best there was)" if early else ""
    # a rule that fits was found, and the search still looked for one that agrees with it
    fitting = sum(one["unfinished"] and not task.cut_short for task, one in stopped)
    tasks += f", {plural(fitting, 'task')} answered by a rule that fits before the search was over" if fitting else ""
    return row((f"   not finished{tasks}: {why}", palette.bad))


def _to_change(summary: Summary, results: Mapping[str, Any], palette: Palette) -> list[Row]:
    """What the user has to mend before it can go on."""
    remedy = summary.finished.remedy if summary.finished and not results["finished"] else ""
    return [row(("   to change first: ", f"bold {palette.bad}"), clean(remedy))] if remedy else []


def _resuming(summary: Summary) -> str:
    """What to resume the run is good for; empty where it would fail alike."""
    last = summary.finished
    if last is not None and not last.resumable:
        return ""
    if last is not None and last.remedy:
        return "go on, once that is changed"
    if last is not None and last.reason == "budget" and last.why.startswith(THERE):
        return "go on, once its hub is started again with a larger cap"
    return f"go on, given a larger {_caps(summary)}" if last is not None and last.reason == "budget" else "go on where it stopped"


def _caps(summary: Summary) -> str:
    """The caps that the run has, by their flags; that of a task is told of nowhere else."""
    begun = summary.started
    caps = {"--max-calls": begun.max_calls, "--max-tokens-total": begun.max_tokens, "--budget": begun.budget_usd} if begun else {}
    return " or ".join(flag for flag, cap in caps.items() if cap is not None) or "--task-budget"


def _next(
    results: Mapping[str, Any],
    run: str,
    page: Path | None,
    resuming: str,
    width: int | None,
    uncontrolled: bool,
    elsewhere: Sequence[str],
) -> list[Text]:
    """Commands that lead on from here."""
    tried = _tried(results)
    telling = [name for name, one in tried.items() if one["solved"] is False] or list(tried)
    told = [] if results["finished"] or not resuming else [(command("resume", run, *elsewhere), resuming)]
    told += [(command("show", run, clean(telling[0])), "its best description, what went wrong")] if telling else []
    asked = next((name for name, one in results["tasks"].items() if one["replies"]["unreadable"]), None)
    told += [(command("show", run, clean(asked), "--raw"), "what was asked, and what came")] if asked and not tried else []
    told += (
        [(command("control", run), "no control yet: what its words add over the bare model")] if uncontrolled and tried else []
    )
    # of what failed before anything came there is nothing to look at twice
    nothing = not tried and bool(results["tasks"]) and not results["finished"]
    told += [
        (quoted([page]) if page else command("report", run), "every candidate and its grids"),
        *([] if nothing else [(command("compare", run, "OTHER"), "this run beside another one")]),
        *([] if nothing else [(command("watch", run, "--speed", "20"), "see it again, twenty times as fast")]),
    ]
    wide = max(len(typed) for typed, _ in told)
    fits = width is None or len(INDENT) * 2 + wide + max(len(why) for _, why in told) <= width
    # nothing beside what would be folded with it
    told = told if fits else [(typed, "") for typed, _ in told]
    return [
        row((f"{INDENT}{typed:<{wide if fits else 0}}", "bold"), (why and f"{INDENT}{why}", "dim")).text() for typed, why in told
    ]


def _tried(results: Mapping[str, Any]) -> dict[str, Any]:
    """The tasks for which there is a description."""
    return {name: one for name, one in results["tasks"].items() if one["best"]}


def _more(number: int, named: int = NAMED) -> str:
    return f" and {number - named} more" if number > named else ""
