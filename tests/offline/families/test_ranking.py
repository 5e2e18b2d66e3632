"""Colours by measure, by rank and by condition."""

from __future__ import annotations

import pytest

from nlevolve.offline import english
from nlevolve.offline.scene import Scene
from tests.offline.families.grids import follow, grid


@pytest.mark.parametrize(
    ("bullet", "before", "after"),
    [
        (
            "Recolour every object by its number of cells: red for one and blue for three.",
            "5.555 ..... 55...",
            "2.111 ..... 55...",
        ),
        (
            "Recolour every object by its number of holes: red for one and blue for zero.",
            "555.5 5.5.. 555..",
            "222.1 2.2.. 222..",
        ),
        (
            "Recolour every object from the largest to the smallest: blue, red and green.",
            "555.5 ..... 55...",
            "111.3 ..... 22...",
        ),
        ("Recolour every object from left to right: blue and red.", "5.5.5", "1.2.5"),
        ("Recolour every object red if it is a straight line, otherwise blue.", "555.. ....5 ...55", "222.. ....1 ...11"),
    ],
)
def test_ranking(bullet: str, before: str, after: str) -> None:
    assert follow(bullet, before) == after


def test_objects_that_tie_share_a_colour() -> None:
    assert follow("Recolour every object from the largest to the smallest: blue and red.", "5.5 ... 555") == "2.2 ... 111"


def test_two_colours_change_places_only_where_there_are_two() -> None:
    assert follow("Swap the two colours of the grid.", "12 22") == "21 11"
    followed = english.follow(["Swap the two colours of the grid."], Scene(grid("123")))
    assert followed.undone == ("Swap the two colours of the grid.",)
