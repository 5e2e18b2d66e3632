"""Colours by name, and by what they are in the grid."""

from __future__ import annotations

import pytest

from tests.offline.direct import Case, table

CASES = table("""
Change black to blue and blue to red and red to green and green to yellow and yellow to grey.
    .12345 → 123455
Change grey to magenta and magenta to orange and orange to cyan and cyan to maroon and maroon to black.
    56789. → 6789..
Change the background colour to blue.
    2. → 21
    22.2 → 2212
Change the most common colour to grey.
    112... → 552...
Change the least common colour to grey.
    112... → 115...
Change the only colour of the input to grey.
    11... → 55...
    112.. → no sense
Change the colour that most cells have to grey.
    112... → 112555
    1123 → 5523
""")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_colours(case: Case) -> None:
    assert case.made == case.after
