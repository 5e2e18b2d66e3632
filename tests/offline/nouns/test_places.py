"""Directions and sides."""

from __future__ import annotations

import pytest

from tests.offline.direct import Case, table

CASES = table("""
Move every object one cell up.
    ... .1. ...
    → .1. ... ...
Move every object one cell down.
    → ... ... .1.
Move every object one cell left.
    → ... 1.. ...
Move every object one cell right.
    → ... ..1 ...
Add a mirrored copy of the grid on the top side.
    12 3.
    → 3. 12 12 3.
Add a mirrored copy of the grid on the bottom side.
    → 12 3. 3. 12
Add a mirrored copy of the grid on the left side.
    → 2112 .33.
Add a mirrored copy of the grid on the right side.
    → 1221 3..3
""")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_places(case: Case) -> None:
    assert case.made == case.after
