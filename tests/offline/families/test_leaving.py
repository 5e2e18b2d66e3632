"""Doing nothing."""

from __future__ import annotations

import pytest

from tests.offline.direct import Case, table

CASES = table("""
Leave the grid as it is.
    12. 34. → 12. 34.
""")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_leaving(case: Case) -> None:
    assert case.made == case.after
