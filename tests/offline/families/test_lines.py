"""Rays, and lines between equal cells."""

from __future__ import annotations

import pytest

from tests.offline.direct import Case, table

CASES = table("""
Draw a line in red from every red cell to the right to the border, behind other cells.
    2.5..11 → 2252211
Draw a line in red from every red cell to the right to the border, over everything in the way.
    2.5..11 → 2222222
Draw a line in red from every red cell to the right until something is in the way.
    2.5..11 → 225..11
    2.... → 22222
Draw a line in red from every red cell to the right to the nearest coloured cell, if there is one.
    2.5..11 → 225..11
    2.... → 2....
Draw a line in its own colour from every lone cell in all four directions to the nearest coloured cell, if there is one.
    .... 1..3 .... .... → .... 1113 .... ....
Draw a line in green from every coloured cell diagonally in all four directions to the border, behind other cells.
    .... .1.. .... → 3.3. .1.. 3.3.
Join every coloured cell to the next of its colour in the same row by a line in its own colour.
    1..1. ..... 2..3. ..... ...1. → 1111. ..... 2..3. ..... ...1.
    1.1 ... 1.. → 111 ... 1..
Join every blue cell to the next of its colour in the same column by a line in green.
    11 .. 2. .. 11 → 11 .3 23 .3 11
    1.1 ... 1.. → 1.1 3.. 1..
Join every blue cell to the next of its colour in the same column by a line in green, behind other cells.
    1. .. 2. .. 1. → 1. 3. 2. 3. 1.
Join every blue cell to the next of its colour in the same row or column by a line in green, over everything between them.
    1.2.1 ..... 1.... → 13331 3.... 1....
    1.1 ... 1.. → 131 3.. 1..
Join every blue cell to the next of its colour on the same diagonal by a line in green.
    1.1 ... ..1 → 1.1 .3. ..1
Join every blue cell to the next of its colour in the same row or column or on the same diagonal by a line in green.
    1.1 ... ..1 → 131 .33 ..1
""")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_lines(case: Case) -> None:
    assert case.made == case.after
