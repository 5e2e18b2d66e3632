"""Larger outputs."""

from __future__ import annotations

import pytest

from tests.offline.direct import Case, table

CASES = table("""
Enlarge every cell to a block of two by three cells of its colour.
    12 → 111222 111222
Put three copies of the grid side by side.
    12 → 121212
Put two copies of the grid one below the other.
    12 → 12 12
Repeat the grid two times down and three times across.
    12 → 121212 121212
Add a mirrored copy of the grid on the right side.
    12 3. → 1221 3..3
Add a mirrored copy of the grid on the top side.
    12 3. → 3. 12 12 3.
Add a copy of the grid, rotated by half a turn, on the bottom side.
    12 3. → 12 3. .3 21
Add a copy of the grid, rotated by half a turn, on the left side.
    12 3. → .312 213.
""")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_enlarging(case: Case) -> None:
    assert case.made == case.after
