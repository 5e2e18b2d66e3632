"""Things to count."""

from __future__ import annotations

import pytest

from tests.offline.direct import Case, table

CASES = table("""
The output is a row of red cells, one for every object that is a single cell.
    1.11.2 → 22
The output is a row of red cells, one for every colour.
    1.11.2 → 22
    1.1.1. → 2
The output is a row of red cells, one for every blue cell.
    1.11.2 → 222
The output is a row of red cells, one for every coloured cell.
    1.11.2 → 2222
""")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_counts(case: Case) -> None:
    assert case.made == case.after
