"""Steps made of steps."""

from __future__ import annotations

import pytest

from nlevolve.offline import english
from tests.offline.direct import Case, table

CASES = table("""
If there is a red cell, flip the grid horizontally; otherwise flip the grid vertically.
    12 34 → 21 43
    15 34 → 34 15
If the grid is wider than it is tall, rotate the grid a quarter turn clockwise.
    12 → 1 2
    1 2 → 1 2
If there are more than two objects, remove every object.
    5.5.5 → .....
    5.5.. → 5.5..
If most cells are grey, change grey to red.
    5.5.5 → 2.2.2
    5.... → 5....
If the grid is symmetric left to right, change blue to red.
    1.1 → 2.2
    1.. → 1..
Repeat until nothing changes: recolour every black cell that touches a red cell by a side red.
    2..5. → 2225.
For every row by itself: let every cell fall right until it meets another cell or the border.
    1.2. 3... → ..12 ...3
For every column by itself: flip the grid vertically.
    12 34 → 34 12
For every row by itself: flip the grid horizontally.
    12. 34. → .21 .43

Cells of any colours that touch by a side form an object.
Within the box of every object: flip the grid horizontally.
    12.34 → 21.43
""")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_combining(case: Case) -> None:
    assert case.made == case.after


def test_combinations_do_not_hold_one_another() -> None:
    assert english.read("If there is a red cell, if there is a blue cell, flip the grid horizontally.") is None
