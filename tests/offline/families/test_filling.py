"""Filling areas by what they are, and spreading."""

from __future__ import annotations

import pytest

from tests.offline.following import followed

RINGS = "1111111 1011001 1111001 1001111 1111000"


@pytest.mark.parametrize(
    ("areas", "after"),
    [
        ("every enclosed area", "1111111 1211221 1111221 1221111 1111000"),
        ("every enclosed area that is square", "1111111 1211221 1111221 1001111 1111000"),
        ("enclosed areas that have an odd number of cells", "1111111 1211001 1111001 1001111 1111000"),
        ("the largest enclosed area", "1111111 1011221 1111221 1001111 1111000"),
        ("every enclosed area of fewer than three cells", "1111111 1211001 1111001 1221111 1111000"),
        ("every area that touches the border", "1111111 1011001 1111001 1001111 1111222"),
    ],
)
def test_areas_are_told_apart(areas: str, after: str) -> None:
    assert followed(f"Fill {areas} with red.", RINGS) == after


def test_a_colour_spreads_by_sides_or_by_corners_too() -> None:
    grid = "2010 0100 1000"
    assert followed("Let red flow into the background areas that it touches.", grid) == "2210 2100 1000"
    assert followed("Let red spread over the background also diagonally.", grid) == "2212 2122 1222"


def test_rectangles_of_background_are_found() -> None:
    grid = "01000 10000 01010"
    assert followed("The largest empty rectangle becomes red.", grid) == "01222 10222 01010"
    assert followed("Fill every two by two block of background with red.", grid) == "01222 10222 01010"
