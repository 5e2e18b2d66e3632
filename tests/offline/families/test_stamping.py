"""Cells set around objects, and copies of objects on others."""

from __future__ import annotations

import pytest

from tests.offline.direct import Case, table

CASES = table("""
Around every object put blue above it, red below it, green to its left and yellow to its right.
    ... .5. ... → .1. 354 .2.
    .55 .55 → 355 355
Around every object put blue at its upper left, red at its upper right, green at its lower left and yellow at its lower right.
    ... .5. ... → 1.2 .5. 3.4

Cells of any colours that touch by a side form an object.
Put a copy of the largest object on every grey object, centre on centre.
    22... 23... ....5 ....5 → 22... 23... ...22 ...23
    .1..... 111..5. .1..... → .1...1. 111.111 .1...1.
Put a copy of the red object on every grey object, centre on centre, and remove the original.
    222.... ....... .5...5. → ....... ....... 222.222
""")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_stamping(case: Case) -> None:
    assert case.made == case.after
