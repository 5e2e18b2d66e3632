"""Objects that move towards others."""

from __future__ import annotations

import pytest

from tests.offline.direct import Case, table

CASES = table("""
Move every blue object towards every red object until they touch.
    1...2 1.... → ...12 ...1.
    1... .... .... ...2 → .... .... ..1. ...2
    1.... ....2 ..... → 1.... ....2 .....
Move every blue object so that its top side lines up with that of the red object.
    ..2 1.. 1.. → 1.2 1.. ...
Move every blue object so that its right side lines up with that of the red object.
    11. ... ..2 → .11 ... ..2
Move every blue object one cell towards the red object.
    1... .... ..2. → .... .1.. ..2.
    1..2 → .1.2
Move every object that is a single cell towards the largest object of its colour until they touch.
    2...22 → ...222
    2...33 → no sense
Move every red object into the middle of the box around every blue object.
    1.1 ... 1.1 ..2 → 1.1 .2. 1.1 ...
""")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_approaching(case: Case) -> None:
    assert case.made == case.after
