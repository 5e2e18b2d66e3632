"""Runs side by side on the tasks they share: scores and how sure they are, what they cost, who solved what alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from nlevolve.errors import UsageError
from nlevolve.records import LookRow
from nlevolve.view.compare import repeats
from nlevolve.view.compare.differences import differences
from nlevolve.view.compare.repeats import Contest, Group
from nlevolve.view.examples import ELSEWHERE, HONESTLY
from nlevolve.view.examples import in_words as examples_told
from nlevolve.view.looks import Compared, added_looks, beside, usual_of
from nlevolve.view.lost import in_short, summed
from nlevolve.view.readings import OUTCOMES
from nlevolve.view.results import attempted, exact_on_training, won
from nlevolve.view.run_folder import RunFolder, names_of
from nlevolve.view.statistics import Interval, holm, mcnemar, wilson
from nlevolve.view.text import doubt, plural
from nlevolve.view.uplift import Uplift, control_of, described, lacking, uplifts

TaskRow = Mapping[str, Any]
"""One task of results.json."""
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


class LookSide(LookRow):
    """What births gave for which tasks were shown in one way."""

    solved: int | None = None
    """Tasks that are solved, and whose best description is one of them; None where solutions are unknown."""
    ahead: Compared | None = None
    """How far births shown so are ahead of those shown in the plainest way."""


class Side(BaseModel):
    """One run on the shared tasks. Shares are 0..1, dollars USD; None where it is not known."""

    model_config = ConfigDict(frozen=True)

    run: str
    models: dict[str, str]
    preset: str
    finished: bool
    tasks: int
    solved: int | None
    interval: Interval | None
    """Wilson's, 95%, of the share solved."""
    test_inputs: int | None
    test_inputs_solved: int | None
    score_inputs: float | None
    """Mean share of a task's test inputs right."""
    attempted: int
    """Tasks that were reached and not lost to a failure."""
    attempted_solved: int | None
    guessed: int | None = None
    """Of those solved, tasks with a test input that direct guesses alone have right; None where no run guessed."""
    covered: int | None
    """Tasks of which every solution was among the grids proposed."""
    solved_given: int = 0
    """Solved ones whose best description was given (`--seeds`): the run did not find it."""
    exact: int
    """Tasks whose best description is exact on every training pair."""
    cells_train: float | None
    """Mean cell accuracy of the best descriptions on the training pairs; None, as `gain`, of a run that wrote none."""
    cells_test: float | None
    """Mean cell accuracy of the better of two answers on the test inputs."""
    gain: float | None
    """`cells_train` less what copying the input gets."""
    cost_usd: float
    cost_full_usd: float
    """With what replies from the cache had cost when they were bought: the price of these settings without a cache."""
    cost_unknown_calls: int
    cost_unknown_usd: float
    """So much more may have been billed, at most."""
    damaged: str
    """What of its log cannot be read, in words; empty for nothing."""
    estimated_calls: int = 0
    """Replies of which some tokens are an estimate."""
    calls: dict[str, int]
    tokens: dict[str, int]
    """With those of the replies from the cache, each once."""
    replies: dict[str, int]
    """What became of the replies, as in results.json."""
    examples: str = ""
    """What written births came to that were shown examples, beside those that were not: over all tasks of the run."""
    checks_saved: int = 0
    looks: dict[str, LookSide] = Field(default_factory=dict)
    """How tasks were shown to whoever wrote -> what came of it, on the shared tasks."""
    lost: dict[str, int] = Field(default_factory=dict)
    """Kind of failure -> births and answers that brought nothing, because no reply came."""
    cached_share: float
    """Share of the calls that the cache answered."""
    bought_before: int
    """Replies from the cache that another run had bought."""
    seconds: float
    """Task seconds, waiting included."""
    reply_seconds: float
    """What providers took to reply, cached replies as they were once."""

    def each(self, amount: float) -> float:
        return amount / self.tasks

    def each_solved(self, amount: float) -> float | None:
        """Per solved task (exact on training where solutions are unknown); None when there is none."""
        won = self.won
        return amount / won if won else None

    @property
    def won(self) -> int:
        return self.exact if self.solved is None else self.solved


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
    sides = [_side(name, run, rows[name], graded) for name, run in zip(names, runs, strict=True)]
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


def _side(name: str, run: RunFolder, rows: Sequence[TaskRow], graded: bool) -> Side:
    solved = sum(bool(row["solved"]) for row in rows) if graded else None
    inputs = [right for row in rows for right in row["inputs_solved"]] if graded else []
    once = [row["bought_before"] for row in rows]
    calls = {kind: sum(row["calls"][kind] for row in rows) for kind in ("provider", "cache", "failed")}
    asked = sum(calls.values())
    cells = _mean(row["train"]["cell_accuracy"] for row in rows) if any(row["candidates"] for row in rows) else None
    return Side(
        run=name,
        models=run.results["models"],
        preset=str(run.config.get("preset", "")),
        finished=run.results["finished"],
        tasks=len(rows),
        solved=solved,
        interval=wilson(solved, len(rows)) if solved is not None else None,
        test_inputs=len(inputs) if graded else None,
        test_inputs_solved=sum(inputs) if graded else None,
        score_inputs=_mean(_mean(map(float, row["inputs_solved"])) for row in rows) if graded else None,
        attempted=sum(map(attempted, rows)),
        attempted_solved=sum(bool(row["solved"]) for row in rows if attempted(row)) if graded else None,
        guessed=sum(bool(row["solved"]) and any(row.get("inputs_by_guess") or ()) for row in rows) if graded else None,
        covered=sum(all(row["inputs_covered"]) for row in rows) if graded else None,
        solved_given=sum(bool(row["solved"]) and (row.get("best") or {}).get("operator") == "given" for row in rows),
        exact=sum(map(exact_on_training, rows)),
        cells_train=cells,
        cells_test=_mean(_mean(row["inputs_cell_accuracy"]) for row in rows) if graded else None,
        gain=None if cells is None else cells - _mean(row["train"]["copy_accuracy"] for row in rows),
        cost_usd=sum(row["cost_usd"] for row in rows),
        cost_full_usd=sum(row["cost_usd"] for row in rows) + sum(before["cost_usd"] for before in once),
        cost_unknown_calls=sum(row["cost_unknown_calls"] for row in [*rows, *once]),
        cost_unknown_usd=sum(row.get("cost_unknown_usd", 0.0) for row in [*rows, *once]),
        damaged=(run.results.get("damage") or {}).get("why", ""),
        estimated_calls=sum(row.get("estimated_calls", 0) for row in [*rows, *once]),
        calls=calls,
        tokens={kind: sum(row["tokens"][kind] for row in [*rows, *once]) for kind in rows[0]["tokens"]},
        replies={name: sum(row.get("replies", {}).get(name, 0) for row in rows) for name in (*OUTCOMES, "wrong_size", "notes")},
        examples=examples_told(run.results.get("totals", {}).get("examples")),
        checks_saved=sum(row.get("programs", {}).get("saved", 0) for row in rows),
        looks=_looks(rows, graded),
        lost=summed(loss for row in rows for loss in row.get("losses", ())),
        cached_share=calls["cache"] / asked if asked else 0.0,
        bought_before=sum(before["calls"]["provider"] for before in once),
        seconds=sum(row["seconds"] for row in rows),
        reply_seconds=sum(row["reply_seconds"] for row in [*rows, *once]),
    )


def _looks(rows: Sequence[TaskRow], graded: bool) -> dict[str, LookSide]:
    told = added_looks(row.get("looks", {}) for row in rows)
    solved = Counter(name for row in rows if row["solved"] for name, look in row.get("looks", {}).items() if look["best"])
    usual, looks = usual_of(told), [row.get("looks", {}) for row in rows]
    return {
        name: LookSide(**row, solved=solved[name] if graded else None, ahead=beside(looks, name, usual))
        for name, row in told.items()
    }


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


def _mean(values: Iterable[float]) -> float:
    told = list(values)
    return sum(told) / len(told) if told else 0.0
