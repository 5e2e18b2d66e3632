"""Objects in a line, and one cell for each of them."""

from __future__ import annotations

import pytest

from tests.offline.direct import Case, table

CASES = table("""
Cells of any colours that touch by a side or a corner form an object.
Put the boxes of every object side by side, from the smallest to the largest.
    11..2 13... → 211 .13
Put the boxes of every object in a column, from left to right.
    11.2 → 11 2.
Put the boxes of every object in a column, from right to left, with a gap of one cell.
    11.2 → 2. .. 11
Shrink every object to one cell each, keeping how they are arranged.
    11.22 ..... 33... → 12 3.
    ..11 .... 3... ...4 → .1 34
""")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_arranging(case: Case) -> None:
    assert case.made == case.after
