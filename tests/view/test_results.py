"""Grades, results.json and submission.json of a small run."""

from __future__ import annotations

import json
from random import Random

import pytest

from nlevolve.records import Answer, AnyEvent, Bought, Loss, MoveFailed, RunFinished, RunStarted, TaskAnswered, Usage
from nlevolve.view.grading import grade
from nlevolve.view.history import read
from nlevolve.view.lost import in_short, summed
from nlevolve.view.results import PLACEHOLDER, attempted, both_means, results, set_label, submission
from nlevolve.view.terminal.ending import closing
from nlevolve.view.terminal.panels.look import Look
from nlevolve.view.terminal.summary import Summary
from tests.view.story import FLIP, SOLUTIONS, TASKS, A, B, C, D, birth, call, candidate, clock, events, followed, proposals


def test_an_answer_is_right_when_either_attempt_is():
    first, second, neither = (
        Answer(attempt_1=B, attempt_2=A),
        Answer(attempt_1=A, attempt_2=B),
        Answer(attempt_1=A, attempt_2=C, proposed=proposals((A, 3), (C, 2), (B, 1))),
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


def test_where_tasks_were_not_reached_both_means_are_told():
    found = results(read(events()), TASKS, SOLUTIONS, public={"flip"})
    totals = found["totals"]
    assert [name for name, row in found["tasks"].items() if attempted(row)] == ["flip", "hard"]
    assert (totals["attempted"], totals["score_tasks_attempted"], totals["score_inputs_attempted"]) == (2, 0.5, 0.5)
    assert both_means(totals) == "50.0% of the 2 attempted"
    assert both_means(results(read(events()), TASKS[:2], SOLUTIONS)["totals"]) == ""
    assert results(read([]), TASKS, SOLUTIONS)["totals"]["score_tasks_attempted"] is None
    assert (totals["public_tasks"], found["tasks"]["flip"]["public"], found["tasks"]["hard"]["public"]) == (1, True, False)


def test_a_task_lost_to_a_failure_was_not_attempted_and_one_cut_short_was_where_it_had_begun():
    def row(stopped: str, candidates: int) -> dict[str, object]:
        return {"stopped": stopped, "candidates": candidates}

    assert [attempted(row(stopped, 0)) for stopped in ("perfect", "exhausted", "budget", "interrupted", "failed")] == [
        *(True, True),
        *(False, False, False),
    ]
    assert [attempted(row(stopped, 2)) for stopped in ("budget", "interrupted", "failed")] == [True, True, False]


def test_figures_on_published_tasks_are_labelled():
    assert (set_label(0, 3), set_label(3, 3), set_label(2, 3)) == ("", "public set", "2 of them public set")


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
    assert {n: one.attempts[0].kind for n, one in history.task("hard").population.members.items()} == {
        0: "garbled",
        1: "unreached",
    }
    row = results(history, TASKS, SOLUTIONS)["tasks"]["hard"]
    assert row["best"]["birth"] == 0
    assert results(history, TASKS, SOLUTIONS)["tasks"]["flip"]["best"]["birth"] == 1


EXACT = candidate(FLIP, birth(0), ("One pair right.",), (followed(FLIP, 0, B), followed(FLIP, 1, C)), 4)
NEAR = candidate(FLIP, birth(1), ("Both nearly.",), (followed(FLIP, 0, ((0, 1), (2, 9))), followed(FLIP, 1, ((2, 1), (4, 9)))), 5)


def best_of_both(told: list[AnyEvent]) -> int:
    """The birth that the dashboard and results.json both name the best of the flip task."""
    summary = Summary()
    for event in told:
        summary.see(event)
    row = results(summary.history, TASKS, SOLUTIONS)["tasks"]["flip"]
    shown = Look(summary, clock(99), focus="flip").candidate
    assert shown is not None
    assert row["best"]["birth"] == shown.index
    assert row["train"]["cell_accuracy"] == shown.fitness.cells
    return shown.index


@pytest.mark.parametrize("rank", ["pairs", "cells"])
@pytest.mark.parametrize("arrived", [[EXACT, NEAR], [NEAR, EXACT], [NEAR, EXACT, NEAR], [EXACT, NEAR, EXACT]])
def test_dashboard_and_results_name_one_best_by_the_run_s_own_rank(rank: str, arrived: list[AnyEvent]):
    begun, *rest = events()[:2]
    begun = begun.model_copy(update={"rank": rank})
    assert best_of_both([begun, *rest, *arrived]) == {"pairs": 0, "cells": 1}[rank]
    assert best_of_both([*rest, *arrived, begun]) == {"pairs": 0, "cells": 1}[rank]


def test_the_best_of_an_answered_task_is_what_its_answers_rest_on():
    """A birth beyond the one that ended the search may be better, and is in no answer."""
    end = TaskAnswered(at=clock(6), task="flip", answers=(), stopped="interrupted", best=1)
    late = EXACT.model_copy(update={"at": clock(7)})
    assert best_of_both([*events()[:2], EXACT, NEAR, end]) == 1
    assert best_of_both([*events()[:2], NEAR, end, late]) == 1


def test_a_task_that_a_later_session_takes_up_again_has_a_new_best_until_it_is_answered_anew():
    end = TaskAnswered(at=clock(6), task="flip", answers=(), stopped="interrupted", best=1)
    again = events()[0].model_copy(update={"at": clock(50), "resumed": True})
    told = [*events()[:2], NEAR, end, again]
    assert best_of_both(told) == 1
    better = EXACT.model_copy(update={"at": clock(51)})
    assert best_of_both([*told, better]) == 0
    assert best_of_both([*told, better, end.model_copy(update={"at": clock(52)})]) == 1


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


def test_estimates_are_marked_as_such():
    told = [
        e.model_copy(update={"usage": e.usage.model_copy(update={"estimated": True})}) if e.kind == "call_finished" else e
        for e in events()
    ]
    found = results(read(told), TASKS, SOLUTIONS)
    assert results(read(events()), TASKS, SOLUTIONS)["totals"]["estimated_calls"] == 0
    assert found["totals"]["estimated_calls"] == 5
    assert found["tasks"]["flip"]["estimated_calls"] == 3
    summary = Summary()
    for event in told:
        summary.see(event)
    assert " · ≈ $0.0300 (" in closing(summary, found, "story").plain
    assert "; the tokens of 5 replies are estimated" in closing(summary, found, "story").plain


def test_what_brought_no_reply_is_counted_by_its_kind_whether_or_not_its_task_is_answered():
    lost = Loss(failure="filtered", count=2, why="content_filter")
    refused = [
        e.model_copy(update={"losses": (lost,)}) if e.kind == "task_answered" and e.task == "flip" else e for e in events()
    ]
    late = MoveFailed(at=clock(10.5), task="never", birth=birth(0), reason="unreached", why="no reply in 9 s", failure="timeout")
    told = results(read([*refused, late, late]), TASKS, SOLUTIONS)
    assert told["tasks"]["flip"]["losses"] == [{"failure": "filtered", "count": 2, "why": "content_filter"}]
    assert told["tasks"]["never"]["losses"] == [{"failure": "timeout", "count": 1, "why": "no reply in 9 s"}]
    assert summed(told["totals"]["losses"]) == {"filtered": 2, "timeout": 1, "": 1}, "an old log does not say of what kind"
    assert in_short(summed(told["totals"]["losses"])) == "2 refused for content, 1 without a reply, 1 timed out"
