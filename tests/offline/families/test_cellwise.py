"""Cells recoloured by their neighbours and their place."""

from __future__ import annotations

import pytest

from tests.offline.families.grids import follow


@pytest.mark.parametrize(
    ("which", "before", "after"),
    [
        ("touches a red cell by a side", "... .2. ...", ".8. 828 .8."),
        ("touches a red cell by a corner only", "... .2. ...", "8.8 .2. 8.8"),
        ("touches a red cell by a side or a corner", "... .2. ...", "888 828 888"),
        ("has exactly two red neighbours by a side", "2.2 ...", "282 ..."),
        ("has at least two red neighbours by a side or a corner", "2.2 ...", "282 .8."),
        ("is in a row with a red cell", "2.. ...", "288 ..."),
        ("is in a column with a red cell and is at the border", "2.. ... ...", "2.. 8.. 8.."),
        ("lies between two red cells of its row", "2..2. .2...", "2882. .2..."),
        ("is enclosed by other colours", ".555. .5.5. .555.", ".555. .585. .555."),
        ("is a corner of the grid", "... ... ...", "8.8 ... 8.8"),
        ("is in an odd row and is in an even column", "... ... ...", ".8. ... .8."),
        ("has no neighbour of its colour, not even diagonally", "55. 555", "558 555"),
        ("has its own colour on all four sides", "..... ..... .....", "..... .888. ....."),
    ],
)
def test_recolour_cells(which: str, before: str, after: str) -> None:
    assert follow(f"Recolour every black cell that {which} cyan.", before) == after
