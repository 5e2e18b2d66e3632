"""Pictures that something covers."""

from __future__ import annotations

import pytest

from tests.offline.direct import Case, table

CASES = table("""
Repair the picture under the maroon cells, knowing that it is symmetric.
    7123321 8459654 6172271 → 7123321 8456654 6172271
Repair the picture under the black cells, knowing that it is repeating regularly.
    123123 456..6 1231.3 456456 → 123123 456456 123123 456456
The output is what the black cells hide, knowing that the picture is repeating regularly.
    12121212 34..3434 12..1212 34343434 → 34 12
The output is what the maroon cells hide, knowing that the picture is symmetric.
    123321 496654 123321 → 5
Repair the picture under the maroon cells, knowing that it is symmetric.
    1234 2599 3567 4678 → 1234 2556 3567 4678
Repair the picture under the black cells, knowing that it is repeating regularly.
    12345 51234 4.123 34.12 → 12345 51234 45123 34512
Repair the picture under the maroon cells, knowing that it is repeating regularly.
    7123321 8459654 6172271 → 7123321 8459654 6172271
Repair the picture under the black cells, knowing that it is symmetric.
    123123 456..6 1231.3 456456 → 123123 456..6 123123 456456
Repair the picture under the maroon cells, knowing that it is regular in one way or another.
    7123321 8459654 6172271 → 7123321 8456654 6172271
Repair the picture under the black cells, knowing that it is regular in one way or another.
    123123 456..6 1231.3 456456 → 123123 456456 123123 456456
Repair the picture under the colour that does not fit in, knowing that it is repeating regularly.
    123123 456..6 1231.3 456456 → 123123 456456 123123 456456
The output is what the colour that does not fit in hides, knowing that the picture is repeating regularly.
    12121212 34..3434 12..1212 34343434 → 34 12
""")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_repairing(case: Case) -> None:
    assert case.made == case.after
