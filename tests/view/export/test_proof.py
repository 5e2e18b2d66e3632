"""Copies of a description are kept where they are proven, and nowhere else."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings

from nlevolve.offline.checker import check
from nlevolve.offline.scene import cells
from nlevolve.puzzle.grids import Grid
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


def test_what_leads_elsewhere_is_not_kept() -> None:
    """Turned by a quarter the words name the sides in an order that the checker does not read."""
    said = ("Complete the picture about the centre of the grid so that it is symmetric left to right and top to bottom.",)
    grids: list[Grid] = [((1, 2, 0), (0, 0, 0), (0, 0, 0)), ((0, 0, 3), (0, 0, 0), (0, 0, 0))]
    outputs = [tuple(tuple(map(int, row)) for row in check(said, cells(grid)).grid) for grid in grids]
    task = Task("t", tuple(Pair(grid, output) for grid, output in zip(grids, outputs, strict=True)), (grids[0],))
    told: Counter[str] = Counter()
    kept = list(turnings(task, Description(bullets=said), 14, told))
    assert min(told["kept"], told["differs"]) > 0
    assert all(copy.by.turns % 2 == 0 for copy in kept)
