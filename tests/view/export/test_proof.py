"""Copies of a description are kept where they are proven, and nowhere else."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings

from nlevolve.offline.checker import check
from nlevolve.offline.scene import cells
from nlevolve.puzzle.symmetry import IDENTITY, Transform
from nlevolve.puzzle.tasks import Pair, Task
from nlevolve.records import Description
from nlevolve.view.export.proof import transforms, turnings
from tests.puzzle.strategies import TASKS, TRANSFORMS

BLUE = Task(
    "t", (Pair(((0, 1, 1), (0, 0, 0)), ((0, 0, 0), (0, 1, 1))), Pair(((0, 0), (1, 0)), ((0, 0), (1, 0)))), (((1, 0), (0, 0)),)
)
FALL = Description(bullets=("Let every blue object fall down until it meets the border.",))
DOWN = Description(bullets=("Move every blue object down until it touches the border.",))


def test_what_is_kept_leads_to_the_turned_outputs() -> None:
    told: Counter[str] = Counter()
    kept = list(turnings(BLUE, DOWN, 40, told))
    assert len(kept) == told["kept"] > 10
    assert any("left" in copy.description.bullets[0] for copy in kept)
    for copy in kept:
        for pair in copy.task.pairs:
            followed = check(copy.description.bullets, cells(pair.input))
            assert (followed.grid.tolist(), followed.note) == ([list(row) for row in pair.output], "")


def test_what_falls_is_turned_in_a_mirror_alone() -> None:
    """The table knows no other side for what falls; in a mirror it falls as before."""
    told: Counter[str] = Counter()
    kept = list(turnings(BLUE, FALL, 40, told))
    assert told["unsafe"] > 0
    assert kept
    assert all(copy.by.grid(((1, 0), (0, 0)))[0] != (0, 0) for copy in kept), "up is up"


def test_what_nobody_reads_is_not_proven() -> None:
    told: Counter[str] = Counter()
    assert list(turnings(BLUE, Description(bullets=("Gravity, as one would say.",)), 5, told)) == []
    assert told == {"unread": 5}
    wrong = Description(bullets=("Rotate the grid a quarter turn clockwise.",))
    assert list(turnings(BLUE, wrong, 5, told)) == []
    assert told == {"unread": 10}


@settings(max_examples=6)
@given(TASKS, TRANSFORMS)
def test_transforms_are_distinct_and_those_of_every_copy(task: Task, by: Transform) -> None:
    found = list(transforms(task, 60))
    assert len(set(found)) == 60
    assert IDENTITY not in found
    assert found == list(transforms(by.task(task), 60))
    assert all(one.colours[0] == 0 for one in found)
