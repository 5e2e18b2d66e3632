"""Numbers that objects have, and orders of objects."""

from __future__ import annotations

import pytest

from tests.offline.direct import Case, table

CASES = table("""
Recolour every object by its number of cells: red for three.
    5..666.7.888 55.....7.8.8 .......7.888
    → 2..222.2.888 22.....2.8.8 .......2.888
Recolour every object by its number of holes: red for one.
    → 5..666.7.222 55.....7.2.2 .......7.222
Recolour every object by its width: red for three.
    → 5..222.7.222 55.....7.2.2 .......7.222
Recolour every object by its height: red for three.
    → 5..666.2.222 55.....2.2.2 .......2.222
Recolour every object by its length: red for three.
    → 5..222.2.222 55.....2.2.2 .......2.222
Write the colour of every object in a row, from the largest to the smallest.
    ......22222 4.......... 44.1....... ...1....... ...1.333... ...1.3.3... .....333...
    → 3214
Write the colour of every object in a row, from the smallest to the largest.
    → 4123
Write the colour of every object in a row, from left to right.
    → 4132
Write the colour of every object in a row, from right to left.
    → 2314
Write the colour of every object in a row, from top to bottom.
    → 2413
Write the colour of every object in a row, from bottom to top.
    → 3142
Write the colour of every object in a row, from the tallest to the shortest.
    → 1342
Write the colour of every object in a row, from the shortest to the tallest.
    → 2431
Write the colour of every object in a row, from the widest to the narrowest.
    → 2341
Write the colour of every object in a row, from the narrowest to the widest.
    → 1432
Write the colour of every object in a row, from the most holes to the fewest.
    6.555 ..5.5 ..555 → 56
    5556666 5.56666 5556666 ...6666 → 56

Cells of any colours that touch by a side form an object.
Recolour every object by its number of colours: red for two.
    34.55 34.55 → 22.55 22.55
""")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_measures(case: Case) -> None:
    assert case.made == case.after
