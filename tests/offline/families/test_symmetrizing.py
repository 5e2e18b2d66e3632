"""Pictures completed to be symmetric."""

from __future__ import annotations

import pytest

from tests.offline.direct import Case, table

CASES = table("""
Make the grid symmetric left to right.
    12.. .... 3... → 1221 .... 3..3
Make the grid symmetric top to bottom.
    1.. ... .2. → 12. ... 12.
Make the grid symmetric left to right and top to bottom.
    12. ... ... → 121 ... 121
Make the grid the same after every quarter turn.
    12. ... ... → 121 2.2 121
Make the grid symmetric in every way.
    .1.. .... .... .... → .11. 1..1 1..1 .11.
Make the grid symmetric along its main diagonal.
    12 .. → 12 2.
Make the grid symmetric along its other diagonal.
    12 .. → 12 .1
Make the grid the same after half a turn.
    12 .. → 12 21
Complete the picture about the centre of the largest object so that it is the same after every quarter turn.
    ...3.. ...... ..22.. ..22.. ...... ...... → ...3.. ...... 3.22.. ..22.3 ...... ..3...
""")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_symmetrizing(case: Case) -> None:
    assert case.made == case.after
