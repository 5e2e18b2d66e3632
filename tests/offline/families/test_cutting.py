"""Parts of the grid cut out, and objects kept or removed."""

from __future__ import annotations

import pytest

from tests.offline.direct import Case, table

CASES = table("""
Crop the grid to the largest object.
    ....1 .22.. .23.. → 22 23
The output is the largest object alone, cut to its box.
    ....1 .22.. .23.. → 22 2.
Crop the grid to the inside of the largest object, without its rim.
    111.. 121.. 111.3 → 2
Crop the grid to every red object with a margin of one cell around it.
    11... .2.3. 4.... → 11. .2. 4..
    2. .. → no sense
Keep the largest object and remove everything else.
    11.2 1..3 → 11.. 1...
Remove every red object.
    12.. .2.1 → 1... ...1
    11.. → no sense
""")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_cutting(case: Case) -> None:
    assert case.made == case.after
