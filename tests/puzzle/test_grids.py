"""Grids: what is one, its text form, its accuracy, its diff."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlevolve.puzzle.grids import Grid, GridError, cell_accuracy, diff, grid, parse, render, shape
from tests.puzzle.strategies import GRIDS, of_width


@st.composite
def two_of_one_shape(draw: st.DrawFn) -> tuple[Grid, Grid]:
    rows, columns = draw(st.integers(1, 12)), draw(st.integers(1, 12))
    alike = st.tuples(*[st.tuples(*[st.integers(0, 9)] * columns)] * rows)
    return draw(alike), draw(alike)


@given(GRIDS)
def test_parsing_what_was_rendered_gives_it_back(of: Grid) -> None:
    assert parse(render(of)) == of
    assert parse(f"\n{render(of)}\n\n") == of


@given(st.integers(2, 30).flatmap(of_width))
def test_digits_may_run_together(of: Grid) -> None:
    assert parse(render(of).replace(" ", "")) == of


@given(GRIDS)
def test_validating_a_grid_freezes_it(of: Grid) -> None:
    assert grid([list(row) for row in of]) == of
    assert grid(of) == of


@given(GRIDS, GRIDS)
def test_the_diff_is_empty_exactly_when_equal(one: Grid, other: Grid) -> None:
    assert diff(one, one) == ""
    assert (diff(one, other) == "") == (one == other)


@given(two_of_one_shape())
def test_the_diff_shows_each_wrong_cell_and_accuracy_counts_them(both: tuple[Grid, Grid]) -> None:
    got, want = both
    shown = [cell for line in diff(got, want).splitlines() for cell in line.split()]
    cells = [(a, b) for row, other in zip(got, want, strict=True) for a, b in zip(row, other, strict=True)]
    if got != want:
        assert shown == ["." if a == b else f"{a}>{b}" for a, b in cells]
    assert cell_accuracy(got, want) == pytest.approx(1 - sum(">" in cell for cell in shown) / len(cells))


@given(GRIDS, GRIDS)
def test_accuracy_is_a_share_and_1_for_equal_grids_alone(one: Grid, other: Grid) -> None:
    assert 0 <= cell_accuracy(one, other) <= 1
    assert cell_accuracy(one, one) == 1
    assert (cell_accuracy(one, other) == 1) == (one == other)
    if shape(one) != shape(other):
        assert cell_accuracy(one, other) == 0


def test_another_size_is_said() -> None:
    assert diff(((1, 2),), ((1,),)) == "wrong size: 1 rows x 2 columns, expected 1 rows x 1 columns"


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        (None, "a list of rows, got nothing"),
        ("12", "a list of rows, got str '12'"),
        ({}, "a list of rows"),
        ([], "1 to 30 rows, got 0"),
        ([[0]] * 31, "1 to 30 rows, got 31"),
        ([[]], "row 1 has 0 cells"),
        ([[0] * 31], "row 1 has 31 cells"),
        ([[1, 2], [3]], "row 2 has 1 cells, row 1 has 2"),
        ([7, [1]], "row 1 is not a list of cells but int '7'"),
        ([[1], 2], "row 2 is not a list of cells but int '2'"),
        ([[1], "2"], "row 2 is not a list of cells but str '2'"),
        ([[10]], "row 1, cell 1 is 10"),
        ([[0, 9], [0, 9, 5], [10]], "row 2 has 3 cells"),
        ([[0, 9, 10]], "row 1, cell 3 is 10, allowed are the ints 0 to 9"),
        ("x" * 50, "a list of rows, got str 'x{20}'$"),
        ([[-1]], "row 1, cell 1 is -1"),
        ([[True]], "row 1, cell 1 is True"),
        ([[0, 1.0]], "row 1, cell 2 is 1.0"),
        ([["1"]], "row 1, cell 1 is '1'"),
        ([[None]], "row 1, cell 1 is None"),
        ([[[1]]], r"row 1, cell 1 is \[1\]"),
    ],
)
def test_what_is_no_grid_is_refused_by_row(rows: object, says: str) -> None:
    with pytest.raises(GridError, match=says):
        grid(rows)


@pytest.mark.parametrize(("rows", "columns"), [(1, 1), (30, 30), (1, 30), (30, 1)])
def test_the_smallest_and_the_largest_are_grids(rows: int, columns: int) -> None:
    whole = ((9,) * columns,) * rows
    assert grid(whole) == parse(render(whole)) == whole
    assert shape(whole) == (rows, columns)


def test_the_text_form_is_a_line_a_row() -> None:
    assert render(((1, 2), (3, 4))) == "1 2\n3 4"


@pytest.mark.parametrize("text", ["", " \n ", "1 2\n3", "1 a", "12 34", "1 2 ³", "1,2"])
def test_text_that_is_no_grid_is_refused(text: str) -> None:
    with pytest.raises(GridError):
        parse(text)


@given(st.text())
def test_any_text_gives_a_grid_or_a_grid_error(text: str) -> None:
    try:
        found = parse(text)
    except GridError:
        return
    assert grid(found) == found
