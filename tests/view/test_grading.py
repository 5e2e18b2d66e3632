"""Answers against solutions: two attempts for each test input, and none is as wrong as a wrong one."""

from __future__ import annotations

import pytest

from nlevolve.evolve.answers import Vote, choose
from nlevolve.puzzle.grids import Grid
from nlevolve.records import Answer
from nlevolve.view.grading import Grade, grade, grades

A: Grid = ((1, 1),)
B: Grid = ((1, 2),)
C: Grid = ((3, 3),)
D: Grid = ((3,), (3,))
TEST: Grid = ((0, 0),)


def proposed(*grids: Grid) -> Answer:
    """What comes of these proposals, the best first."""
    return choose(TEST, [Vote(grid, 1.0 / place) for place, grid in enumerate(grids, 1)])


@pytest.mark.parametrize(
    ("grids", "right", "covered", "cells"),
    [
        ([B, A], True, True, 1.0),
        ([A, B], True, True, 1.0),
        ([A, C, B], False, True, 0.5),
        ([C, A], False, False, 0.5),
        ([C, D], False, False, 0.0),
        ([B], True, True, 1.0),
        ([A], False, False, 0.5),
        ([], False, False, 0.0),
    ],
    ids=["first", "second", "third", "half right", "all wrong", "only", "only half", "none"],
)
def test_either_attempt_may_be_the_solution_and_the_better_one_counts(
    grids: list[Grid], right: bool, covered: bool, cells: float
) -> None:
    assert grade([proposed(*grids)], [B]) == Grade((right,), (covered,), (cells,))


def test_an_answer_without_its_proposals_covers_what_it_gives() -> None:
    """As the oldest logs have them."""
    assert grade([Answer(attempt_1=A, attempt_2=B)], [B]) == Grade((True,), (True,), (1.0,))


def test_a_task_is_solved_when_every_test_input_is() -> None:
    both, one = grade([proposed(A), proposed(B)], [A, B]), grade([proposed(A), proposed(C)], [A, B])
    assert (both.solved, both.share) == (True, 1.0)
    assert (one.solved, one.share) == (False, 0.5)


@pytest.mark.parametrize("answers", [None, []])
def test_a_task_never_answered_is_wrong_not_missing(answers: list[Answer] | None) -> None:
    assert grade(answers, [A, B]) == Grade((False, False), (False, False), (0.0, 0.0))


def test_missing_answers_count_and_surplus_ones_do_not() -> None:
    assert grade([proposed(A)], [A, B]).right == (True, False)
    assert grade([proposed(A), proposed(B)], [A]).right == (True,)
    assert grade([proposed(C), proposed(A)], [A]).right == (False,)


def test_tasks_without_a_known_solution_have_no_grade() -> None:
    given = {"known": [proposed(A)], "unanswered": None, "secret": [proposed(A)]}
    assert grades(given, {"known": (A,), "unanswered": (B,), "other": (C,)}) == {
        "known": Grade((True,), (True,), (1.0,)),
        "unanswered": Grade((False,), (False,), (0.0,)),
    }
