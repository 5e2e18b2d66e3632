"""Lines that go on, bent lines, folds, sheets and stripes."""

from __future__ import annotations

import pytest

from tests.offline.following import followed


@pytest.mark.parametrize(
    ("ends", "before", "after"),
    [
        ("at both of its ends", "00000 01100 00000", "00000 21122 00000"),
        ("diagonally from each of its corners", "00000 00100 00000", "02020 00100 02020"),
        ("from its sides in all four directions", "00000 00100 00000", "00200 22122 00200"),
    ],
)
def test_objects_go_on(ends: str, before: str, after: str) -> None:
    assert followed(f"Extend every object {ends}, by a line in red as far as the border.", before) == after


def test_a_bent_line_joins_two_cells() -> None:
    sentence = "Draw a path in green from the blue cell to the red cell that runs first vertically, then horizontally."
    assert followed(sentence, "100 000 002") == "100 300 332"


def test_a_half_is_folded_over() -> None:
    assert followed("Flip the right half of the grid onto the other half.", "10530 00502") == "13 20"


def test_a_sheet_is_laid_under_the_grid() -> None:
    sentence = "The output is two times as high and two times as wide, with the grid in its upper right corner."
    assert followed(sentence, "10") == "0010 0000"


def test_every_second_column_is_recoloured() -> None:
    sentence = "In every other column, beginning with the second one, every red cell becomes green."
    assert followed(sentence, "2222 2121") == "2323 2121"
