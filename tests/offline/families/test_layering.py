"""Folds, sheets, and every so many rows or columns."""

from __future__ import annotations

import pytest

from tests.offline.direct import Case, table

CASES = table("""
Fold the right half of the grid over onto the other half.
    1.53. ..5.2 → 13 2.
Fold the left half of the grid over onto the other half.
    1.53. ..5.2 → 31 .2
Fold the top half of the grid over onto the other half.
    1. .. .2 3. → .2 1.
Fold the bottom half of the grid over onto the other half.
    1. .. .2 3. → 3. .2
Put the grid in the top right corner of an empty grid that is two times as high and two times as wide.
    1. → ..1. ....
Put the grid in the bottom left corner of an empty grid that is three times as high and one times as wide.
    1. → .. .. 1.
In every second column, starting with the second, recolour every red cell green.
    2222 2121 → 2323 2121
In every third row, starting with the first, recolour every coloured cell green.
    1 1 2 2 . → 3 1 2 3 .
In every fourth column, starting with the third, recolour every red cell green.
    22222222 → 22322232
""")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_layering(case: Case) -> None:
    assert case.made == case.after
