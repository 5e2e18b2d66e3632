"""Runs side by side on the tasks they share: scores and how sure they are, what they cost, who solved what alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

from pydantic import BaseModel, ConfigDict

from nlevolve.errors import UsageError
from nlevolve.view.compare import repeats
from nlevolve.view.compare.differences import differences
from nlevolve.view.compare.repeats import Contest, Group
from nlevolve.view.compare.sides import Side, side_of
from nlevolve.view.examples import ELSEWHERE, HONESTLY
from nlevolve.view.lost import in_short
from nlevolve.view.results import won
from nlevolve.view.run_folder import RunFolder, names_of
from nlevolve.view.statistics import holm, mcnemar
from nlevolve.view.text import doubt, plural
from nlevolve.view.uplift import Uplift, control_of, described, lacking, uplifts

METHODS = {
    "interval": "wilson",
    "interval_confidence": "0.95",
    "p": "mcnemar",
    "p_kind": "exact, two-sided",
    "p_holm": "holm",
    "contests.p": "fisher-pitman paired permutation",
    "contests.interval": "agresti-min",
    "contests.tasks_needed": "connor, power 0.8",
    "controls.interval": "agresti-min",
    "controls.p": "mcnemar, exact, two-sided",
    "controls.pairs_interval": "agresti-min, by task",
}


class Duel(BaseModel):
    """Two runs, task by task. `p`: McNemar's exact test, two-sided; `p_holm`: corrected for all duels."""

    model_config = ConfigDict(frozen=True)
    one: str
    other: str
    both: int
    only_one: int
    only_other: int
    neither: int
    p: float
    p_holm: float


class Comparison(BaseModel):
    """`nlevolve compare --json`."""

    model_config = ConfigDict(frozen=True)

    criterion: str
    """What "solved" means below: "solved", or "exact on training" where solutions are unknown."""
    shared: int
    public: int
    """How many of the shared tasks are from a published data set."""
    runs: list[Side]
    duels: list[Duel]
    groups: list[Group]
    """The runs in groups of repeats; one alone is a group, too."""
    contests: list[Contest]
    """Every two groups."""
    alone: dict[str, list[str]]
    """Run -> tasks that it alone solved."""
    by_all: list[str]
    by_none: list[str]
    settings: dict[str, dict[str, str]]
    """Dotted key -> run -> value, where the runs differ."""
    controls: list[Uplift] = []
    """What each run is ahead of its controls by, on the tasks of the control."""
    warnings: list[str]
    methods: dict[str, str] = METHODS
    """By which method a figure of this name was found."""

    @property
    def repeated(self) -> bool:
        """Whether any runs are repeats of each other."""
        return len(self.groups) < len(self.runs)


def compare(runs: Sequence[RunFolder]) -> Comparison:
    """Compare two or more runs. Raises UsageError when they share no task or a run is named twice."""
    names, tasks = names_of(runs), shared(runs)
    rows = {name: [run.results["tasks"][task] for task in tasks] for name, run in zip(names, runs, strict=True)}
    graded = all(row["solved"] is not None for told in rows.values() for row in told)
    wins = {name: {task for task, row in zip(tasks, told, strict=True) if won(row, graded)} for name, told in rows.items()}
    winners = {task: [name for name in names if task in wins[name]] for task in tasks}
    sides = [side_of(name, run, rows[name], graded) for name, run in zip(names, runs, strict=True)]
    by_name = dict(zip(names, runs, strict=True))
    groups = repeats.groups(repeats.grouped(names, runs), by_name, wins, tasks)
    controls = {name: uplifts(run.folder, run.results) for name, run in by_name.items() if _has_words(run)}
    return Comparison(
        criterion="solved" if graded else "exact on training",
        shared=len(tasks),
        public=sum(bool(runs[0].results["tasks"][task].get("public")) for task in tasks),
        runs=sides,
        duels=_duels(names, wins, len(tasks)),
        groups=groups,
        contests=repeats.contests(groups, wins, tasks),
        alone={name: [task for task, by in winners.items() if by == [name]] for name in names},
        by_all=[task for task, by in winners.items() if by == names],
        by_none=[task for task, by in winners.items() if not by],
        settings=differences(names, runs),
        controls=[one for found in controls.values() for one in found],
        warnings=[
            *_warnings(sides, runs, len(tasks), graded),
            *repeats.warnings(groups, by_name, {side.run: side.bought_before for side in sides}),
            *_uncontrolled(controls),
        ],
    )


def shared(runs: Sequence[RunFolder]) -> list[str]:
    """The tasks that every run has, in the order of the first. Raises UsageError when there is none."""
    found = [task for task in runs[0].results["tasks"] if all(task in run.results["tasks"] for run in runs)]
    if not found:
        raise UsageError(_apart(names_of(runs), [set(run.results["tasks"]) for run in runs]))
    return found


def _apart(names: Sequence[str], tasks: Sequence[set[str]]) -> str:
    """Why there is nothing to compare: of several runs, the first two that share no task, if it is down to two."""
    pairs = combinations(zip(names, tasks, strict=True), 2)
    two = next(((one, other) for (one, mine), (other, its) in pairs if not mine & its), None)
    if len(names) > 2 and two is None:
        return f"{', '.join(names)}: any two share tasks, but no task is in all of them: nothing to compare"
    rest = f", so {', '.join(names)} cannot be compared together" if len(names) > 2 else ": nothing to compare"
    return f"{' and '.join(two or names)} have no task in common{rest}"


def _duels(names: Sequence[str], wins: Mapping[str, set[str]], tasks: int) -> list[Duel]:
    pairs = list(combinations(names, 2))
    ps = [mcnemar(len(wins[one] - wins[other]), len(wins[other] - wins[one])) for one, other in pairs]
    return [
        Duel(
            one=one,
            other=other,
            both=len(wins[one] & wins[other]),
            only_one=len(wins[one] - wins[other]),
            only_other=len(wins[other] - wins[one]),
            neither=tasks - len(wins[one] | wins[other]),
            p=p,
            p_holm=corrected,
        )
        for (one, other), p, corrected in zip(pairs, ps, holm(ps), strict=True)
    ]


def _warnings(sides: Sequence[Side], runs: Sequence[RunFolder], shared: int, graded: bool) -> Iterable[str]:
    if not graded:
        yield "solutions are not known for every task: compared by exactness on the training pairs"
    for side, run in zip(sides, runs, strict=True):
        tasks = len(run.results["tasks"])
        if tasks > shared:
            yield f"{side.run}: {tasks - shared} of its {plural(tasks, 'task')} are not in every run and are left out"
        if not side.finished:
            yield f"{side.run} is not finished: tasks it has not answered count as unsolved"
        if side.solved_given:
            yield f"{side.run}: {side.solved_given} of its {side.solved} solved tasks by descriptions that it was given"
        if unsure := doubt(side.cost_unknown_calls, side.cost_unknown_usd):
            yield f"{side.run}: {unsure}: its dollars are too few"
        if side.examples:
            yield f"{side.run}: {side.examples}"
        if side.damaged:
            yield f"{side.run}: {side.damaged}: its figures are too low"
        if side.estimated_calls:
            replies = plural(side.estimated_calls, "reply", "replies")
            yield f"{side.run}: its provider did not say what {replies} took: its figures are estimates"
        if side.lost:
            lost = in_short(side.lost)
            yield f"{side.run}: no reply came to some of what it asked ({lost}); what that left unsolved counts as unsolved"
    yield from _of_libraries(sides, runs)
    if served := [f"{side.run} ({side.bought_before})" for side in sides if side.bought_before]:
        yield (
            f"replies that other runs had bought served {', '.join(served)}: what these spent and how long they took is less "
            "than their settings cost; the full price and the reply seconds are not"
        )
    if len({run.config.get("tasks_digest") for run in runs}) > 1 and _same_ids(runs):
        yield "the runs have tasks of the same ids, but what the tasks hold differs"


def _of_libraries(sides: Sequence[Side], runs: Sequence[RunFolder]) -> Iterable[str]:
    """What births with and without examples are, once; and where else it stands what a library adds."""
    if not any(side.examples for side in sides):
        return
    without = [side.run for side, run in zip(sides, runs, strict=True) if not run.config.get("library")]
    beside = f"what a library adds is the difference to {' or '.join(without)}, task by task" if without else ELSEWHERE
    yield f"{HONESTLY}; {beside}"


def _same_ids(runs: Sequence[RunFolder]) -> bool:
    return len({tuple(run.results["tasks"]) for run in runs}) == 1


def _has_words(run: RunFolder) -> bool:
    """Whether it has descriptions of its own, so that a control would tell what they add."""
    return control_of(run.config) is None and described(run.results)


def _uncontrolled(controls: Mapping[str, Sequence[Uplift]]) -> list[str]:
    without = [name for name, found in controls.items() if not found]
    if len(without) > 2:
        told = f"{', '.join(without[:3])}{' …' if len(without) > 3 else ''} ({plural(len(without), 'run')})"
        return [f"there is no control yet of {told}, so what the descriptions add is not known: nlevolve control RUN for each"]
    return [lacking(" and ".join(f"nlevolve control {name}" for name in without))] if without else []
