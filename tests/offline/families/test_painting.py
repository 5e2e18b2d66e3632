"""Objects and their parts, in plain and in borrowed colours."""

from __future__ import annotations

import pytest

from tests.offline.direct import Case, table

CASES = table("""
Recolour every object that has a hole green.
    111.1 1.1.1 111.. → 333.1 3.3.1 333..
Recolour every grey object the colour of the nearest other object.
    55.2. ...2. ..... 3.... .555. → 22.2. ...2. ..... 3.... .333.
Recolour every object that touches a red cell blue.
    332. .... 33.. → 112. .... 33..
Recolour every blue object the colour of the cells inside it.
    111.. 121.1 111.1 → 222.. 222.1 222.1
Recolour every object that touches the border and is a straight line red.
    111.. ..... .111. ..... 1.... → 222.. ..... .111. ..... 1....
Colour the empty cells around every object red.
    ..... ..3.. ..... → .222. .232. .222.
Colour a rectangular frame around every object red.
    .... .3.. .... → 222. 232. 222.
Colour the inside of every object red.
    3333. 3333. 3333. → 3333. 3223. 3333.
Colour the empty cells in the box of every object red.
    3..3 3333 → 3223 3333
Colour the outermost layer of every object red.
    333. 333. 333. → 222. 232. 222.
Colour the corners of every object red.
    333. 333. 333. → 232. 333. 232.
Colour the holes of every object its own colour.
    333 3.3 333 → 333 333 333
Colour the empty cells below every object red.
    .3. ... ..4 → .3. .2. .24
""")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_painting(case: Case) -> None:
    assert case.made == case.after
