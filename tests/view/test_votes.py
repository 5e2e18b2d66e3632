"""Who is behind each answer, and where a description that fits all pairs failed the test."""

from __future__ import annotations

import io

from rich.console import Console

from nlevolve.records import Answer, AnswerFollowed, AnyEvent, Garbled, TaskAnswered
from nlevolve.view.grading import Solution
from nlevolve.view.history import read
from nlevolve.view.report.report_data import pack
from nlevolve.view.terminal.palette import STANDARD
from nlevolve.view.terminal.show import show
from nlevolve.view.votes import backings, failed
from tests.view.story import FLIP, SOLUTIONS, WRONG, A, B, C, D, clock, events, follow, proposals

ANSWERS = (
    Answer(attempt_1=B, attempt_2=A, proposed=proposals((B, 200), (A, 0.75))),
    Answer(attempt_1=WRONG, attempt_2=C, proposed=proposals((WRONG, 100), (C, 0.75))),
)


def told() -> list[AnyEvent]:
    """The story, in which birth 1 fits all pairs of `flip`: twice right on its first test input, wrong on its second."""
    again = follow(FLIP, 1, 0, B, 8.5).model_copy(update={"sample": 1})
    follows = [follow(FLIP, 1, 0, B, 8), again, follow(FLIP, 0, 0, A, 8), follow(FLIP, 1, 1, WRONG, 8), follow(FLIP, 0, 1, C, 8)]
    before = [one for one in events() if not isinstance(one, AnswerFollowed | TaskAnswered) or one.task != "flip"]
    answered = TaskAnswered(at=clock(9), task="flip", answers=ANSWERS, stopped="perfect", best=1, seconds=8.0)
    return [*before, *follows, answered]


def shown(solutions: dict[str, Solution], birth: int | None = None) -> str:
    console = Console(file=(stream := io.StringIO()), width=100)
    console.print(show(told(), "flip", console, STANDARD, solutions=solutions, birth=birth))
    return stream.getvalue()


def test_each_answer_names_its_births_and_their_votes() -> None:
    task = read(told()).task("flip")
    first, second = backings(task, 0)
    assert first is not None
    assert second is not None
    assert (first.births, first.words) == (((1, 2),), "birth 1 (twice), 200 of 200.75 votes")
    assert second.words == "birth 0, 0.75 of 200.75 votes"
    assert "answer 1: birth 1 (twice), 200 of 200.75 votes" in shown(SOLUTIONS)
    assert backings(task, 2) == (None, None)


def test_where_a_description_that_fits_all_pairs_failed_is_said_once_the_solution_is_known() -> None:
    said = "birth 1 fits all pairs and fails on test input 2: 4 of 4 cells wrong"
    assert said in shown(SOLUTIONS)
    assert "fails" not in shown({})
    assert "fails" not in shown(SOLUTIONS, birth=0), "it does not fit the pairs to begin with"
    task = read(told()).task("flip")
    assert failed(task, 1, ((A,), (D,))) != ""
    assert failed(task, 1, (B, WRONG)) == ""


def test_nothing_is_said_of_the_test_before_the_task_is_answered() -> None:
    task = read([one for one in told() if not isinstance(one, TaskAnswered)]).task("flip")
    assert failed(task, 1, SOLUTIONS["flip"]) == ""


def test_a_grid_of_another_size_or_none_is_a_miss_too() -> None:
    task = read(told()).task("flip")
    assert "2×2, not 2×3" in failed(task, 1, (B, ((1, 2, 3), (4, 5, 6))))
    lost = follow(FLIP, 1, 1, WRONG, 8).model_copy(update={"attempt": Garbled(pair=1, why="no grid")})
    task = read([lost if isinstance(one, AnswerFollowed) and one.birth == 1 and one.attempt.pair == 1 else one for one in told()])
    assert failed(task.task("flip"), 1, SOLUTIONS["flip"]).endswith("on test input 2: no grid came of it")


def test_the_report_holds_who_gave_each_answer_and_what_each_gave_on_the_test() -> None:
    packed = pack(read(told()).task("flip"), SOLUTIONS["flip"])
    assert [test["by"] for test in packed["tests"]] == [[[[1, 2]], [[0, 1]]], [[[1, 1]], [[0, 1]]]]
    on = packed["on"]["1"]
    assert [(test, kind, packed["grids"][place]) for test, kind, place in on] == [
        (0, "followed", "01/20"),
        (1, "followed", "99/99"),
    ]
