"""Words are turned with a task, or not at all."""

from __future__ import annotations

import pytest

from nlevolve.puzzle.symmetry import Transform
from nlevolve.view.export.wording import turned

MIRRORED, CLOCKWISE, OVER = Transform(mirrored=True), Transform(turns=1), Transform(turns=2)
RECOLOURED = Transform(colours=(0, 7, 1, 2, 3, 4, 5, 6, 8, 9))


@pytest.mark.parametrize(
    ("by", "said", "says"),
    [
        (MIRRORED, "Move it left, then up.", "Move it right, then up."),
        (MIRRORED, "The top left corner of the leftmost box.", "The top right corner of the rightmost box."),
        (MIRRORED, "Rotate it clockwise.", "Rotate it anticlockwise."),
        (MIRRORED, "Sort from left to right.", "Sort from right to left."),
        (MIRRORED, "Mirror it left to right.", "Mirror it left to right."),
        (CLOCKWISE, "Put it to the left of the box, below it.", "Put it above the box, to the left of it."),
        (CLOCKWISE, "Keep the left half and every row.", "Keep the top half and every column."),
        (CLOCKWISE, "Flip it horizontally: left and right change places.", "Flip it vertically: top and bottom change places."),
        (CLOCKWISE, "The widest object at the bottom-right.", "The tallest object at the bottom-left."),
        (CLOCKWISE, "Rotate it anticlockwise.", "Rotate it anticlockwise."),
        (OVER, "Draw it upwards from the lower edge.", "Draw it downwards from the upper edge."),
        (CLOCKWISE, "Join it to the next of its row or column.", "Join it to the next of its row or column."),
        (OVER, "Lay them over each other, in two by two cells.", "Lay them over each other, in two by two cells."),
        (RECOLOURED, "Paint a blue or light blue cell dark red.", "Paint an orange or cyan cell maroon."),
        (RECOLOURED, "An orange box turns grey, the rest stays.", "A magenta box turns yellow, the rest stays."),
    ],
)  # fmt: skip
def test_words_are_turned(by: Transform, said: str, says: str) -> None:
    assert turned(said, by) == says


@pytest.mark.parametrize(
    ("by", "said"),
    [
        (MIRRORED, "Colour the first column."),
        (MIRRORED, "What is left over stays."),
        (MIRRORED, "Then the next column."),
        (CLOCKWISE, "Draw it over the box."),
        (MIRRORED, "Transpose the grid."),
        (OVER, "Every cell falls until it meets another."),
        (CLOCKWISE, "The output has three by two cells."),
        (CLOCKWISE, "Right of it, draw a line."),
        (OVER, "Put it on top of the box."),
        (RECOLOURED, "Change 3 to 5."),
        (RECOLOURED, "Paint it in a bright colour."),
    ],
)
def test_what_cannot_be_turned_safely_is_not_turned(by: Transform, said: str) -> None:
    assert turned(said, by) is None


def test_up_stays_up_in_a_mirror_and_words_without_sides_stay() -> None:
    assert turned("Every cell falls down.", MIRRORED) == "Every cell falls down."
    assert turned("Colour five cells.", RECOLOURED) == "Colour five cells."
    assert turned("The first blue object.", RECOLOURED) == "The first orange object."
