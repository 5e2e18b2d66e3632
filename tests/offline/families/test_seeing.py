"""What is background, what is an object: seen in what a step does that comes after."""

from __future__ import annotations

import pytest

from tests.offline.direct import Case, table

CASES = table("""
The background is blue.
Recolour every object red.
    11. 111 → 112 111

The background is the most common colour of the grid.
Recolour every object red.
    11. 111 → 112 111

Cells of one colour that touch by a side form an object.
Recolour the largest object red.
    1.. .11 → 1.. .22

Cells of one colour that touch by a side form an object.
Cells of one colour that touch by a side or a corner form an object.
Recolour the largest object red.
    1.. .11 → 2.. .22

Cells of any colours that touch by a side form an object.
Recolour the largest object grey.
    12. ..3 → 55. ..3

Cells of any colours that touch by a side or a corner form an object.
Recolour the largest object grey.
    12... ..3.. ....4 → 55... ..5.. ....4

Every connected area of background cells is an object.
Recolour the largest object red.
    ..1. ..1. → 221. 221.

All cells of one colour together form one object.
Recolour the largest object red.
    1.1.1 ..... .33.. → 2.2.2 ..... .33..

Every coloured cell is an object of its own.
Recolour every object that is a single cell red.
    11. 3.. → 22. 2..

The background is the most common colour at the border of the grid.
Recolour every object red.
    ...4 .111 .111 .111 → ...2 .222 .222 .222
    3333 3..3 3..3 3333 → 3333 3223 3223 3333

The background is the colour that the top and bottom half have in common.
Recolour every object red.
    15 51 33 53 → 25 52 22 52

Nothing is background.
Recolour the largest object red.
    ....1 44411 → 22221 44411
""")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_seeing(case: Case) -> None:
    assert case.made == case.after
