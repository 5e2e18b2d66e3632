"""Which panels are meant: red ones, and blue the others."""

from __future__ import annotations

import pytest

from tests.offline.direct import Case, table

CASES = table("""
Every one of the one by five equal parts of the grid becomes one cell: red if it has the most coloured cells, otherwise blue.
    11..121211 22....3422
    → 21122
Every one of the one by five equal parts of the grid becomes one cell: red if it has the fewest coloured cells, otherwise blue.
    → 12111
Every one of the one by five equal parts of the grid becomes one cell: red if it differs from all the others, otherwise blue.
    → 12221
Every one of the one by five equal parts of the grid becomes one cell: red if it has the most colours, otherwise blue.
    → 11121
Every one of the one by five equal parts of the grid becomes one cell: red if it has the fewest colours, otherwise blue.
    → 12111
Every one of the one by five equal parts of the grid becomes one cell: red if it is symmetric, otherwise blue.
    → 22112
Every one of the one by five equal parts of the grid becomes one cell: red if it is not symmetric, otherwise blue.
    → 11221
Every one of the one by five equal parts of the grid becomes one cell: red if it is full, otherwise blue.
    → 21122
Every one of the one by five equal parts of the grid becomes one cell: red if it is empty, otherwise blue.
    → 12111
Every one of the one by five equal parts of the grid becomes one cell: red if it is not empty, otherwise blue.
    → 21222
Every one of the left, middle and right third becomes one cell: red if it has the most coloured cells, otherwise blue.
    112..3 .1..4.
    → 211
Every one of the left, middle and right third becomes one cell: red if it has the fewest coloured cells, otherwise blue.
    → 121
Every one of the left, middle and right third becomes one cell: red if it has the fewest colours, otherwise blue.
    → 221
Every one of the left, middle and right third becomes one cell: red if it has exactly three coloured cells, otherwise blue.
    → 211
Every one of the left, middle and right third becomes one cell: red if it has a yellow cell, otherwise blue.
    → 112
Every one of the left, middle and right third becomes one cell: red if it is full, otherwise blue.
    → 111
Every one of the left, middle and right third becomes one cell: red if it is empty, otherwise blue.
    → 111
Every one of the left and right half becomes one cell: red if it has the fewest coloured cells, otherwise blue.
    12.3 2... → 12
Every one of the left and right half becomes one cell: red if it is symmetric along its main diagonal, otherwise blue.
    1212 2134 → 21
    1211 2122 → 21
Every one of the left and right half becomes one cell: red if it is not symmetric along its main diagonal, otherwise blue.
    1212 2134 → 12
    1211 2122 → 12
""")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_choosing(case: Case) -> None:
    assert case.made == case.after
