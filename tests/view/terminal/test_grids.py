"""Grids in the terminal stay within their width, and can be read with colour, without it, and in little space."""

from __future__ import annotations

import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from nlevolve.puzzle.grids import Grid
from nlevolve.view.terminal.grids import ARC_CELLS, COLOUR_BLIND_CELLS, CellColours, Picture, Pictures, _dimmed

GRIDS = st.integers(1, 30).flatmap(
    lambda width: st.lists(st.tuples(*[st.integers(0, 9)] * width), min_size=1, max_size=30).map(tuple)
)
SMALL: Grid = ((1, 2, 3), (4, 5, 6), (7, 8, 9))


def drawn(what: Picture | Pictures, width: int = 80, colour: bool = False) -> str:
    out = io.StringIO()
    Console(file=out, width=width, force_terminal=True, color_system="truecolor" if colour else None).print(what)
    return out.getvalue()


def plain(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def test_without_colour_a_grid_is_its_digits() -> None:
    assert plain(drawn(Picture(SMALL, "a title"))) == "a title\n 1 2 3\n 4 5 6\n 7 8 9\n"
    assert drawn(Picture(SMALL), width=5) == "123\n456\n789\n"


def test_wrong_cells_are_marked() -> None:
    attempt = Picture(SMALL, truth=((1, 2, 3), (4, 0, 6), (7, 8, 9)))
    assert plain(drawn(attempt)).splitlines()[1] == " 4×5 6"
    assert drawn(attempt, width=5) == "...\n.5.\n...\n"


def test_wrong_cells_stand_out_in_half_blocks_even_when_black() -> None:
    truth = ((0, 0), (0, 0))
    right = drawn(Picture(truth, truth=truth, dense=True), colour=True)
    black = drawn(Picture(truth, truth=((5, 0), (0, 0)), dense=True), colour=True)
    assert plain(right) == plain(black) == "▀▀\n"
    assert right != black
    assert "255;255;255" in black


@pytest.mark.parametrize("colours", [ARC_CELLS, COLOUR_BLIND_CELLS])
def test_a_right_cell_keeps_its_colour_dimmed_and_black_stays_black(colours: CellColours) -> None:
    """Greyed, black would look like the palette's grey, and a paler colour like another one's own."""
    dimmed = [_dimmed(colour) for colour in colours]
    assert dimmed[0] == colours[0]
    assert len(set(dimmed)) == len(colours)
    shades = {
        name: [tuple(int(one[at : at + 2], 16) for at in (1, 3, 5)) for one in of] for name, of in (("d", dimmed), ("o", colours))
    }
    nearest = min(sum(abs(a - b) for a, b in zip(dim, own, strict=True)) for dim in shades["d"] for own in shades["o"][1:])
    assert nearest > 60


def test_where_colours_are_few_digits_stand_in_for_half_blocks() -> None:
    out = io.StringIO()
    console = Console(file=out, width=5, force_terminal=True, color_system="standard")
    console.print(Picture(SMALL, truth=((1, 2, 3), (4, 0, 6), (7, 8, 9))))
    assert plain(out.getvalue()) == "...\n.5.\n...\n"


def test_no_cell_of_another_size_is_marked() -> None:
    attempt = Picture(SMALL, truth=((1,),))
    assert "×" not in plain(drawn(attempt))
    assert drawn(attempt, width=5) == "123\n456\n789\n"


def test_without_a_grid_the_title_is_drawn_alone() -> None:
    assert plain(drawn(Picture(None, "no grid"))) == "no grid\n"


def test_side_by_side_with_an_arrow() -> None:
    row = Pictures([Picture(SMALL, "input"), Picture(((1,), (2,)), "output")], arrow=True)
    assert plain(drawn(row)).splitlines() == [
        "input    output",
        " 1 2 3 →  1    ",
        " 4 5 6    2    ",
        " 7 8 9         ",
    ]


def test_what_does_not_fit_goes_below() -> None:
    row = Pictures([Picture(SMALL), Picture(SMALL), Picture(SMALL)])
    assert plain(drawn(row, width=10)) == "123   123\n456   456\n789   789\n123\n456\n789\n"


@pytest.mark.parametrize("colours", [ARC_CELLS, COLOUR_BLIND_CELLS])
def test_cells_have_ten_different_colours(colours: CellColours) -> None:
    assert len(set(colours)) == 10
    assert all(re.fullmatch("#[0-9a-f]{6}", colour) for colour in colours)


def test_cells_take_their_colours_from_the_palette() -> None:
    # a colour of its own: rich remembers a style's codes, also those of the sixteen colours that another test had it drawn in
    own = (*ARC_CELLS[:2], "#fe4237", *ARC_CELLS[3:])
    assert "48;2;254;66;55" in drawn(Picture(((2,),), colours=own), colour=True)


@given(st.lists(GRIDS, min_size=1, max_size=4), GRIDS, st.integers(20, 120), st.booleans(), st.sampled_from([None, True, False]))
def test_nothing_is_wider_than_the_console(grids: list[Grid], truth: Grid, width: int, colour: bool, dense: bool | None) -> None:
    row = Pictures([Picture(grid, "a rather long title", truth=truth, dense=dense) for grid in grids], arrow=True)
    assert max(map(len, plain(drawn(row, width, colour)).splitlines())) <= width


@given(GRIDS)
def test_every_digit_can_be_read_without_colour(grid: Grid) -> None:
    text = plain(drawn(Picture(grid)))
    assert [[int(cell) for cell in line.split()] for line in text.splitlines()] == [list(row) for row in grid]
