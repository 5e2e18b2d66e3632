"""How a grid is parted, and in which order its parts are."""

from __future__ import annotations

import pytest

from tests.offline.direct import Case, table

CASES = table("""
Of the top and bottom half, keep the bottom right one.
    1. 2. → 2.
Of the left and right half, keep the bottom right one.
    1. 2. → . .
Of the four quarters of the grid, keep the bottom left one.
    1. 2. → 2
Of the top, middle and bottom third, keep the central one.
    1. 2. 3. → 2.
Of the left, middle and right third, keep the central one.
    1.2.3. → 2.
Of the two by three equal parts of the grid, keep the bottom right one.
    1.2.3. 4.5.6. → 6.
Of the two halves with the fewest colours in common, keep the bottom right one.
    1.1. 2.2. → 2.2.
    1.2. 1.2. → 2. 2.
Of the squares that the grid consists of, keep the central one.
    1.2.3. ...... → 2. ..
    1 2 3 → 2
Of the panels between the separator lines, keep the bottom right one.
    1.5.. ..5.2 55555 3.54. ..5.. → 4. ..
Lay the one by six equal parts of the grid on top of each other, in this order from the top: first and second.
    1.2.3.4.5.6.
    → 1.
Lay the one by six equal parts of the grid on top of each other, in this order from the top: second and first.
    → 2.
Lay the one by six equal parts of the grid on top of each other, in this order from the top: third and first.
    → 3.
Lay the one by six equal parts of the grid on top of each other, in this order from the top: fourth and first.
    → 4.
Lay the one by six equal parts of the grid on top of each other, in this order from the top: fifth and first.
    → 5.
Lay the one by six equal parts of the grid on top of each other, in this order from the top: sixth and first.
    → 6.
""")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_panels(case: Case) -> None:
    assert case.made == case.after
