"""Copies of objects beside them."""

from __future__ import annotations

import pytest

from tests.offline.direct import Case, table

CASES = table("""
Copy every object to its right again and again to the border.
    1..... .1.... → 1.1.1. .1.1.1
Copy every object below it once, leaving a gap of one cell.
    1. .. .. .. → 1. .. 1. ..
Copy every object above it once, leaving a gap of two cells.
    .. .. .. 11 → 11 .. .. 11
Copy every object to its left once.
    ...1 → ..11
Copy every object diagonally up and to the left once.
    ... .1. ... → 1.. .1. ...
Copy every object diagonally up and to the right once.
    ... .1. ... → ..1 .1. ...
Copy every object diagonally down and to the left once.
    ... .1. ... → ... .1. 1..
Copy every object diagonally down and to the right again and again to the border.
    1... .... .... .... → 1... .1.. ..1. ...1

Cells of any colours that touch by a side or a corner form an object.
Copy every object to its right again and again to the border.
    12.... .1.... → 121212 .1.1.1
Put a mirror image of every object directly to its right.
    12... 1.... → 1221. 1..1.
Put a mirror image of every object directly to its left.
    ...12 ...1. → .2112 ..11.
Put a mirror image of every object directly below it.
    12 1. .. .. → 12 1. 1. 12
Put a mirror image of every object directly above it.
    .. .. 12 1. → 1. 12 12 1.
""")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_copying(case: Case) -> None:
    assert case.made == case.after
