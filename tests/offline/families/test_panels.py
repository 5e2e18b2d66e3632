"""Panels picked, freed of their lines, shrunk, filled."""

from __future__ import annotations

import pytest

from tests.offline.direct import Case, table

CASES = table("""
Of the panels between the separator lines, keep the one that has the most coloured cells.
    115.25.. 1.5.25.. → 11 1.
Of the panels between the separator lines, keep the one that differs from all the others.
    115.25.2 1.5.25.2 → 11 1.
Of the panels between the separator lines, keep the one that is not symmetric.
    115.25.. 1153.5.. → .2 3.
Of the panels between the separator lines, keep the one that is not symmetric along its main diagonal.
    125125.4 2152152. → .4 2.
Of the panels between the separator lines, keep the one that has a red cell.
    115.2533 1.5.2533 → .2 .2
    115..533 1.5..533 → no sense
Of the four quarters of the grid, keep the top left one.
    12 34 → 1
Of the four quarters of the grid, keep the top right one.
    12 34 → 2
Of the four quarters of the grid, keep the bottom left one.
    12 34 → 3
Of the four quarters of the grid, keep the bottom right one.
    12 34 → 4
Of the left, middle and right third, keep the central one.
    123 → 2
Of the left and right half, keep the central one.
    12 → no sense
Remove the separator lines and push the panels together.
    22522 2.5.2 55555 ..522 → 2222 2..2 ..22
Shrink every one of the panels between the separator lines to one cell of its most common colour.
    1151. 1.5.. 55555 ..544 ..544 → 1. .4
Shrink every one of the left and right half to one cell of its least common colour.
    1122 1342 → 34
Shrink every one of the left and right half to one cell of its most common colour besides the background.
    1... .... → 1.
    11.. .2.. → 1.
Every one of the panels between the separator lines becomes one cell: green if it is empty, otherwise yellow.
    1152. 1.5.2 55555 ..544 ..544 → 44 34
Fill every one of the panels between the separator lines that has the most coloured cells with red.
    1151. 1.5.. → 2251. 225..
Fill every one of the panels between the separator lines that has the most coloured cells with red and empty the others.
    1151. 1.5.. → 225.. 225..
""")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_panels(case: Case) -> None:
    assert case.made == case.after
