"""Areas filled by what they are, and colours that spread."""

from __future__ import annotations

import pytest

from tests.offline.direct import Case, table

CASES = table("""
Fill every enclosed area with red.
    1111111 1.11..1 1111..1 1..1111 1111... → 1111111 1211221 1111221 1221111 1111...
Fill every enclosed area that is a square with red.
    1111111 1.11..1 1111..1 1..1111 1111... → 1111111 1211221 1111221 1..1111 1111...
Fill every enclosed area that has an odd number of cells with red.
    1111111 1.11..1 1111..1 1..1111 1111... → 1111111 1211..1 1111..1 1..1111 1111...
Fill the largest enclosed area with red.
    1111111 1.11..1 1111..1 1..1111 1111... → 1111111 1.11221 1111221 1..1111 1111...
Fill every enclosed area of fewer than three cells with red.
    1111111 1.11..1 1111..1 1..1111 1111... → 1111111 1211..1 1111..1 1221111 1111...
Fill every area that touches the border with red.
    1111111 1.11..1 1111..1 1..1111 1111... → 1111111 1.11..1 1111..1 1..1111 1111222
Let red spread over the background as far as it can by sides.
    2.1. .1.. 1... → 221. 21.. 1...
Let red spread over the background as far as it can by sides and corners.
    2.1. .1.. 1... → 2212 2122 1222
Fill the largest rectangle of background with red.
    .1... 1.... .1.1. → .1222 1.222 .1.1.
Fill every two by two block of background with red.
    ..1.. ..1.. 111.. → 22122 22122 11122
    ..1. .11. → no sense
""")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_filling(case: Case) -> None:
    assert case.made == case.after
