"""Panels: laid over each other, picked, shrunk, filled, and rid of their lines."""

from __future__ import annotations

import pytest

from tests.offline.following import followed


@pytest.mark.parametrize(
    ("logic", "after"),
    [("in both", "2000 0000"), ("in neither", "0002 2200"), ("in exactly one of them", "0220 0022"), ("in either", "2220 0022")],
)
def test_panels_are_compared_cell_by_cell(logic: str, after: str) -> None:
    sentence = f"Compare the panels: cells coloured {logic} become red, all other cells become black."
    assert followed(sentence, "1100 0010 5555 3030 0003") == after


def test_the_first_panel_of_an_order_hides_the_others() -> None:
    sentence = "Put the left and right half over one another in the order second and first."
    assert followed(sentence, "1203 0140") == "13 41"


def test_lines_of_a_colour_part_panels_even_when_a_panel_has_a_full_row_of_another() -> None:
    assert followed("Remove the separator lines.", "22522 20502 55555 00522") == "2222 2002 0022"


@pytest.mark.parametrize(
    ("which", "grid", "after"),
    [
        ("has the most coloured cells", "11502500 10502500", "11 10"),
        ("is different from the others", "11502502 10502502", "11 10"),
        ("is not symmetric", "11502500 11530500", "02 30"),
        ("is not its own transpose", "12512504 21521520", "04 20"),
        ("has a red cell", "11502533 10502533", "02 02"),
    ],
)
def test_one_panel_is_picked(which: str, grid: str, after: str) -> None:
    assert followed(f"The output is the one of the panels that {which}.", grid) == after


def test_a_panel_is_picked_by_its_place() -> None:
    assert followed("Of the four quarters of the grid, keep the bottom left one.", "12 34") == "3"


def test_every_panel_becomes_a_cell() -> None:
    grid = "11520 10502 55555 00544 00544"
    assert followed("Every one of the panels becomes one cell of its most common colour.", grid) == "10 04"
    judged = "Turn every one of the panels into one cell: green if it is empty, else yellow."
    assert followed(judged, grid) == "44 34"


def test_some_panels_are_filled_and_the_others_emptied() -> None:
    filled = "Fill those of the panels that have the most coloured cells with red and empty all the others."
    assert followed(filled, "11510 10500") == "22500 22500"
