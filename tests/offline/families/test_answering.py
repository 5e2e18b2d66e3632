"""Answers: small outputs that say what was found."""

from __future__ import annotations

import pytest

from tests.offline.direct import Case, table

CASES = table("""
The output is a single cell in the colour of the largest object.
    11.2 11.. → 1
The output is a grid of two by three cells, all in the most common colour.
    11.2 11.. → 111 111
In an empty grid of two by two cells, colour one cell red for every blue object, row by row from the top left.
    1.1.. → 22 ..
    1.1.1 → 22 2.
In an empty grid of two by two cells, colour one cell red for every blue object, column by column from the top left.
    1.... → 2. ..
    1.1.. → 2. 2.
    1.1.1 → 22 2.
In an empty grid of two by two cells, colour one cell red for every blue object, column by column from the bottom left.
    1.1.1 → 2. 22
In an empty grid of two by three cells, colour one cell red for every blue cell, row by row, turning round at the end of each row.
    11.11 → 222 ..2
In an empty grid of three by three cells, colour one cell red for every object, along the diagonal from the top left.
    1.1 → 2.. .2. ...
In an empty grid of two by three cells, colour one cell red for every object, at every other cell row by row.
    1.1.1 → 2.2 .2.
In an empty grid of one by three cells, colour one cell red for every object, row by row from the top left.
    1.1.1.1 → no sense
The output is a row of red cells, one for every colour.
    1.2.1 → 22
The output is a column of red cells, one for every blue cell.
    11..1 → 2 2 2
The output is a diagonal of red cells, one for every object.
    1.1.1 → 2.. .2. ..2
""")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_answering(case: Case) -> None:
    assert case.made == case.after
