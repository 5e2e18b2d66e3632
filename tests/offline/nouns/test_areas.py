"""Areas of background, told apart."""

from __future__ import annotations

import pytest

from tests.offline.direct import Case, table

CASES = table("""
Fill every enclosed area that is a square with red.
    1111111111111 1.1..1.1..1.1 111..1.1.11.1 11111111111.1 1..1...111111 1111111111111
    → 1111111111111 121221.1..1.1 111221.1.11.1 11111111111.1 1..1...111111 1111111111111
Fill every enclosed area that is not a square with red.
    → 1111111111111 1.1..12122121 111..12121121 1111111111121 1221222111111 1111111111111
Fill every enclosed area that is a rectangle with red.
    → 1111111111111 12122121..121 11122121.1121 1111111111121 1221222111111 1111111111111
Fill every enclosed area that is not a rectangle with red.
    → 1111111111111 1.1..1.1221.1 111..1.1211.1 11111111111.1 1..1...111111 1111111111111
Fill every enclosed area that has an odd number of cells with red.
    → 1111111111111 121..1.122121 111..1.121121 1111111111121 1..1222111111 1111111111111
Fill every enclosed area that has an even number of cells with red.
    → 1111111111111 1.122121..1.1 11122121.11.1 11111111111.1 1221...111111 1111111111111
Fill every enclosed area that is an odd number of cells wide with red.
    → 1111111111111 121..121..121 111..121.1121 1111111111121 1..1222111111 1111111111111
Fill every enclosed area that is an even number of cells wide with red.
    → 1111111111111 1.1221.1221.1 111221.1211.1 11111111111.1 1221...111111 1111111111111
Fill every enclosed area of exactly two cells with red.
    → 1111111111111 1.1..121..1.1 111..121.11.1 11111111111.1 1221...111111 1111111111111
Fill every enclosed area of more than two cells with red.
    → 1111111111111 1.1221.122121 111221.121121 1111111111121 1..1222111111 1111111111111
Fill every enclosed area of fewer than two cells with red.
    → 1111111111111 121..1.1..1.1 111..1.1.11.1 11111111111.1 1..1...111111 1111111111111
Fill the largest enclosed area with red.
    → 1111111111111 1.1221.1..1.1 111221.1.11.1 11111111111.1 1..1...111111 1111111111111
Fill the smallest enclosed area with red.
    → 1111111111111 121..1.1..1.1 111..1.1.11.1 11111111111.1 1..1...111111 1111111111111
""")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_areas(case: Case) -> None:
    assert case.made == case.after
