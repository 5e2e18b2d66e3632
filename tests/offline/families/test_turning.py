"""Flips, rotations, transposition."""

from __future__ import annotations

import pytest

from tests.offline.direct import Case, table

CASES = table("""
Flip the grid horizontally, so that left and right change places.
    123 4.5 → 321 5.4
Flip the grid vertically, so that top and bottom change places.
    123 4.5 → 4.5 123
Rotate the grid a quarter turn clockwise.
    123 4.5 → 41 .2 53
Rotate the grid a quarter turn anticlockwise.
    123 4.5 → 35 2. 14
Rotate the grid by half a turn.
    123 4.5 → 5.4 321
Flip the grid along its main diagonal, so that rows become columns.
    123 4.5 → 14 2. 35
Flip the grid along its other diagonal, from the top right to the bottom left.
    123 4.5 → 53 .2 41
""")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_turning(case: Case) -> None:
    assert case.made == case.after
