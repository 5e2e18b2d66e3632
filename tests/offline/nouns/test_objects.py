"""Which objects are meant."""

from __future__ import annotations

import pytest

from tests.offline.direct import Case, table

CASES = table("""
The output is a single cell in the colour of the bulkiest object.
    555555.. .......3 ..111..3 ..111..3 .......3 2......3 2....... 222....4 → 2
The output is a single cell in the colour of the widest object.
    1111 .... .22. .22. .22. → 1

The output is a single cell in the colour of the largest object.
    1.3333.888..6 1.3333.888..6 1.3333.888..6 1...........6 1..77777.44.6 11.......44.. ...2.......5. ...2222222.55
    → 3
The output is a single cell in the colour of the second largest object.
    → 8
The output is a single cell in the colour of the smallest object.
    → 5
The output is a single cell in the colour of the second smallest object.
    → 4
The output is a single cell in the colour of the tallest object.
    → 1
The output is a single cell in the colour of the shortest object.
    → 7
The output is a single cell in the colour of the widest object.
    → 2
The output is a single cell in the colour of the narrowest object.
    → 6
The output is a single cell in the colour of the topmost object.
    ..1.. 2.... ..5.. ....3 .4...
    → 1
The output is a single cell in the colour of the bottommost object.
    → 4
The output is a single cell in the colour of the leftmost object.
    → 2
The output is a single cell in the colour of the rightmost object.
    → 3
The output is a single cell in the colour of the most central object.
    → 5
The output is a single cell in the colour of the tallest object.
    22.1 ...1 → 1
The output is a single cell in the colour of the shortest object.
    1.22 1... → 2
The output is a single cell in the colour of the largest object.
    11.22 → no sense
The output is a single cell in the colour of the object with the most holes.
    444.22 4.4.22 444.2. → 4
The output is a single cell in the colour of the object with the fewest holes.
    444.22 4.4.22 444.2. → 2
The output is a single cell in the colour of an object of the most common form.
    5.6.77 → 5
The output is a single cell in the colour of the object whose form no other object has.
    55.55.5 ......5 → 5
The output is a single cell in the colour of the object whose colour no other object has.
    5.5.6 → 6
The output is a single cell in the colour of the object whose size no other object has.
    55.5.5 ...5.. → 5
Remove every object.
    1.22 → ....
Remove every red object.
    1.22 → 1...
Remove every object that is a single cell.
    1.22 → ..22
Remove every blue object that is a single cell.
    1.11.2 → ..11.2
Remove every object except the largest object.
    1.22.3 → ..22..
Remove every object except every red object.
    1.22.2 → ..22.2
Remove every object that touches the border and is a single cell.
    1.22 .... .3.. .... → ..22 .... .3.. ....

Cells of any colours that touch by a side form an object.
The output is a single cell in the colour of the most colourful object.
    12.333 → 1
    33.1112 → 1
The output is a single cell in the colour of the object with the most blue cells.
    11444.1222 → 4
The output is a single cell in the colour of the object with the fewest blue cells.
    11444.1222 → 2
""")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_objects(case: Case) -> None:
    assert case.made == case.after
