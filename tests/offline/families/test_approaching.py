"""Objects that move towards others."""

from __future__ import annotations

import pytest

from tests.offline.families.grids import follow


@pytest.mark.parametrize(
    ("bullet", "before", "after"),
    [
        ("Move every blue object towards every red object until they touch.", "1...2 1....", "...12 ...1."),
        ("Move every blue object so that its top side lines up with that of the red object.", "..2 1.. 1..", "1.2 1.. ..."),
        ("Move every blue object one cell towards the red object.", "1... .... ..2.", ".... .1.. ..2."),
        (
            "Move every object that is a single cell towards the largest object of its colour until they touch.",
            "2...22",
            "...222",
        ),
        ("Move every red object into the middle of the box around every blue object.", "1.1 ... 1.1 ..2", "1.1 .2. 1.1 ..."),
    ],
)
def test_approaching(bullet: str, before: str, after: str) -> None:
    assert follow(bullet, before) == after


def test_an_object_that_cannot_reach_its_goal_stays() -> None:
    assert follow("Move every blue object towards every red object until they touch.", "1.... ....2 .....") == "1.... ....2 ....."
