"""Panels as cells, and one panel as a model for the others."""

from __future__ import annotations

from tests.offline.following import followed


def test_panels_are_treated_as_cells() -> None:
    sentence = "Treat every panel as a cell of a small grid and there: fill every enclosed area with red."
    grid = "115115111 115115111 555555555 115005111 115005111 555555555 115115111"
    assert followed(sentence, grid) == grid.replace("00", "22")


def test_one_panel_is_copied_into_the_others() -> None:
    sentence = "Copy the panel that is not empty into every other panel, where they are empty."
    assert followed(sentence, "10500 02500 55555 00500 00500") == "10510 02502 55555 10510 02502"
    form = "Put the form of the panel that has the most coloured cells in green into all other panels, where they are empty."
    assert followed(form, "11500 01500 55555 20500 00500") == "11533 01503 55555 23533 03503"
