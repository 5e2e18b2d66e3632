"""Rows and columns left out, sorted, shifted, filled."""

from __future__ import annotations

import pytest

from tests.offline.direct import Case, table

CASES = table("""
Remove every row that is empty.
    11.. .... 11.. 1111 → 11.. 11.. 1111
Remove every row and column that is the same as the one before.
    11.. .... 11.. 11.. → 1. .. 1.
Remove every row that has been seen before.
    11.. .... 11.. 11.. → 11.. ....
Remove every column that has one colour only.
    12. 13. → 2 3
Remove every column that is empty.
    1.1 ... → 11 ..
Sort every row of the grid by its number of coloured cells, the fewest coloured cells first.
    11 .. .2 → .. .2 11
Sort every column of the grid by its number of coloured cells, the most coloured cells first.
    ..1 .21 → 1.. 12.
Shift the whole grid by one cell down, what leaves it comes in again on the other side.
    1 2 3 → 3 1 2
Shift the whole grid by two cells left, what leaves it comes in again on the other side.
    1234. → 34.12
Fill every column that has a coloured cell with red.
    .1. ... → .2. .2.
Fill every row that is empty with red.
    1. .. 11 → 1. 22 11
Fill every row that has one colour only with green.
    11 .2 → 33 .2
""")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_rows(case: Case) -> None:
    assert case.made == case.after
