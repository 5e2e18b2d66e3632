"""A task knows its training pairs and test inputs, and nothing of test outputs."""

from __future__ import annotations

import dataclasses

from hypothesis import given
from hypothesis import strategies as st

from nlevolve.puzzle.tasks import Pair, Task
from tests.puzzle.strategies import TASKS


def test_no_field_can_hold_a_test_output() -> None:
    assert [field.name for field in dataclasses.fields(Task)] == ["id", "pairs", "tests", "max_side"]


@given(TASKS, st.data())
def test_the_pair_under_judgement_is_left_out_and_only_it(task: Task, data: st.DataObject) -> None:
    pair = data.draw(st.integers(0, len(task.pairs) - 1))
    shown = task.without(pair)
    assert shown.pairs == tuple(other for place, other in enumerate(task.pairs) if place != pair)
    assert (shown.id, shown.tests) == (task.id, task.tests)


def test_copying_is_judged_cell_by_cell_over_the_pairs() -> None:
    task = Task("a", (Pair(((1, 2),), ((1, 3),)), Pair(((1,),), ((1, 1),))), (((0,),),))
    assert task.copy_accuracy == 0.25
