"""Notations of grids: what is written is read back, and what is wrong is said in the same signs."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlevolve.puzzle.grids import Grid, render
from nlevolve.puzzle.notations import NOTATIONS, Grids, difference, read, write

grids = st.integers(1, 5).flatmap(
    lambda width: st.lists(st.tuples(*[st.integers(0, 9)] * width), min_size=1, max_size=5).map(tuple)
)


@pytest.mark.parametrize("notation", NOTATIONS)
@settings(max_examples=25)
@given(of=grids)
def test_what_is_written_is_read_back(notation: Grids, of: Grid) -> None:
    assert read(write(of, notation), notation) == of


def test_each_notation_writes_a_grid_in_its_own_way() -> None:
    told = {notation: write(((0, 1), (2, 9)), notation) for notation in NOTATIONS}
    assert told == {
        "digits": "0 1\n2 9",
        "letters": "K B\nR N",
        "names": "black blue\nred maroon",
        "csv": "0,1\n2,9",
        "json": "[[0,1],\n[2,9]]",
        "rows": "row 1: 0 1\nrow 2: 2 9",
    }
    assert told["digits"] == render(((0, 1), (2, 9)))


def test_what_is_wrong_is_said_in_the_signs_of_the_notation() -> None:
    said = {notation: difference(((0, 1),), ((0, 2),), notation) for notation in NOTATIONS}
    assert said == {
        "digits": ". 1>2",
        "letters": ". B>R",
        "names": ". blue>red",
        "csv": ".,1>2",
        "json": '[[".","1>2"]]',
        "rows": "row 1: . 1>2",
    }
    assert difference(((0, 1),), ((0,),), "names") == "wrong size: 1 rows x 2 columns, expected 1 rows x 1 columns"
