"""Outputs built from copies of the grid."""

from __future__ import annotations

import pytest

from tests.offline.direct import Case, table

CASES = table("""
Build the output from a row of the grid and the grid flipped horizontally and a row of an empty block and the grid.
    12 3. → 1221 3..3 ..12 ..3.
Build the output from a row of the grid flipped vertically and the grid rotated by half a turn.
    12 3. → 3..3 1221
Build the output from a row of the grid rotated clockwise and the grid rotated anticlockwise.
    12 3. → 312. .213
Build the output from a row of the grid flipped along its main diagonal and the grid flipped along its other diagonal.
    12 3. → 13.2 2.31
Repeat the grid two times down and two times across, where every second row of copies is flipped horizontally.
    12 34 → 1212 3434 2121 4343
Repeat the grid two times down and two times across, where every second row of copies is flipped vertically.
    12 34 → 1212 3434 3434 1212
Repeat the grid two times down and two times across, where every second column of copies is flipped horizontally.
    12 34 → 1221 3443 1221 3443
Repeat the grid two times down and two times across, where neighbouring copies are mirror images of each other.
    12 34 → 1221 3443 3443 1221
Replace every coloured cell by a copy of the whole grid and every other cell by an empty block.
    1. .2 → 1... .2.. ..1. ...2
Replace every cell in red by a copy of the whole grid and every other cell by an empty block.
    1. .2 → .... .... ..1. ...2
Replace every cell in red by a copy of the whole grid and every other cell by a block of green.
    12 11 → 3312 3311 3333 3333
Replace every cell in the colour that most cells have by a copy of the whole grid and every other cell by a block of black.
    12 11 → 12.. 11.. 1212 1111
Enlarge every cell to a square block as wide as the number of colours.
    12. → 1122.. 1122..
Repeat the grid across and down as many times as the number of coloured cells.
    1.2 → 1.21.2 1.21.2
""")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_mosaics(case: Case) -> None:
    assert case.made == case.after
