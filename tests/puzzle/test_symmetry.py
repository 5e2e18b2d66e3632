"""Every transform can be undone, and the eight symmetries are a group."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlevolve.puzzle.grids import Grid, cell_accuracy, shape
from nlevolve.puzzle.symmetry import IDENTITY, SYMMETRIES, Transform, relabelling
from nlevolve.puzzle.tasks import Task
from tests.puzzle.strategies import GRIDS, TASKS, TRANSFORMS

L: Grid = ((1, 2, 3), (4, 5, 6))


def test_the_eight_by_hand() -> None:
    assert [symmetry.grid(L) for symmetry in SYMMETRIES] == [
        ((1, 2, 3), (4, 5, 6)),
        ((4, 1), (5, 2), (6, 3)),
        ((6, 5, 4), (3, 2, 1)),
        ((3, 6), (2, 5), (1, 4)),
        ((3, 2, 1), (6, 5, 4)),
        ((6, 3), (5, 2), (4, 1)),
        ((4, 5, 6), (1, 2, 3)),
        ((1, 4), (2, 5), (3, 6)),
    ]


def test_they_are_a_group() -> None:
    assert {one.then(other) for one in SYMMETRIES for other in SYMMETRIES} == set(SYMMETRIES)
    assert all(one.then(one.inverse) == IDENTITY for one in SYMMETRIES)


@given(TRANSFORMS, GRIDS)
def test_the_inverse_undoes(transform: Transform, grid: Grid) -> None:
    assert transform.inverse.grid(transform.grid(grid)) == grid
    assert transform.grid(transform.inverse.grid(grid)) == grid


@given(TRANSFORMS, TRANSFORMS, GRIDS)
def test_then_is_one_after_the_other(one: Transform, other: Transform, grid: Grid) -> None:
    assert one.then(other).grid(grid) == other.grid(one.grid(grid))


@settings(max_examples=25)
@given(TRANSFORMS, TASKS)
def test_a_task_is_transformed_whole_and_back(transform: Transform, task: Task) -> None:
    seen = transform.task(task)
    assert transform.inverse.task(seen) == task
    assert seen.id == task.id
    assert seen.tests == tuple(transform.grid(test) for test in task.tests)
    assert seen.copy_accuracy == pytest.approx(task.copy_accuracy)


@given(TRANSFORMS, GRIDS, GRIDS)
def test_accuracy_looks_the_same_from_every_side(transform: Transform, got: Grid, want: Grid) -> None:
    assert cell_accuracy(transform.grid(got), transform.grid(want)) == cell_accuracy(got, want)


@given(st.integers(), st.sets(st.integers(0, 9)), GRIDS)
def test_a_relabelling_keeps_what_it_should_and_every_shape(seed: int, keep: set[int], grid: Grid) -> None:
    transform = relabelling(Random(seed), keep)
    assert all(transform.colours[colour] == colour for colour in keep)
    assert shape(transform.grid(grid)) == shape(grid)
    assert relabelling(Random(seed), keep) == transform


def test_black_stays_black_unless_said_otherwise() -> None:
    assert all(relabelling(Random(seed)).colours[0] == 0 for seed in range(50))
    assert any(relabelling(Random(seed), keep=()).colours[0] != 0 for seed in range(50))


@pytest.mark.parametrize("wrong", [{"colours": (0, 1, 2)}, {"colours": (0,) * 10}, {"turns": 4}, {"turns": -1}])
def test_what_is_no_transform_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"permutation|quarter turns"):
        Transform(**wrong)


def test_names_for_people() -> None:
    assert str(IDENTITY) == ""
    assert str(Transform(1, True, (0, 2, 1, 3, 4, 5, 6, 7, 8, 9))) == "mirrored, turned 90°, colours 0213456789"
    assert len({str(symmetry) for symmetry in SYMMETRIES}) == 8
