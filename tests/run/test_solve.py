"""One task from its start to its answer: how it ended, why, and what it is worth to the tasks after it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

import pytest

from nlevolve.evolve.bandit import Arm, Arms
from nlevolve.records import Event, MixLearned, TaskAnswered, TaskStarted
from nlevolve.run.solve import solve
from tests.run.contexts import A, B, Bench, a_task, bench, rule

FOUR = [{"births": 4, "overlap": 1}]
MIX = "offline/generator,offline/generator-weak"
GOOD, BAD = MIX.split(",")


def of(rules: Mapping[int, str], **changes: object) -> Bench:
    return bench(rules, **{"policy__phases": FOUR, **changes})


def solved(at: Bench, known: Sequence[Event] = (), before: Arms | None = None) -> TaskAnswered:
    """How the task ended."""
    asyncio.run(solve(a_task(), at.context, known, before))
    [end] = [e for e in at.events if isinstance(e, TaskAnswered)]
    assert at.events[-1] is end or isinstance(at.events[-1], MixLearned)
    return end


def test_a_task_begins_with_what_may_be_shown_of_it_once() -> None:
    at = of({})
    solved(at)
    task = a_task()
    [start] = [e for e in at.events if isinstance(e, TaskStarted)]
    assert at.events[0] is start
    assert (start.task, start.tests, start.births) == ("t", task.tests, 4)
    assert start.pairs == tuple((pair.input, pair.output) for pair in task.pairs)
    assert start.copy_accuracy == task.copy_accuracy
    again = of({})
    solved(again, known=at.events)
    assert not [e for e in again.events if isinstance(e, TaskStarted)]


def test_a_task_ends_with_its_answers_and_the_birth_of_the_best() -> None:
    at = of({1: rule("a", "===", "a"), 0: rule("b", "=x=", "b")})
    end = solved(at)
    assert (end.task, end.stopped, end.best, end.error, end.unreached) == ("t", "perfect", 1, "", 0)
    assert [(a.attempt_1, a.attempt_2) for a in end.answers] == [(A, B)]
    assert end.seconds >= 0


def test_a_search_that_ran_out_of_births_still_answers_with_its_best() -> None:
    end = solved(of({2: rule("a", "==x", "b")}))
    assert (end.stopped, end.best, end.error) == ("exhausted", 2, "")
    assert end.answers[0].attempt_1 == B


def test_the_best_is_told_by_the_policys_rank() -> None:
    rules = {0: rule("a", "=oo"), 1: rule("b", "xxx"), 2: rule("c", "ooo"), 3: rule("d", "ooo")}
    assert solved(of(rules)).best == 0
    assert solved(of(rules, policy__rank="cells")).best == 1


def test_without_any_candidate_there_is_no_best() -> None:
    end = solved(of(dict.fromkeys(range(4), "g")))
    assert (end.stopped, end.best, end.answers[0].attempt_1) == ("exhausted", None, None)


@pytest.mark.parametrize(
    ("sign", "stopped", "said"),
    [
        ("B", "budget", "the budget is spent"),
        ("I", "interrupted", "stopped"),
        ("U", "failed", "the key was refused"),
    ],
)
def test_what_halted_the_search_is_how_it_ended(sign: str, stopped: str, said: str) -> None:
    end = solved(of({0: rule("a", "=xx"), 1: sign}))
    assert (end.stopped, end.error, end.best) == (stopped, said, 0)


@pytest.mark.parametrize(("sign", "stopped"), [("B", "budget"), ("I", "interrupted"), ("U", "failed")])
def test_what_halted_the_answering_is_how_it_ended_though_the_search_was_perfect(sign: str, stopped: str) -> None:
    end = solved(of({0: rule("a", "===", sign)}))
    assert (end.stopped, end.best) == (stopped, 0)
    assert end.error


def test_a_task_that_has_what_it_was_after_has_no_error_though_a_cap_kept_more_from_it() -> None:
    beyond = solved(of({0: rule("a", "==="), 1: "B", 2: "B"}, policy__phases=[{"births": 4, "overlap": 3}]))
    assert (beyond.stopped, beyond.error, beyond.unfinished) == ("perfect", "", False), "births behind the end are no loss"
    votes = solved(of({0: rule("a", "===", "a"), 1: rule("b", "===", "B")}, policy__stop_perfect=2))
    assert (votes.stopped, votes.error, votes.unfinished, votes.given) == ("budget", "", False, True)


def test_a_search_that_was_cut_short_is_unfinished_with_an_answer_and_without() -> None:
    told = [solved(of({0: first, 1: "B"})) for first in ("B", rule("a", "=xx"))]
    assert [(end.stopped, end.unfinished, end.given) for end in told] == [("budget", True, False), ("budget", True, True)]


def test_what_halted_the_search_is_told_before_what_halted_the_answering() -> None:
    end = solved(of({0: rule("a", "=xx", "U"), 1: "B"}))
    assert (end.stopped, end.error) == ("budget", "the budget is spent")


# Mostly lost: an outage is no search, and no result.


@pytest.mark.parametrize(
    ("rules", "stopped", "unreached"),
    [
        ({0: "?", 1: "?"}, "failed", 2),
        ({0: "?", 1: "?", 2: "?"}, "failed", 3),
        ({0: "?", 1: rule("a", "x?x")}, "failed", 2),
        ({0: rule("a", "x?x"), 1: rule("b", "xx?")}, "failed", 2),
        ({0: "?"}, "exhausted", 1),
        ({0: rule("a", "x?x")}, "exhausted", 1),
        ({0: "g", 1: "g", 2: "g"}, "exhausted", 0),
        ({0: "g", 1: "g", 2: "?"}, "failed", 1),
        ({0: "?", 1: "?", 2: rule("a", "===")}, "perfect", 2),
        ({}, "exhausted", 0),
    ],
)
def test_a_search_that_lost_as_many_births_as_are_left_has_failed(rules: dict[int, str], stopped: str, unreached: int) -> None:
    end = solved(of(rules))
    assert (end.stopped, end.unreached) == (stopped, unreached)
    assert bool(end.error) is (stopped == "failed")


def test_why_it_was_lost_is_told_as_far_as_it_is_known() -> None:
    births = solved(of(dict.fromkeys(range(4), "?")))
    assert births.error == "replies did not come: 4 × the line is dead"
    assert [(loss.failure, loss.count, loss.why) for loss in births.losses] == [("provider_down", 4, "the line is dead")]
    checks = {k: rule(k, "x?x") for k in range(4)}
    assert solved(of(checks)).error == "replies did not come: 4 × the line is dead"


def test_a_test_input_whose_answer_was_lost_is_a_failure_though_the_search_was_perfect() -> None:
    end = solved(of({0: rule("a", "===", "?"), 1: "?"}))
    assert (end.stopped, end.best, end.unreached, end.error) == ("failed", 0, 1, "replies did not come: 1 × the line is dead")


def test_follows_that_did_not_come_are_no_failure_where_another_brought_an_answer() -> None:
    end = solved(of({0: "?", 1: rule("a", "=xx", "?"), 2: rule("b", "xxx", "a"), 3: rule("c", "ooo", "a")}))
    assert (end.stopped, end.unreached) == ("exhausted", 2)


# A second answer.


def test_births_are_spent_on_a_second_answer_where_all_perfect_ones_agree() -> None:
    at = of({0: rule("a", "===", "a"), 2: rule("b", "===", "b")}, answers__second=2, answers__imperfect=0)
    end = solved(at)
    assert sorted(at.checked()) == [0, 1, 2]
    assert (end.answers[0].attempt_1, end.answers[0].attempt_2, end.stopped) == (A, B, "perfect")


@pytest.mark.parametrize(
    ("rules", "changes", "births"),
    [
        ({0: rule("a", "===", "a")}, {"answers__second": 0}, 1),
        ({0: rule("a", "===", "a")}, {"answers__second": 1}, 2),
        ({0: rule("a", "===", "a"), 1: rule("b", "===", "b")}, {"answers__second": 2, "policy__stop_perfect": 2}, 2),
        ({0: rule("a", "xxx", "a")}, {"answers__second": 2}, 4),
    ],
    ids=["none wanted", "as many as wanted", "two answers are there", "nothing perfect"],
)
def test_and_not_otherwise(rules: dict[int, str], changes: dict[str, int], births: int) -> None:
    at = of(rules, answers__imperfect=0, **changes)
    solved(at)
    assert len(at.checked()) == births


# What it is worth to the tasks after it.


def test_a_mix_tells_what_its_models_have_shown() -> None:
    at = of({0: rule("a", "xxx"), 1: rule("b", "=oo"), 2: rule("c", "==="), 3: rule("d", "xxx")}, generator__model=MIX)
    shown = asyncio.run(solve(a_task(), at.context)).arms
    floor = a_task().copy_accuracy
    births = {k: e.birth.model for k, e in at.checked().items()}
    assert births == {0: GOOD, 1: BAD, 2: births[2]}
    worth = {0: 0.25, 1: (1 / 3 + 1 / 3) / 2, 2: 1.0}
    gains = {m: sum(max(0.0, worth[k] - floor / 2) for k, model in births.items() if model == m) for m in (GOOD, BAD)}
    for model in (GOOD, BAD):
        number = list(births.values()).count(model)
        assert shown[model].births == number
        assert shown[model].gain == pytest.approx(gains[model])
        assert shown[model].dollars == pytest.approx(0.25 * number)
    [learned] = [e for e in at.events if isinstance(e, MixLearned)]
    assert learned.task == "t"
    assert learned.rows == tuple(
        (m, shown[m].births, pytest.approx(shown[m].gain / shown[m].births), pytest.approx(0.25)) for m in sorted((GOOD, BAD))
    )


def test_one_model_learns_nothing() -> None:
    at = of({0: rule("a", "===")})
    shown = asyncio.run(solve(a_task(), at.context)).arms
    assert not [e for e in at.events if isinstance(e, MixLearned)]
    assert list(shown) == [GOOD]


def test_what_earlier_tasks_have_shown_is_used() -> None:
    at = of({}, generator__model=MIX)
    solved(at, before={GOOD: Arm(4, 0.0, 1.0), BAD: Arm(4, 3.0, 1.0)})
    assert at.script.of("write")[0].model == BAD
