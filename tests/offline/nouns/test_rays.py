"""Where rays start, which way they go, how far, and in which colour."""

from __future__ import annotations

import pytest

from tests.offline.direct import Case, table

CASES = table("""
Draw a line in red from every blue cell up to the border, behind other cells.
    ... .1. ...
    → .2. .1. ...
Draw a line in red from every blue cell down to the border, behind other cells.
    → ... .1. .2.
Draw a line in red from every blue cell left to the border, behind other cells.
    → ... 21. ...
Draw a line in red from every blue cell right to the border, behind other cells.
    → ... .12 ...
Draw a line in red from every blue cell to the left and right to the border, behind other cells.
    → ... 212 ...
Draw a line in red from every blue cell up and down to the border, behind other cells.
    → .2. .1. .2.
Draw a line in red from every blue cell in all four directions to the border, behind other cells.
    → .2. 212 .2.
Draw a line in red from every blue cell diagonally up to the left to the border, behind other cells.
    → 2.. .1. ...
Draw a line in red from every blue cell diagonally up to the right to the border, behind other cells.
    → ..2 .1. ...
Draw a line in red from every blue cell diagonally down to the left to the border, behind other cells.
    → ... .1. 2..
Draw a line in red from every blue cell diagonally down to the right to the border, behind other cells.
    → ... .1. ..2
Draw a line in red from every blue cell along the diagonal from top left to bottom right to the border, behind other cells.
    → 2.. .1. ..2
Draw a line in red from every blue cell along the diagonal from bottom left to top right to the border, behind other cells.
    → ..2 .1. 2..
Draw a line in red from every blue cell diagonally in all four directions to the border, behind other cells.
    → 2.2 .1. 2.2
Draw a line in red from every blue cell in all eight directions to the border, behind other cells.
    → 222 212 222
Draw a line in red from every blue cell right to the border, over everything in the way.
    1.4. → 1222
Draw a line in red from every blue cell right until something is in the way.
    1.4. → 124.
    1... → 1222
Draw a line in red from every blue cell right to the nearest coloured cell, if there is one.
    1.4. → 124.
    1... → 1...
Draw a line in its own colour from every coloured cell right to the border, behind other cells.
    1.. 3.. → 111 333
Draw a line in red from every lone cell right to the border, behind other cells.
    1... 1... .... 3... → 1... 1... .... 3222
""")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_rays(case: Case) -> None:
    assert case.made == case.after
