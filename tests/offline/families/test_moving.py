"""Moving objects: by steps, or until something stops them."""

from __future__ import annotations

import pytest

from tests.offline.families.grids import follow


@pytest.mark.parametrize(
    ("bullet", "before", "after"),
    [
        ("Move every object two cells right.", "1.... .22..", "..1.. ...22"),
        ("Move every red object one cell down.", "12. ... ...", "1.. .2. ..."),
        ("Move every object down until it touches another object or the border.", "11. 1.. ... 3..", "... 11. 1.. 3.."),
        ("Move every blue object right to the border of the grid.", "1..2 .3..", "...1 .3.."),
        ("Move every object up by its own height.", "... ... 11. 1.2", "11. 1.. ..2 ..."),
    ],
)
def test_moving(bullet: str, before: str, after: str) -> None:
    assert follow(bullet, before) == after


def test_what_leaves_the_grid_is_lost() -> None:
    assert follow("Move every object one cell left.", "11.") == "1.."
