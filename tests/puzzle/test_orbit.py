"""One digest for all copies of a task."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from nlevolve.puzzle.orbit import orbit
from nlevolve.puzzle.symmetry import Transform
from nlevolve.puzzle.tasks import Pair, Task
from tests.puzzle.strategies import TASKS, TRANSFORMS


@settings(max_examples=8)
@given(TASKS, TRANSFORMS, st.randoms())
def test_copies_have_one_orbit_however_turned_coloured_and_ordered(task: Task, transform: Transform, rng: Random) -> None:
    copy = transform.task(task)
    assert orbit(replace(copy, id="another", pairs=tuple(rng.sample(copy.pairs, len(copy.pairs))))) == orbit(task)


def test_other_tasks_have_others() -> None:
    one = Task("a", (Pair(((1, 2),), ((2, 1),)),), (((3, 3),),))
    assert orbit(one) == orbit(replace(one, tests=(((4, 4),),)))
    assert orbit(one) != orbit(replace(one, pairs=(Pair(((1, 2),), ((1, 2),)),)))
    assert orbit(one) != orbit(replace(one, pairs=(Pair(((1, 2),), ((2,), (1,))),)))
