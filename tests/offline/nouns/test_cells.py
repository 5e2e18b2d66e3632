"""Cells by their neighbours and their place."""

from __future__ import annotations

import pytest

from tests.offline.direct import Case, table

CASES = table("""
Recolour every black cell that touches a coloured cell by a side red.
    ..1 ... 3.. → .21 2.2 32.
Recolour every black cell that lies between two coloured cells of its row red.
    1.3. .... ...5 → 123. .... ...5

Recolour every black cell that is at the border of the grid cyan.
    5555.. 5..5.. 5..5.. 5555.. ......
    → 555588 5..5.8 5..5.8 5555.8 888888
Recolour every black cell that is not at the border of the grid cyan.
    → 5555.. 58858. 58858. 55558. ......
Recolour every black cell that is enclosed by other colours cyan.
    → 5555.. 5885.. 5885.. 5555.. ......
Recolour every black cell that is not enclosed by other colours cyan.
    → 555588 5..588 5..588 555588 888888
Recolour every black cell that is a corner of the grid cyan.
    → 5555.8 5..5.. 5..5.. 5555.. 8....8
Recolour every black cell that is in an odd row cyan.
    → 555588 5..5.. 588588 5555.. 888888
Recolour every black cell that is in an even row cyan.
    → 5555.. 588588 5..5.. 555588 ......
Recolour every black cell that is in an odd column cyan.
    → 55558. 5.858. 5.858. 55558. 8.8.8.
Recolour every black cell that is in an even column cyan.
    → 5555.8 58.5.8 58.5.8 5555.8 .8.8.8
Recolour every black cell that is in an even row and an odd column or the other way round cyan.
    → 5555.8 5.858. 58.5.8 55558. .8.8.8
Recolour every black cell that has no neighbour of its colour, not even diagonally cyan.
    55. 555 5.. → 558 555 5..
Recolour every black cell that has its own colour on all four sides cyan.
    ..... .5... ..... → ..... .5.8. .....
Recolour every black cell that does not have its own colour on all four sides cyan.
    ..... .5... ..... → 88888 858.8 88888
Recolour every black cell that has exactly one red neighbour by a side cyan.
    2.2 ... → 2.2 8.8
Recolour every black cell that has exactly two red neighbours by a side or a corner cyan.
    2.2 ... 2.. → 282 8.. 2..
Recolour every black cell that has at least two red neighbours by a side or a corner cyan.
    2.2 2.. → 282 28.
""")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_cells(case: Case) -> None:
    assert case.made == case.after
