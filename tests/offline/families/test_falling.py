"""Cells that fall."""

from __future__ import annotations

import pytest

from tests.offline.direct import Case, table

CASES = table("""
Let every cell fall down until it meets another cell or the border.
    12 .3 .. → .. .2 13
Let every cell fall up until it meets another cell or the border.
    .. .2 13 → 12 .3 ..
Let every cell fall left until it meets another cell or the border.
    .1.2 → 12..
Let every cell fall right until it meets another cell or the border.
    1.2. → ..12
""")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_falling(case: Case) -> None:
    assert case.made == case.after
