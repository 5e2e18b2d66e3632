"""Grades, results.json and submission.json of a small run."""

from __future__ import annotations

import json
from random import Random

from nlevolve.records import Answer, Bought, RunFinished, RunStarted, TaskAnswered, Usage
from nlevolve.view.grading import grade
from nlevolve.view.history import read
from nlevolve.view.results import PLACEHOLDER, results, submission
from tests.view.story import SOLUTIONS, TASKS, A, B, C, D, call, clock, events


def test_an_answer_is_right_when_either_attempt_is():
    first, second, neither = (
        Answer(attempt_1=B, attempt_2=A),
        Answer(attempt_1=A, attempt_2=B),
        Answer(attempt_1=A, attempt_2=C, candidates=(A, C, B)),
    )
    seen = grade([first, second, neither], [B, B, B])
    assert seen.right == (True, True, False)
    assert seen.covered == (True, True, True)
    assert seen.cells == (1.0, 1.0, 0.0)
    assert not seen.solved
    assert seen.share == 2 / 3


def test_a_task_never_answered_is_wrong_not_missing():
    assert grade(None, [B, D]).right == (False, False)


def test_missing_answers_count_and_surplus_ones_do_not():
    assert grade([Answer(attempt_1=B, attempt_2=None)], [B, D]).right == (True, False)
    assert grade([Answer(attempt_1=A, attempt_2=None), Answer(attempt_1=B, attempt_2=None)], [B]).right == (False,)


def test_totals_count_every_task_selected():
    totals = results(read(events()), TASKS, SOLUTIONS)["totals"]
    assert (totals["tasks"], totals["solved"], totals["score_tasks"]) == (3, 1, 0.333333)
    assert (totals["test_inputs"], totals["test_inputs_solved"], totals["score_inputs"]) == (4, 2, 0.333333)
    assert totals["test_inputs_covered"] == 3
    assert totals["candidates"] == 4
    assert totals["seconds"] == 11.0


def test_a_cached_call_adds_to_the_cache_count_and_to_nothing_else():
    totals = results(read(events()), TASKS, SOLUTIONS)["totals"]
    assert totals["calls"] == {"provider": 4, "cache": 1, "failed": 1}
    assert totals["tokens"] == {"prompt": 500, "prompt_cached": 200, "completion": 100, "reasoning": 25}
    assert totals["cost_usd"] == 0.03
    assert totals["cost_unknown_calls"] == 1


def test_what_another_run_paid_is_told_apart_and_counted_once():
    bought = Bought(usage=Usage(prompt=7, completion=3), cost_usd=0.5, seconds=4.0)
    cached = call("flip", "checker", "check", 3.6, source="cache").model_copy(update={"bought": bought, "request": "r1"})
    again = cached.model_copy(update={"at": clock(3.7)})
    own = call("flip", "checker", "check", 3.8).model_copy(update={"request": "r2"})
    reused = cached.model_copy(update={"at": clock(3.9), "request": "r2"})
    seen = results(read([*events(), cached, again, own, reused]), TASKS, SOLUTIONS)
    assert seen["totals"]["cost_usd"] == 0.04
    assert seen["totals"]["calls"]["cache"] == 4
    assert seen["totals"]["bought_before"] == seen["tasks"]["flip"]["bought_before"]
    assert seen["totals"]["bought_before"]["cost_usd"] == 0.5
    assert seen["totals"]["bought_before"]["calls"] == {"provider": 1, "cache": 0, "failed": 0}
    assert seen["totals"]["bought_before"]["reply_seconds"] == 4.0


def test_a_task_row_tells_its_best_candidate():
    row = results(read(events()), TASKS, SOLUTIONS)["tasks"]["flip"]
    assert row["solved"] is True
    assert row["inputs_solved"] == [True, True]
    assert row["train"] == {"exact": 2, "pairs": 2, "cell_accuracy": 1.0, "copy_accuracy": 0.0}
    assert row["description"] == ["Mirror the input grid left to right.", "Change nothing else."]
    assert row["best"]["operator"] == "revise"
    assert row["stopped"] == "perfect"
    assert row["error"] is None


def test_the_best_so_far_is_one_that_was_fully_judged():
    told = [event for event in events() if not isinstance(event, TaskAnswered)]
    history = read(told)
    assert {n: one.attempts[0].kind for n, one in history.task("hard").checked.items()} == {0: "garbled", 1: "unreached"}
    row = results(history, TASKS, SOLUTIONS)["tasks"]["hard"]
    assert row["best"]["birth"] == 0
    assert results(history, TASKS, SOLUTIONS)["tasks"]["flip"]["best"]["birth"] == 1


def test_a_task_never_reached_keeps_its_row():
    row = results(read(events()), TASKS, SOLUTIONS)["tasks"]["never"]
    assert (row["solved"], row["description"], row["candidates"]) == (False, None, 0)
    assert row["train"]["pairs"] == 1
    assert row["stopped"] == "interrupted"


def test_without_solutions_scores_are_null():
    known = {name: grids for name, grids in SOLUTIONS.items() if name != "never"}
    seen = results(read(events()), TASKS, known)
    assert seen["totals"]["solved"] is None
    assert seen["totals"]["score_inputs"] is None
    assert seen["tasks"]["never"]["solved"] is None
    assert seen["tasks"]["flip"]["solved"] is True


def test_events_seen_twice_change_nothing():
    told = events()
    twice = [event for event in told for _ in range(2)]
    assert results(read(twice), TASKS, SOLUTIONS) == results(read(told), TASKS, SOLUTIONS)


def test_a_pause_between_sessions_is_not_running_time():
    told = events()
    again = told[0].model_copy(update={"at": clock(1000), "resumed": True})
    assert isinstance(again, RunStarted)
    history = read([*told, again, RunFinished(at=clock(1004), reason="done", exit_code=0)])
    assert history.seconds == 15.0
    assert history.done
    assert not read([*told, again]).done


def test_the_order_of_tasks_is_the_order_selected_and_json_is_plain():
    shuffled = events()
    Random(1).shuffle(shuffled)
    seen = results(read(shuffled), TASKS, SOLUTIONS)
    assert list(seen["tasks"]) == ["flip", "hard", "never"]
    assert json.loads(json.dumps(seen, allow_nan=False)) == seen


def test_submission_has_two_grids_for_every_test_input_of_every_task():
    seen = submission(read(events()), TASKS)
    assert {task: len(entries) for task, entries in seen.items()} == {"flip": 2, "hard": 1, "never": 1}
    assert seen["flip"][1] == {"attempt_1": [[9, 9], [9, 9]], "attempt_2": [list(row) for row in D]}
    assert seen["hard"][0]["attempt_2"] == seen["hard"][0]["attempt_1"]
    assert seen["never"][0]["attempt_1"] == [list(row) for row in PLACEHOLDER]
