"""Colours said by who has them."""

from __future__ import annotations

import pytest

from tests.offline.direct import Case, table

CASES = table("""
Change every red cell to the colour of the largest object.
    2.33 → 3.33
    2.33.44 → no sense
""")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_owners(case: Case) -> None:
    assert case.made == case.after
