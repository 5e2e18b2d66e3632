"""Panels laid over each other."""

from __future__ import annotations

import pytest

from tests.offline.direct import Case, table

CASES = table("""
Lay the panels over each other: cells coloured in all of them become red, all others the background colour.
    11.. ..1. 5555 3.3. ...3 → 2... ....

Lay the panels over each other: cells coloured in none of them become red, all others the background colour.
    11.. ..1. 5555 3.3. ...3 → ...2 22..
Lay the panels over each other: cells coloured in at least one of them become red, all others the background colour.
    11.. ..1. 5555 3.3. ...3 → 222. ..22
Lay the panels over each other: cells coloured in exactly one of them become red, all others the background colour.
    11.. ..1. 5555 3.3. ...3 → .22. ..22
Lay the panels over each other: cells coloured in the second alone become red, all others the background colour.
    11.. ..1. 5555 3.3. ...3 → ..2. ...2
Overlay the panels: red for cells coloured in the first alone and cyan for cells coloured in the second alone, all others black.
    11.. ..1. 5555 3.3. ...3 → .28. ..28

Lay the left and right half over each other: cells coloured in all of them become red, all others green.
    12.2 → 32
Lay the left and right half on top of each other, in this order from the top: second and first.
    12.3 .14. → 13 41
""")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_overlaying(case: Case) -> None:
    assert case.made == case.after
