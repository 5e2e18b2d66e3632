"""Lines that go on, and bent lines."""

from __future__ import annotations

import pytest

from tests.offline.direct import Case, table

CASES = table("""
Extend every object along its longer side, both ways, by a line in red as far as the border.
    ..... .11.. ..... → ..... 21122 .....
    ... .1. .1. ... → .2. .1. .1. .2.
Extend every object diagonally from each of its corners, by a line in red as far as the border.
    ..... ..1.. ..... → .2.2. ..1.. .2.2.
Extend every object from its sides in all four directions, by a line in red as far as the border.
    ..... ..1.. ..... → ..2.. 22122 ..2..
Draw a bent line in green from the blue cell to the red cell, first horizontally, then vertically.
    1.. ... ..2 → 133 ..3 ..2
Draw a bent line in green from the blue cell to the red cell, first vertically, then horizontally.
    1.. ... ..2 → 1.. 3.. 332
    1.1 ... ..2 → no sense
""")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_extending(case: Case) -> None:
    assert case.made == case.after
