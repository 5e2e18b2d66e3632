"""Stamping cells and objects around or onto others."""

from __future__ import annotations

import pytest

from tests.offline.families.grids import follow


@pytest.mark.parametrize(
    ("bullet", "before", "after"),
    [
        (
            "Around every object put blue off its top left corner and red to its right.",
            "..... .55.. .55..",
            "1.... .552. .552.",
        ),
        (
            "Put a copy of the largest object on every grey object, centre on centre.",
            "22... 23... ....5 ....5",
            "22... 23... ...22 ...23",
        ),
    ],
)
def test_stamping(bullet: str, before: str, after: str) -> None:
    assert follow(["Cells of any colours that touch by a side form an object.", bullet], before) == after


def test_a_stamp_may_move_instead_of_being_copied() -> None:
    bullet = "Put a copy of the red object on every grey object, centre on centre, and remove the original."
    assert follow(bullet, "222.... ....... .5...5.") == "....... ....... 222.222"
