"""Patterns that go on."""

from __future__ import annotations

from tests.offline.following import followed


def test_a_pattern_repeats_to_the_border() -> None:
    assert followed("Repeat the pattern to the right until the border.", "12120000 03030000") == "12121212 03030303"
    assert followed("Continue the coloured pattern up and down to the border.", "00 00 12 03 00 00") == "12 03 12 03 12 03"


def test_every_row_goes_on_by_itself() -> None:
    sentence = "Repeat the pattern of every row right to the border."
    assert followed(sentence, "1200000 0330000 0001000") == "1212121 0333333 0001000"


def test_a_grid_grows() -> None:
    assert followed("Continue the pattern of the grid on the bottom side until the grid is twice as long.", "1 2 1") == (
        "1 2 1 2 1 2"
    )
    assert followed("Make the grid square by continuing its pattern on the right side.", "10 02 10") == "101 020 101"


def test_diagonal_stripes_cover_the_grid() -> None:
    sentence = "Repeat the diagonals of colours over the whole background."
    assert followed(sentence, "1230 0000 0000") == "1231 2312 3123"
