"""One run of a comparison, on the tasks that all of them share: what came of it and what it took."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from nlevolve.records import LookRow
from nlevolve.view.examples import in_words as examples_told
from nlevolve.view.looks import Compared, added_looks, beside, usual_of
from nlevolve.view.lost import summed
from nlevolve.view.readings import OUTCOMES
from nlevolve.view.results import attempted, exact_on_training
from nlevolve.view.run_folder import RunFolder
from nlevolve.view.statistics import Interval, wilson

TaskRow = Mapping[str, Any]
"""One task of results.json."""


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


def side_of(name: str, run: RunFolder, rows: Sequence[TaskRow], graded: bool) -> Side:
    """Of a run that goes by this name, on the shared tasks (`rows`); `graded`: their solutions are known."""
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


def _mean(values: Iterable[float]) -> float:
    told = list(values)
    return sum(told) / len(told) if told else 0.0
