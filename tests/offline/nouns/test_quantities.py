"""Numbers that a grid tells."""

from __future__ import annotations

import pytest

from tests.offline.direct import Case, table

CASES = table("""
Enlarge every cell to a square block as wide as the number of colours.
    12. → 1122.. 1122..
    1.1 → 1.1
Enlarge every cell to a square block as wide as the number of coloured cells.
    111. → 111111111... 111111111... 111111111...
Enlarge every cell to a square block as wide as the number of objects.
    1.1.1 → 111...111...111 111...111...111 111...111...111
    11.1 → 1111..11 1111..11
Enlarge every cell to a square block as wide as the number of background cells.
    1... → 111......... 111......... 111.........
Enlarge every cell to a square block as wide as the number of colours, background included.
    12. → 111222... 111222... 111222...
""")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_quantities(case: Case) -> None:
    assert case.made == case.after
