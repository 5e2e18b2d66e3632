"""Patterns that go on."""

from __future__ import annotations

import pytest

from tests.offline.direct import Case, table

CASES = table("""
Continue the coloured pattern right to the border.
    1212.... .3.3.... → 12121212 .3.3.3.3
    .12.. → .1212
Continue the coloured pattern left to the border.
    ....1212 → 12121212
    ..12. → 1212.
Continue the coloured pattern down to the border.
    12 3. .. .. → 12 3. 12 3.
    .. 12 3. .. → .. 12 3. 12
Continue the coloured pattern up to the border.
    .. .. .. 12 3. → 3. 12 3. 12 3.
    .. .. 12 3. .. → 12 3. 12 3. ..
Continue the coloured pattern up and down to the border.
    .. .. 12 .3 .. .. → 12 .3 12 .3 12 .3
Continue the coloured pattern to the left and right to the border.
    ..12.. → 121212
Continue every row that has several coloured cells to the border right.
    12..... .33.... ...1... → 1212121 .333333 ...1...
Continue every row that has several coloured cells to the border to the left and right.
    ..12.. → 121212
Continue every column that has several coloured cells to the border down.
    1. 2. .. .. → 1. 2. 1. 2.
Extend the grid on the bottom side until it is twice as long, continuing its pattern.
    1 2 1 → 1 2 1 2 1 2
Extend the grid on the top side until it is one and a half times as long, continuing its pattern.
    1 2 → 2 1 2
Extend the grid on the right side until it is square, continuing its pattern.
    1. .2 1. → 1.1 .2. 1.1
    1. .2 1. .2 → 1.1. .2.2 1.1. .2.2
Extend the grid on the left side until it is twice as long, continuing its pattern.
    12 → 1212
Fill the background with the diagonal stripes that the coloured cells begin.
    123. .... .... → 1231 2312 3123
""")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_continuing(case: Case) -> None:
    assert case.made == case.after
