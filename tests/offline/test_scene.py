"""Scenes: what is background, what is an object, what is enclosed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from nlevolve.offline.scene import MOST_OBJECTS, Eye, Scene, cells, enclosed
from tests.offline.strategies import grids

GRID = cells([[1, 0, 2, 2], [0, 1, 0, 0], [0, 0, 3, 0], [3, 3, 3, 0]])


@pytest.mark.parametrize(
    ("eye", "sizes"),
    [
        (Eye(), [2, 2, 4]),
        (Eye(diagonal=False), [1, 2, 1, 4]),
        (Eye(multicolour=True), [8]),
        (Eye(diagonal=False, multicolour=True), [1, 2, 1, 4]),
    ],
)
def test_the_eye_decides_what_belongs_together(eye: Eye, sizes: list[int]) -> None:
    assert [o.size for o in Scene(GRID, eye).objects] == sizes


def test_black_is_background_where_there_is_black_and_else_the_most_common_colour() -> None:
    assert Scene(cells([[5, 5, 0]])).background == 0
    assert Scene(cells([[5, 5, 4]])).background == 5
    assert Scene(cells([[5, 5, 0]]), Eye(background=5)).background == 5


def test_an_object_knows_its_box_colours_and_holes() -> None:
    ring = Scene(cells([[0, 0, 0, 0], [0, 2, 2, 2], [0, 2, 0, 2], [0, 2, 2, 2]])).objects[0]
    assert (ring.top, ring.left, ring.bottom, ring.right) == (1, 1, 3, 3)
    assert (ring.size, ring.holes, ring.colour, ring.colours) == (8, 1, 2, (2,))
    assert not ring.is_full
    assert ring.is_symmetric
    assert ring.touches_border


def test_enclosed_is_what_no_path_by_sides_leads_to() -> None:
    wall = cells([[1, 1, 1, 0], [1, 0, 1, 0], [1, 1, 0, 0], [0, 0, 0, 0]])
    assert np.argwhere(enclosed(wall == 0)).tolist() == [[1, 1]]


@settings(max_examples=60, deadline=None)
@given(grids())
def test_objects_are_disjoint_and_cover_the_foreground(grid: np.ndarray) -> None:
    scene = Scene(grid)
    covered = sum((o.mask.astype(int) for o in scene.objects), np.zeros(grid.shape, dtype=int))
    assert covered.max(initial=0) <= 1
    if len(scene.objects) < MOST_OBJECTS:
        assert ((covered == 1) == scene.foreground).all()
