"""Cells that a text writes out."""

from __future__ import annotations

import pytest

from nlevolve.puzzle.cells_in import cells_in
from nlevolve.puzzle.notations import NOTATIONS, write

GRID = ((1, 6, 7), (6, 7, 6), (2, 2, 6))


@pytest.mark.parametrize(
    "told",
    [
        *(write(GRID, notation) for notation in NOTATIONS),
        *("167 676 226", "167\n676\n226", "[[1,6,7],[6,7,6],[2,2,6]]", '"1 6 7.", "6 7 6.", "2 2 6."'),
        *("B M O / M O M / R R M", "1-6-7-6-7-6-2-2-6", "1\u200b6 7, 6 7 6; 2 2 6", "row 1: 1 6 7 row 2: 6 7 6 row 3: 2 2 6"),
    ],
)
def test_however_they_are_written_they_are_seen(told: str) -> None:
    assert "167676226" in cells_in(f"The result is {told}")


def test_words_part_them() -> None:
    assert cells_in("Recolour 3 red cells in row 2") == "|32|||2"
    assert cells_in("the 3x3 square") == "|3|3|"


def test_what_nobody_sees_parts_no_word() -> None:
    assert cells_in("bl\u200bue, r\u00aded; ro\u200dw 12: 3") == "123"
