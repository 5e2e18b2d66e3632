"""Parts of objects and of what lies around them."""

from __future__ import annotations

import pytest

from tests.offline.direct import Case, table

CASES = table("""
Colour the inside of every object red.
    ......... .111111.. .111111.. .111111.. .111.11.. .11111... .........
    → ......... .111111.. .122221.. .122221.. .122221.. .11111... .........
Colour the holes of every object red.
    → ......... .111111.. .111111.. .111111.. .111211.. .11111... .........
Colour the empty cells in the box of every object red.
    → ......... .111111.. .111111.. .111111.. .111211.. .111112.. .........
Colour the inner layers of every object red.
    → ......... .111111.. .122221.. .121111.. .121.11.. .11111... .........
Colour the outermost layer of every object red.
    → ......... .222222.. .211112.. .212222.. .212.22.. .22222... .........
Colour the four corners of the box of every object red.
    → ......... .211112.. .111111.. .111111.. .111.11.. .211112.. .........
Colour the cells beside every object red.
    → .222222.. 21111112. 21111112. 21111112. 21112112. 2111112.. .22222...
Colour the empty cells around every object red.
    → 22222222. 21111112. 21111112. 21111112. 21112112. 21111122. 2222222..
Colour the cells diagonally next to every object red.
    → 2......2. .111111.. .111111.. .111111.. .111.11.. .11111.2. 2.....2..
Colour a rectangular frame around every object red.
    → 22222222. 21111112. 21111112. 21111112. 2111.112. 211111.2. 22222222.
Colour the empty cells above every object red.
    → .222222.. .111111.. .111111.. .111111.. .111.11.. .11111... .........
Colour the empty cells below every object red.
    → ......... .111111.. .111111.. .111111.. .111.11.. .11111... .222222..
Colour the empty cells to the left of every object red.
    → ......... 2111111.. 2111111.. 2111111.. 2111.11.. 211111... .........
Colour the empty cells to the right of every object red.
    → ......... .11111122 .11111122 .11111122 .111.1122 .11111.22 .........
Colour the empty cells in the row of every object red.
    → ......... 211111122 211111122 211111122 211121122 211111222 .........
Colour the empty cells in the column of every object red.
    → .222222.. .111111.. .111111.. .111111.. .111211.. .111112.. .222222..
Colour the centre of every object red.
    → ......... .111111.. .111111.. .112211.. .111.11.. .11111... .........
Colour the left half of every object red.
    → ......... .222111.. .222111.. .222111.. .222.11.. .22211... .........
Colour the right half of every object red.
    → ......... .111222.. .111222.. .111222.. .111.22.. .11122... .........
Colour the top half of every object red.
    → ......... .222222.. .222222.. .111111.. .111.11.. .11111... .........
Colour the bottom half of every object red.
    → ......... .111111.. .111111.. .111111.. .222.22.. .22222... .........
""")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_parts(case: Case) -> None:
    assert case.made == case.after
