"""Lists and bars."""

from __future__ import annotations

import pytest

from tests.offline.direct import Case, table

CASES = table("""
Write the colour of every object in a column, from the largest to the smallest.
    33..1 33... ..22. → 3 2 1
Write the colour of every object in a column, from left to right, each two cells wide.
    33..1 33.2. → 33 22 11
Write the colour of every object in a row, from left to right, each two cells tall.
    33..1 33.2. → 321 321
List the colours in a row, from the least common to the most common.
    33..1 33.11 → 13
List the colours in a column, from the most common to the least common, each two cells wide.
    33..1 33.11 → 33 11
List the colours in a row, from the most common to the least common, each two cells tall.
    33..1 33.11 → 31 31
Draw one bar for every colour, with as many cells as it has, from the most common to the least common, starting at the top.
    33..1 3.... → 31 3. 3.
Draw one bar for every colour, with as many cells as it has, from the most common to the least common, starting at the bottom.
    33..1 3.... → 3. 3. 31
Draw one bar for every colour, with as many cells as it has, from the most common to the least common, starting at the left.
    33..1 3.... → 333 1..
Draw one bar for every colour, with as many cells as it has, from the least common to the most common, starting at the right.
    33..1 3.... → ..1 333
""")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_listing(case: Case) -> None:
    assert case.made == case.after
