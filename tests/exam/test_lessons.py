"""Our own material: known tasks, plain words, grids that nobody has published, and what the embedded checker makes of it."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from nlevolve.exam.lessons import Exercise, Lesson, exercises, own, sampled
from nlevolve.exam.questions import questions
from nlevolve.llm.settings import RoleSettings
from nlevolve.offline.checker import check
from nlevolve.offline.scene import cells
from nlevolve.puzzle.sources import read_dataset
from nlevolve.run.controls import EMPTY

OWN = own()
CHECKER = RoleSettings(model="offline/checker")


def understood() -> list[Exercise]:
    asked = questions([CHECKER], exercises(OWN, 3), arms=["true"], shown=["others"])
    return [question.exercise for question in asked if question.understood]


def test_some_sixty_tasks_are_described_each_with_three_grids_of_its_own() -> None:
    assert len(OWN) >= 60
    assert len({lesson.task.id for lesson in OWN}) == len({lesson.description.normalised for lesson in OWN}) == len(OWN)
    assert {len(lesson.grids) for lesson in OWN} == {3}


def test_no_grid_to_follow_is_published() -> None:
    known = read_dataset("arc1")["training"]
    for lesson in OWN:
        raw = known[lesson.task.id]
        published = {tuple(map(tuple, pair["input"])) for part in ("train", "test") for pair in raw[part]}
        assert not published & {pair.input for pair in lesson.grids}, lesson.task.id
        assert len({pair.input for pair in lesson.grids}) == 3
        assert all(pair.input != pair.output for pair in lesson.grids), lesson.task.id


def test_the_words_are_plain_sentences_and_say_nothing_about_a_task_or_an_example() -> None:
    for lesson in OWN:
        text = " ".join(lesson.description.bullets)
        assert not re.search(r"[0-9a-f]{8}|example|training|pair \d|colou?r \d", text), text
        assert all(bullet[0].isupper() and bullet.endswith(".") for bullet in lesson.description.bullets), text


def test_the_embedded_checker_follows_right_what_it_understands_and_it_understands_some() -> None:
    """The issue's bound is 95%; that it understands few is the point: the words are people's, not the grammar's."""
    asked = understood()
    right = [np.array_equal(check(e.lesson.description.plain.bullets, cells(e.truth.input)).grid, e.truth.output) for e in asked]
    assert len({e.lesson.task.id for e in asked}) >= 12
    assert np.mean(right) >= 0.95


def test_grids_of_their_own_are_shown_all_pairs_and_a_training_pair_all_but_itself() -> None:
    lesson = OWN[0]
    (first, *_) = exercises([lesson], 3)
    assert first.shown.pairs == lesson.task.pairs
    assert first.shown.tests == (lesson.grids[0].input,)
    (_, second, *_) = exercises([replace(lesson, grids=())], 9)
    assert second.truth == lesson.task.pairs[1]
    assert second.truth not in second.shown.pairs
    assert len(second.shown.pairs) == len(lesson.task.pairs) - 1


def test_a_sample_is_drawn_by_the_seed_in_the_order_of_the_lessons() -> None:
    few = sampled(OWN, 7, seed=1)
    assert few == sampled(OWN, 7, seed=1) != sampled(OWN, 7, seed=2)
    assert few == [lesson for lesson in OWN if lesson in few]
    assert sampled(OWN, 1000, seed=1) == OWN


@pytest.mark.parametrize("seed", range(3))
def test_shuffled_words_are_right_for_another_task_and_say_something_else(seed: int) -> None:
    twice = [*OWN[:5], replace(OWN[0], task=OWN[20].task)]  # two tasks with one rule
    asked = questions([CHECKER], exercises(twice, 1), arms=["shuffled"], shown=["others"], seed=seed)
    for question in asked:
        lesson: Lesson = question.exercise.lesson
        assert question.description.normalised != lesson.description.normalised
        assert question.description in [one.description for one in twice if one.task.id != lesson.task.id]


def test_alone_there_is_nothing_to_shuffle_and_nothing_is_said() -> None:
    (question,) = questions([CHECKER], exercises(OWN[:1], 1), arms=["shuffled"], shown=["others"])
    assert question.description == EMPTY
