"""Mosaics, and rows and columns."""

from __future__ import annotations

from tests.offline.following import followed


def test_turned_copies_are_joined() -> None:
    sentence = "The output shows a row of the grid and the grid flipped horizontally and a row of an empty block and the grid."
    assert followed(sentence, "10") == "1001 0010"


def test_copies_are_flipped_in_every_second_row() -> None:
    sentence = "Tile the grid two by two so that every second row of copies is flipped horizontally."
    assert followed(sentence, "12 34") == "1212 3434 2121 4343"


def test_the_grid_is_made_of_itself() -> None:
    assert followed("Put a copy of the grid where a cell is coloured, and an empty block where it is not.", "10 02") == (
        "1000 0200 0010 0002"
    )
    assert followed("Every red cell becomes a copy of the whole grid, every other cell an empty block.", "10 02") == (
        "0000 0000 0010 0002"
    )


def test_the_grid_tells_how_large_it_becomes() -> None:
    assert followed("Scale the grid up by the number of its colours.", "120") == "112200 112200"
    assert followed("Repeat the grid across and down as many times as the number of coloured cells.", "102") == "102102 102102"


def test_rows_and_columns_are_left_out() -> None:
    grid = "1100 0000 1100 1100"
    assert followed("Drop every row which is empty.", grid) == "1100 1100 1100"
    assert followed("Remove every row and column that is the same as the one before.", grid) == "10 00 10"
    assert followed("Leave out every row that has been seen before.", grid) == "1100 0000"


def test_rows_and_columns_are_rearranged_and_filled() -> None:
    assert followed("Sort the rows by their number of coloured cells: the fewest coloured cells first.", "11 00 02") == (
        "00 02 11"
    )
    assert followed("Roll the grid left by two cells.", "1234") == "3412"
    assert followed("Fill every column that has a coloured cell with red.", "010 000") == "020 020"


def test_the_places_of_other_cells_may_get_a_colour() -> None:
    assert followed("Every red cell becomes a copy of the grid, every other cell becomes a block of green.", "12 11") == (
        "3312 3311 3333 3333"
    )
    copies = "Replace every cell in the colour that most cells have by a copy of the whole grid"
    prevailing = f"{copies} and every other cell by a block of black."
    assert followed(prevailing, "12 11") == "1200 1100 1212 1111"
