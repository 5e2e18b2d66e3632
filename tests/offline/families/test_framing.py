"""Borders, corners, and noise."""

from __future__ import annotations

import pytest

from tests.offline.following import followed


@pytest.mark.parametrize(
    ("sentence", "after"),
    [
        ("Draw a red frame along the border of the grid.", "2222 2342 2222"),
        ("Put a red frame around the grid.", "222222 201102 203402 200002 222222"),
        ("Take the border off the grid.", "34"),
        ("Take the two by three cells at the bottom right corner.", "340 000"),
    ],
)
def test_borders_and_corners(sentence: str, after: str) -> None:
    assert followed(sentence, "0110 0340 0000") == after


def test_corners_mark_a_rectangle() -> None:
    sentence = "Where four blue cells are the corners of a rectangle, fill its inside with red."
    assert followed(sentence, "10010 00000 10011 03001") == "10010 02200 10011 03001"


@pytest.mark.parametrize(
    ("sentence", "after"),
    [
        ("Every green cell becomes the most common colour among the cells around it.", "110 112 110"),
        ("Keep only cells that are part of a two by two block of one colour.", "110 110 000"),
        ("Remove coloured cells with fewer than four coloured neighbours.", "010 110 030"),
        ("Fill every column with its most common colour.", "110 110 110"),
    ],
)
def test_noise_is_removed(sentence: str, after: str) -> None:
    assert followed(sentence, "110 112 130") == after
