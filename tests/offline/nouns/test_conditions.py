"""What is true of a grid or not."""

from __future__ import annotations

import pytest

from tests.offline.direct import Case, table

CASES = table("""
If the grid is symmetric left to right, change blue to red.
    1.1 → 2.2
    1.. 1.. → 1.. 1..
If the grid is symmetric top to bottom, change blue to red.
    1.. 1.. → 2.. 2..
    1.1 ... → 1.1 ...
If the grid is symmetric along its main diagonal, change blue to red.
    1. .3 → 2. .3
    13 .. → 13 ..
If the grid is wider than it is tall, change blue to red.
    13. → 23.
    1. .. 1. → 1. .. 1.
If the grid is taller than it is wide, change blue to red.
    1 3 . → 2 3 .
    1.1 → 1.1
If the grid is square, change blue to red.
    13 .. → 23 ..
    13. → 13.
If the grid has only one colour besides the background, change blue to red.
    1. .. → 2. ..
    13. 3.. ... → 13. 3.. ...
If there is a green cell, change blue to red.
    13 → 23
    14 → 14
If most cells are black, change blue to red.
    1.. → 2..
    11. → 11.
If there are more than two objects, change blue to red.
    1.1.1 → 2.2.2
    1.1 → 1.1
If there are exactly two objects, change blue to red.
    1.1 → 2.2
    1.. → 1..
    1.1.1 → 1.1.1
If there are exactly two colours besides the background, change blue to red.
    13. → 23.
    1.. → 1..
If the largest object is blue, remove every red object.
    11.2 → 11..
    1.22 → 1.22
""")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_conditions(case: Case) -> None:
    assert case.made == case.after
