"""Borders, corners, and rectangles that their corners mark."""

from __future__ import annotations

import pytest

from tests.offline.direct import Case, table

CASES = table("""
Colour the outermost cells of the grid red.
    .11. .34. .... → 2222 2342 2222
Add a border of one red cell around the grid.
    1. .3 → 2222 21.2 2.32 2222
Remove the outermost rows and columns of the grid.
    .11. .34. .... → 34
Remove the outermost two rows and columns on every side of the grid.
    11111 12221 12321 12221 11111 → 3
    1111 1221 1111 → no sense
Crop the grid to the two by two cells in its top left corner.
    123 456 789 → 12 45
Crop the grid to the two by two cells in its top right corner.
    123 456 789 → 23 56
Crop the grid to the one by two cells in its bottom left corner.
    123 456 789 → 78
Crop the grid to the two by one cells in its bottom right corner.
    123 456 789 → 6 9
Fill the inside of every rectangle with a blue cell at each corner with red.
    1..1. ..... 1..11 .3..1 → 1..1. .22.. 1..11 .3..1
""")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_framing(case: Case) -> None:
    assert case.made == case.after
