"""What a comparison shows, as rows of text: the terminal's tables and the page's are drawn from the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from nlevolve.view.compare.comparison import Comparison, Duel
from nlevolve.view.compare.repeats import Contest, Group
from nlevolve.view.compare.sides import Side
from nlevolve.view.compare.verdicts import (
    CONTEST_COLUMNS,
    GROUP_COLUMNS,
    GROUP_NOTE,
    LONGEST_NAME,
    contest_note,
    contest_row,
    group_labels,
    group_row,
    letters,
    probability,
)
from nlevolve.view.looks import NOTE, ahead, in_words, telling
from nlevolve.view.readings import read_share
from nlevolve.view.results import set_label
from nlevolve.view.table import Sheet
from nlevolve.view.text import clean, count, duration, money, percent, plural, points
from nlevolve.view.uplift import METHOD, lines

MOST_DUELS = 10
"""With more pairs of runs than this, only those with the leading run are shown; --json has them all."""


def labels(found: Comparison) -> dict[str, str]:
    """Run -> how tables and plots call it: by its name, or by a letter where names are long; of repeats by that of its group and
    a number, A1, A2, …, so that a group A is none of its runs."""
    names = [side.run for side in found.runs]
    if not found.repeated:
        short = all(len(name) <= LONGEST_NAME for name in names)
        return {name: clean(name) for name in names} if short else dict(zip(names, letters(len(names)), strict=True))
    told = {
        run: label
        for group, letter in zip(found.groups, letters(len(found.groups)), strict=True)
        for run, label in _members(group, letter)
    }
    return {name: told[name] for name in names}


def spans(found: Comparison) -> dict[str, str]:
    """How a group of repeats is called -> its runs and its name, A1 to A3: mine."""
    called, groups = labels(found), group_labels(found)
    several = [group for group in found.groups if len(group.runs) > 1]
    return {groups[one.name]: f"{called[one.runs[0]]} to {called[one.runs[-1]]}: {clean(one.name)}" for one in several}


def _members(group: Group, letter: str) -> Iterator[tuple[str, str]]:
    alone = len(group.runs) == 1
    for number, run in enumerate(group.runs, 1):
        yield run, letter if alone else f"{letter}{'' if letter.isalpha() else '.'}{number}"


def sheets(found: Comparison) -> list[Sheet]:
    """All tables of a comparison, in order."""
    called = labels(found)
    groups = group_labels(found)
    apart = [_repeats(found, groups)] if found.repeated else [_duels(found, called)]
    looks = [_looks(found, called)] if any(telling(side.looks) for side in found.runs) else []
    return [
        _scores(found, called),
        _costs(found, called),
        *looks,
        *apart,
        *([_contests(found, groups)] if found.contests else []),
    ]


def settings(found: Comparison) -> Sheet | None:
    """The settings that are not the same everywhere; of repeats, which differ in their seed, the first run's."""
    called, groups = labels(found), group_labels(found)
    first = {group.runs[0]: groups[group.name] for group in found.groups} if found.repeated else called
    rows = [[clean(key), *(clean(values[run]) for run in first)] for key, values in found.settings.items()]
    telling = [row for row in rows if len(set(row[1:])) > 1]
    return Sheet("Settings that differ", ["setting", *first.values()], telling, justify="left") if telling else None


def _repeats(found: Comparison, called: Mapping[str, str]) -> Sheet:
    rows = [group_row(group, called[group.name]) for group in found.groups]
    return Sheet(f"Repeats ({found.criterion})", GROUP_COLUMNS, rows, GROUP_NOTE)


def _contests(found: Comparison, called: Mapping[str, str]) -> Sheet:
    shown: Sequence[Contest] = found.contests
    note = contest_note(found)
    if len(shown) > MOST_DUELS:
        leader = max(found.groups, key=lambda group: group.mean).name
        shown = [contest for contest in shown if leader in (contest.one, contest.other)]
        note += f" Only pairs with {called[leader]}, which leads."
    rows = [contest_row(contest, called[contest.one], called[contest.other]) for contest in shown]
    return Sheet(f"Is it a difference? ({found.criterion})", CONTEST_COLUMNS, rows, note)


def _scores(found: Comparison, called: Mapping[str, str]) -> Sheet:
    lacking = any(side.attempted < side.tasks for side in found.runs)
    columns = ["run", "solved", "95%", "inputs", "covered", "exact", "cells", "gain", "test cells"]
    guesses = any(side.guessed for side in found.runs)
    columns[4:4] = ["by guess"] if guesses else []
    columns[3:3] = ["attempted"] if lacking else []
    note = (
        "solved: every test input right within two answers, with Wilson's interval. inputs: mean share of a task's test inputs. "
        "covered: tasks whose solutions were among all grids proposed. exact: tasks whose best description is exact on every "
        "training pair. cells: mean cell accuracy on the training pairs; gain: points over copying the input; test cells: on the "
        "test inputs, the better of two answers."
    )
    note += " attempted: solved of the tasks that were reached and not lost to a failure." if lacking else ""
    note += " by guess: of the solved those with a test input that direct guesses alone have right." if guesses else ""
    label = set_label(found.public, found.shared)
    return Sheet(
        f"On {plural(found.shared, 'shared task')}" + (f", {label}" if label else ""),
        columns,
        [[called[side.run], *_score_row(side, lacking, guesses)] for side in found.runs],
        note,
    )


def _score_row(side: Side, lacking: bool, guesses: bool) -> list[str]:
    return [
        "–" if side.solved is None else f"{side.solved} ({percent(side.each(side.solved))})",
        f"{percent(side.interval.low, 0).removesuffix('%')}–{percent(side.interval.high, 0)}" if side.interval else "–",
        *([_of_attempted(side)] if lacking else []),
        percent(side.score_inputs),
        *(["–" if side.guessed is None else str(side.guessed)] if guesses else []),
        "–" if side.covered is None else str(side.covered),
        str(side.exact),
        percent(side.cells_train),
        points(side.gain),
        percent(side.cells_test),
    ]


def _of_attempted(side: Side) -> str:
    if side.attempted_solved is None or not side.attempted:
        return "–"
    return f"{side.attempted_solved}/{side.attempted} ({percent(side.attempted_solved / side.attempted)})"


def _costs(found: Comparison, called: Mapping[str, str]) -> Sheet:
    columns = ["run", "spent", "full", "/task", "/solved", "calls", "cached", "read", "tokens", "s/task", "reply s"]
    note = (
        "spent: by this run. full: with what replies from the cache had cost when they were bought; /task, /solved and tokens "
        "are counted so too. calls: that a provider got; cached: the share of all that the cache answered. "
        "≈: partly estimated, +: more of unknown price. read: replies that could be read. "
        "s/task: from start to answer. reply s: what providers took, a task."
    )
    rows = [[called[side.run], *_cost_row(side)] for side in found.runs]
    if any(side.checks_saved for side in found.runs):
        columns.insert(6, "saved")
        note += " saved: checks that programs made in a checker's place."
        for row, side in zip(rows, found.runs, strict=True):
            row.insert(6, count(side.checks_saved))
    return Sheet("What it took", columns, rows, note)


def _looks(found: Comparison, called: Mapping[str, str]) -> Sheet:
    columns = ["run", "shown", "births", "exact", "gain", "ahead", "fits", "alone", "best", "solved", "spent"]
    note = f"By how a task was shown to whoever wrote. {NOTE} best: tasks whose best description is of these; solved: of them."
    unseen = any(row.unseen for side in found.runs for row in side.looks.values())
    columns += ["unseen"] if unseen else []
    rows = [
        [
            called[side.run],
            in_words(name),
            count(row.births),
            count(row.exact),
            percent(row.gain / row.births) if row.births else "–",
            "–" if row.ahead is None else ahead(row.ahead),
            f"{row.fits} of {row.tasks}",
            count(row.alone),
            count(row.best),
            "–" if row.solved is None else count(row.solved),
            money(row.cost_usd),
            *([count(row.unseen)] if unseen else []),
        ]
        for side in found.runs
        for name, row in side.looks.items()
    ]
    return Sheet("How births were shown the task", columns, rows, note)


def _cost_row(side: Side) -> list[str]:
    more = "+" if side.cost_unknown_calls or side.cost_unknown_usd or side.damaged else ""
    about = "≈" if side.estimated_calls else ""
    solved = side.each_solved(side.cost_full_usd)
    tokens = side.tokens["prompt"] + side.tokens["completion"]
    return [
        about + money(side.cost_usd) + more,
        about + money(side.cost_full_usd) + more,
        about + money(side.each(side.cost_full_usd)) + more,
        "–" if solved is None else about + money(solved) + more,
        count(side.calls["provider"] + side.calls["failed"]),
        percent(side.cached_share),
        percent(read_share(side.replies), 0),
        about + count(tokens),
        _seconds(side.each(side.seconds)),
        _seconds(side.each(side.reply_seconds)),
    ]


def _duels(found: Comparison, called: Mapping[str, str]) -> Sheet:
    shown = found.duels
    note = "p: McNemar's exact test, two-sided; small means that so uneven a split is unlikely between equals."
    note += " It is not corrected for there being several." if len(shown) > 1 else ""
    if len(shown) > MOST_DUELS:
        leader = max(found.runs, key=lambda side: side.won).run
        shown = [duel for duel in shown if leader in (duel.one, duel.other)]
        note += f" Only pairs with {called[leader]}, which leads."
    columns = ["X – Y", "both", "only X", "only Y", "neither", "p"]
    return Sheet(
        f"Task by task ({found.criterion})",
        columns,
        [[f"{called[duel.one]} – {called[duel.other]}", *_duel_row(duel)] for duel in shown],
        note,
    )


def _duel_row(duel: Duel) -> list[str]:
    figures = (duel.both, duel.only_one, duel.only_other, duel.neither)
    return [*map(str, figures), probability(duel.p)]


def _seconds(seconds: float) -> str:
    return duration(seconds) if seconds >= 60 else f"{seconds:.1f}"


def controls(found: Comparison) -> list[str]:
    """What each run is ahead of its controls by, in words."""
    called = labels(found)
    told = [line for one in found.controls for line in lines([one], called.get(one.run, clean(one.run)))]
    return [*told, METHOD] if told else []
