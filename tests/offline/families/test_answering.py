"""Small outputs that say what was found: colours, counts, lists, charts."""

from __future__ import annotations

import pytest

from nlevolve.offline import english
from nlevolve.offline.scene import Scene
from tests.offline.families.grids import follow, grid


@pytest.mark.parametrize(
    ("bullet", "before", "after"),
    [
        ("The output is a single cell in the colour of the largest object.", "11.2 11..", "1"),
        ("The output is a grid of two by three cells, all in the most common colour.", "11.2 11..", "111 111"),
        (
            "In an empty grid of two by two cells, colour one cell red for every blue object, row by row from the top left.",
            "1.1.1",
            "22 2.",
        ),
        (
            "In an empty grid of two by three cells, colour one cell red for every blue cell, "
            "row by row, turning round at the end of each row.",
            "11.11",
            "222 ..2",
        ),
        ("The output is a diagonal of red cells, one for every object.", "1.1.1", "2.. .2. ..2"),
        ("The output is a row of red cells, one for every colour.", "1.2.1", "22"),
        ("Write the colour of every object in a column, from the largest to the smallest.", "33..1 33... ..22.", "3 2 1"),
        (
            "Write the colour of every object in a row, from left to right, each two cells tall.",
            "33..1 33.2.",
            "321 321",
        ),
        ("List the colours in a column, from the most common to the least common.", "33..1 33.11", "3 1"),
        (
            "Draw one bar for every colour, with as many cells as it has, from the most common to the least common, "
            "starting at the top.",
            "33..1 3....",
            "31 3. 3.",
        ),
        ("Crop the grid to the inside of the largest object, without its rim.", "111.. 121.. 111.3", "2"),
        ("Crop the grid to every red object with a margin of one cell around it.", "11... .2.3. 4....", "11. .2. 4.."),
    ],
)
def test_answers(bullet: str, before: str, after: str) -> None:
    assert follow(bullet, before) == after


def test_more_things_than_cells_make_no_sense() -> None:
    bullet = "In an empty grid of one by three cells, colour one cell red for every object, row by row from the top left."
    assert english.follow([bullet], Scene(grid("1.1.1.1"))).undone == (bullet,)


def test_areas_of_background_may_be_the_objects() -> None:
    bullets = ["Every connected area of background cells is an object.", "Recolour the largest object red."]
    assert follow(bullets, "..1. ..1.") == "221. 221."
