"""What is said of an object after "that": the colours of those of which it is true."""

from __future__ import annotations

import pytest

from tests.offline.direct import Case, table

CASES = table("""
Write the colour of every object that touches the border in a row, from left to right.
    1...........9.3 ..........88..3 .22..555..88..3 .....565..88... ..44.555....... ..44.....77.... ..........77...
    → 1793
Write the colour of every object that does not touch the border in a row, from left to right.
    → 24568
Write the colour of every object that has a hole in a row, from left to right.
    → 5
Write the colour of every object that has no hole in a row, from left to right.
    → 12467893
Write the colour of every object that is symmetric in a row, from left to right.
    → 12456893
Write the colour of every object that is not symmetric in a row, from left to right.
    → 7
Write the colour of every object that is a full rectangle in a row, from left to right.
    → 1246893
Write the colour of every object that is not a full rectangle in a row, from left to right.
    → 57
Write the colour of every object that is a single cell in a row, from left to right.
    → 169
Write the colour of every object that has more than one cell in a row, from left to right.
    → 245783
Write the colour of every object that is a straight line in a row, from left to right.
    → 23
Write the colour of every object that is as wide as it is tall in a row, from left to right.
    → 14569
Write the colour of every object that is a full square in a row, from left to right.
    → 1469
Write the colour of every object that is a rectangular frame in a row, from left to right.
    → 5
Write the colour of every object that is a horizontal line in a row, from left to right.
    → 2
Write the colour of every object that is a vertical line in a row, from left to right.
    → 3
Write the colour of every object that is wider than it is tall in a row, from left to right.
    → 27
Write the colour of every object that is taller than it is wide in a row, from left to right.
    → 83
Write the colour of every object that has an even number of cells in a row, from left to right.
    → 24578
Write the colour of every object that has an odd number of cells in a row, from left to right.
    → 1693
Write the colour of every object that has the same form as another object in a row, from left to right.
    → 169
Write the colour of every object that has a form of its own in a row, from left to right.
    → 245783
Write the colour of every object that touches another object in a row, from left to right.
    → 5689
Write the colour of every object that touches no other object in a row, from left to right.
    → 12473
Write the colour of every object that lies within the box of another object in a row, from left to right.
    → 6
Write the colour of every object that has another object within its box in a row, from left to right.
    → 5
Write the colour of every object that has exactly four cells in a row, from left to right.
    → 47
Write the colour of every object that has more than four cells in a row, from left to right.
    → 58
Write the colour of every object that has fewer than three cells in a row, from left to right.
    → 1269
Write the colour of every object that has exactly one hole in a row, from left to right.
    → 5
Write the colour of every object that contains a magenta cell in a row, from left to right.
    → 56
Write the colour of every object that touches a grey cell in a row, from left to right.
    → 6
Write the colour of every object that is in line with a yellow cell in a row, from left to right.
    → 257
Write the colour of every object that is the most common colour in a row, from left to right.
    → 5

Write the colour of every object that has a hole in a row, from left to right.
    1111.222.3.4.5 1.11.2.2.3.... 1111.222.333.. .............. .55....66.....
    → 12
Write the colour of every object that is a single cell in a row, from left to right.
    → 45
Write the colour of every object that has more than one cell in a row, from left to right.
    → 15263
Write the colour of every object that is a rectangular frame in a row, from left to right.
    → 2
Write the colour of every object that has the same form as another object in a row, from left to right.
    → 5645
Write the colour of every object that has a form of its own in a row, from left to right.
    → 123
Write the colour of every object that has the colour of another object in a row, from left to right.
    → 55
Write the colour of every object that has another object within its box in a row, from left to right.
    → 3

Write the colour of every object that has exactly two holes in a row, from left to right.
    444..... 4.4.2222 444.2.2. ....2222 → no sense
    44444.222 4.4.4.2.2 44444.222 → 4

Cells of any colours that touch by a side form an object.
Write the colour of every object that has more than one colour in a row, from left to right.
    12.33.4 12.33..
    → 1
Write the colour of every object that has one colour only in a row, from left to right.
    → 34
Write the colour of every object that has two colours in a row, from left to right.
    → 1
""")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_traits(case: Case) -> None:
    assert case.made == case.after
