"""Fingerprints: the same of a task however it is turned, mirrored, recoloured or dealt out, and others of another one."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings

from nlevolve.puzzle.datasets import load
from nlevolve.puzzle.kinship import akin, fingerprints, pairs_of
from nlevolve.puzzle.symmetry import Transform
from nlevolve.puzzle.tasks import Pair, Task
from nlevolve.puzzle.traits import traits
from tests.puzzle.strategies import TASKS, TRANSFORMS


@settings(max_examples=15)
@given(TASKS, TRANSFORMS)
def test_a_task_seen_otherwise_has_the_same_fingerprints(task: Task, seen: Transform) -> None:
    other = replace(seen.task(task), id="another")
    assert fingerprints(other) == fingerprints(task)
    assert fingerprints(replace(other, pairs=other.pairs[::-1])) == fingerprints(task)


def test_a_task_whose_pair_became_a_test_is_still_known_and_another_one_is_not() -> None:
    task, strange = load(["arc1:25d487eb", "arc1:68b16354"]).tasks
    dealt = Task("dealt", (Pair(task.tests[0], task.tests[0]),), (task.pairs[0].input,))
    assert akin(fingerprints(dealt), fingerprints(task))
    assert not akin(fingerprints(strange), fingerprints(task))
    assert pairs_of(fingerprints(task)).isdisjoint(pairs_of(fingerprints(dealt)))


def test_small_tasks_that_share_a_pattern_are_two_by_their_pairs() -> None:
    one, other = (fingerprints(task) for task in load(["arc1:007bbfb7", "arc1:ed36ccf7"]).tasks)
    assert akin(one, other)
    assert pairs_of(one).isdisjoint(pairs_of(other))


def test_traits_hold_for_all_pairs() -> None:
    flip, crop = load(["arc1:68b16354", "arc1:a61f2674"]).tasks
    assert {"same size", "colours kept"} <= set(traits(flip))
    assert {"only background is filled", "smaller output"}.isdisjoint(traits(flip))
    line = Task("line", (Pair(((0, 0), (1, 0)), ((2, 0), (1, 0))), Pair(((0, 3), (0, 0)), ((2, 3), (0, 0)))), (((0, 0),),))
    assert {"same size", "only background is filled", "the same colour added", "one object"} <= set(traits(line))
    assert "the same colour added" in traits(crop)
