"""Cells recoloured by their neighbours and their place."""

from __future__ import annotations

import pytest

from tests.offline.direct import Case, table

CASES = table("""
Recolour every black cell that touches a red cell by a side cyan.
    ... .2. ... → .8. 828 .8.
Recolour every black cell that touches a red cell by a corner only cyan.
    ... .2. ... → 8.8 .2. 8.8
Recolour every black cell that touches a red cell by a side or a corner cyan.
    ... .2. ... → 888 828 888
Recolour every black cell that has exactly two red neighbours by a side cyan.
    2.2 ... → 282 ...
Recolour every black cell that has at least two red neighbours by a side or a corner cyan.
    2.2 ... → 282 .8.
Recolour every black cell that is in a row with a red cell cyan.
    2.. ... → 288 ...
Recolour every black cell that lies between two red cells of its row cyan.
    2..2. .2... → 2882. .2...
Recolour every black cell that is enclosed by other colours cyan.
    .555. .5.5. .555. → .555. .585. .555.
Recolour every black cell that is a corner of the grid cyan.
    ... ... ... → 8.8 ... 8.8
Recolour every black cell that has no neighbour of its colour, not even diagonally cyan.
    55. 555 → 558 555
Recolour every black cell that has its own colour on all four sides cyan.
    ..... ..... ..... → ..... .888. .....
Recolour every red cell that touches a red cell by a side green.
    22. ..2 → 33. ..2
Recolour every black cell that is in a column with a red cell and is at the border of the grid cyan.
    2.. ... ... → 2.. 8.. 8..
Recolour every black cell that is in an odd row and is in an even column cyan.
    ... ... ... → .8. ... .8.
""")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_cellwise(case: Case) -> None:
    assert case.made == case.after
