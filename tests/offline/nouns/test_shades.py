"""Colours that differ from object to object."""

from __future__ import annotations

import pytest

from tests.offline.direct import Case, table

CASES = table("""
Recolour every grey object the colour of the cell that it touches.
    ..2. .5.3 .... → ..2. .2.3 ....
Recolour every grey object the colour of the nearest other object.
    55.2. ...2. ..... 3.... .555. → 22.2. ...2. ..... 3.... .333.
Recolour every grey object the colour of the single cell in line with it.
    55..3 ..2.. → 33..3 ..2..
Recolour every grey object the colour of the object with the same form.
    55.33 ..... 222.. → 33.33 ..... 222..
Recolour every grey object the colour at the top of its column.
    22.33 ..... .5.44 ...5. → 22.33 ..... .2.44 ...3.
Recolour every grey object the colour at the left end of its row.
    2.45 2... 3.45 → 2.42 2... 3.43
Recolour every grey object the colour of the nearest corner of the grid.
    2...3 .54.. ..... .54.. 6...7 → 2...3 .24.. ..... .64.. 6...7
Recolour every blue object the colour of the cells inside it.
    3..... 31111. 31221. 31111. 333333 → 3..... 32222. 32222. 32222. 333333
Recolour every object grey.
    1.2 → 5.5
Colour the holes of every object its own colour.
    333 3.3 333 → 333 333 333
    2.... .333. 43.3. .333. → 2.... .333. 4333. .333.

Cells of any colours that touch by a side form an object.
Recolour every object its least common colour.
    112 11. → 222 22.
""")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_shades(case: Case) -> None:
    assert case.made == case.after
