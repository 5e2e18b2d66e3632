"""Lines: how far rays reach, and which cells are joined."""

from __future__ import annotations

import pytest

from tests.offline.following import followed


@pytest.mark.parametrize(
    ("reach", "after"),
    [
        ("to the border, behind other cells", "2252211"),
        ("to the border, over everything in the way", "2222222"),
        ("until something is in the way", "2250011"),
        ("to the nearest coloured cell, if there is one", "2250011"),
    ],
)
def test_a_ray_reaches_as_far_as_said(reach: str, after: str) -> None:
    assert followed(f"Draw a line in red from every red cell to the right {reach}.", "2050011") == after


def test_a_ray_that_meets_nothing_is_not_drawn_when_it_is_to_meet_something() -> None:
    sentence = "Shoot a ray in its own colour from every lone cell up, down, left and right if it meets one."
    assert followed(sentence, "0000 1003 0000 0000") == "0000 1113 0000 0000"


def test_rays_run_along_diagonals() -> None:
    sentence = "From every coloured cell draw a line in green diagonally in all four directions as far as the border."
    assert followed(sentence, "0000 0100 0000") == "3030 0100 3030"


def test_equal_cells_are_joined() -> None:
    grid = "10010 00000 20030 00000 00010"
    assert followed("Join every coloured cell to the next one in the same row by a line in its own colour.", grid) == (
        "11110 00000 20030 00000 00010"
    )
    across = "Draw a line in green between every two blue cells in the same column, behind other cells."
    assert followed(across, "10 00 20 00 10") == "10 30 20 30 10"
    blocked = "Draw a line in green between every two blue cells in the same column, if nothing lies between them."
    assert followed(blocked, "11 00 20 00 11") == "11 03 23 03 11"
