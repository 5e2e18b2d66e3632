"""Copies beside objects, and objects arranged in a new picture."""

from __future__ import annotations

import pytest

from tests.offline.families.grids import follow


@pytest.mark.parametrize(
    ("bullet", "before", "after"),
    [
        ("Copy every object to its right again and again to the border.", "12.... .1....", "121212 .1.1.1"),
        ("Copy every object below it once, leaving a gap of one cell.", "1. .. .. ..", "1. .. 1. .."),
        ("Put a mirror image of every object directly to its right.", "12... 1....", "1221. 1..1."),
        ("Put the boxes of every object side by side, from the smallest to the largest.", "11..2 13...", "211 .13"),
        ("Shrink every object to one cell each, keeping how they are arranged.", "11.22 ..... 33...", "12 3."),
    ],
)
def test_copies_and_arrangements(bullet: str, before: str, after: str) -> None:
    assert follow(["Cells of any colours that touch by a side or a corner form an object.", bullet], before) == after


def test_two_facts_single_an_object_out() -> None:
    bullet = "Recolour every object that touches the border and is a straight line red."
    assert follow(bullet, "111.. ..... .111. ..... 1....") == "222.. ..... .111. ..... 1...."
