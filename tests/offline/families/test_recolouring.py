"""Colours for colours."""

from __future__ import annotations

import pytest

from tests.offline.direct import Case, table

CASES = table("""
Change blue to red and red to green.
    12. → 23.
Change the most common colour to grey.
    112. → 552.
    12. → no sense
Swap the colours blue and red.
    123. → 213.
Swap the two colours of the grid.
    12 22 → 21 11
    123 → no sense
""")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_recolouring(case: Case) -> None:
    assert case.made == case.after
