"""Objects moved by steps, or until something stops them."""

from __future__ import annotations

import pytest

from tests.offline.direct import Case, table

CASES = table("""
Move every object two cells right.
    1.... .22.. → ..1.. ...22
Move every red object one cell down.
    12. ... ... → 1.. .2. ...
Move every object one cell left.
    11. → 1..
Move every object down until it touches another object or the border.
    11. 1.. ... 3.. → ... 11. 1.. 3..
Move every blue object right to the border of the grid.
    1..2 .3.. → ...1 .3..
Move every object up by its own height.
    ... ... 1.. 1.2 → 1.. 1.. ..2 ...
Move every object right by its own width.
    11.. 2... → ..11 .2..
""")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_moving(case: Case) -> None:
    assert case.made == case.after
