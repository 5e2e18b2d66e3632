"""Colours by measure, by rank and by condition."""

from __future__ import annotations

import pytest

from tests.offline.direct import Case, table

CASES = table("""
Recolour every object by its number of cells: red for one and blue for three.
    5.555 ..... 55... → 2.111 ..... 55...
Recolour every object by its number of holes: red for one and blue for zero.
    555.5 5.5.. 555.. → 222.1 2.2.. 222..
Recolour every object from the largest to the smallest: blue, red and green.
    555.5 ..... 55... → 111.3 ..... 22...
Recolour every object from the largest to the smallest: blue and red.
    5.5 ... 555 → 2.2 ... 111
    55.55 → 11.22
Recolour every object from left to right: blue and red.
    5.5.5 → 1.2.5
Recolour every object red if it is a straight line, otherwise blue.
    555.. ....5 ...55 → 222.. ....1 ...11
""")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_ranking(case: Case) -> None:
    assert case.made == case.after
