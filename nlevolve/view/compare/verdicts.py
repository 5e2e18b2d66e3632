"""What repeats show, and whether a difference is one, as rows of text: for the tables of a terminal and of a page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from string import ascii_uppercase

from nlevolve.view.compare.comparison import Comparison
from nlevolve.view.compare.repeats import Contest, Group
from nlevolve.view.statistics import LEVEL, POWER
from nlevolve.view.text import clean, count, percent, points

LONGEST_NAME = 14
GROUP_COLUMNS = ("repeats", "runs", "mean", "spread", "luck", "from – to", "ever", "always")
GROUP_NOTE = (
    "mean: share of the tasks that a run solves. spread: standard deviation between its runs, in points; luck: what chance "
    "within each task makes of it, so that much more is common to a whole run. ever, always: tasks that some run solves, that "
    "every run does."
)
CONTEST_COLUMNS = ("X – Y", "points", "95%", "p", "noise", "tasks", "repeats", "verdict")


def group_row(group: Group, called: str) -> list[str]:
    """Mean and spread of repeats."""
    return [
        called,
        str(len(group.runs)),
        percent(group.mean),
        _deviation(group.spread),
        _deviation(group.luck),
        f"{percent(group.lowest).removesuffix('%')}–{percent(group.highest)}",
        str(group.solved_ever),
        str(group.solved_always),
    ]


def contest_row(contest: Contest, one: str, other: str) -> list[str]:
    """A difference, how sure it is, and what would settle it."""
    low, high = contest.interval
    settled = contest.verdict == "different"
    return [
        f"{one} – {other}",
        points(contest.difference),
        f"{points(low)} to {points(high)}",
        probability(contest.p_holm),
        ("±" if contest.noise_from == "repeats" else "~±") + _deviation(contest.noise),
        "–" if settled or contest.tasks_needed is None else count(contest.tasks_needed),
        "–" if settled or contest.repeats_needed is None else count(contest.repeats_needed),
        contest.verdict,
    ]


def contest_note(found: Comparison) -> str:
    """What stands in the columns, and what was assumed."""
    several, test = len(found.contests), "Fisher's permutation test on the tasks' differences, exact"
    told = ["points: mean share solved of X less that of Y, paired by task, with Agresti and Min's interval."]
    told.append(f"p: {test}" + (", which is McNemar's here." if _once(found) else "."))
    if several > 1:
        told.append(f"Holm's correction for {several} comparisons is in p; what settles is for {LEVEL}/{several}.")
    told.append("noise: equal runs differ by no more in 95 of 100 cases.")
    if any(one.noise_from == "published" for one in found.contests):
        told.append("~: nothing was repeated, others measured that much; solve --repeats 3 measures it.")
    how = f"how many of them would show a difference of this size in {percent(POWER, 0)} of cases"
    told.append(f"tasks, repeats: {how}; – where none are needed, or no number is enough.")
    return " ".join(told)


def sometimes(found: Comparison, called: Mapping[str, str]) -> Iterator[tuple[str, list[str]]]:
    """Group of several runs -> the tasks that some of them solve and others do not."""
    for group in found.groups:
        if len(group.runs) > 1:
            yield called[group.name], group.sometimes


def probability(p: float) -> str:
    return "<0.0001" if p < 0.0001 else f"{p:.4f}"


def group_labels(found: Comparison) -> dict[str, str]:
    """Group -> how tables call it: by its name, or where names are long by a letter; its runs are called A1, A2, … after it."""
    if all(len(group.name) <= LONGEST_NAME for group in found.groups):
        return {group.name: clean(group.name) for group in found.groups}
    return {group.name: letter for group, letter in zip(found.groups, letters(len(found.groups)), strict=True)}


def letters(number: int) -> list[str]:
    """So many short names: letters, or numbers where there are more."""
    return list(ascii_uppercase[:number]) if number <= len(ascii_uppercase) else [str(one) for one in range(1, number + 1)]


def _once(found: Comparison) -> bool:
    return all(len(group.runs) == 1 for group in found.groups)


def _deviation(share: float | None) -> str:
    return "–" if share is None else points(share).removeprefix("+")
