"""Pictures of grids: every cell is there, and the bytes are the same wherever they are made."""

from __future__ import annotations

import hashlib
import io
from base64 import b64decode

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from nlevolve.puzzle import png
from nlevolve.puzzle.grids import Grid
from nlevolve.puzzle.pictures import picture
from tests.drawn import grids_in

grids = st.integers(1, 9).flatmap(
    lambda wide: st.lists(st.tuples(*[st.integers(0, 9)] * wide), min_size=1, max_size=9).map(tuple)
)


@settings(max_examples=10)
@given(given_=grids, made=grids, numbered=st.booleans())
def test_a_picture_of_a_pair_holds_both_grids_cell_by_cell(given_: Grid, made: Grid, numbered: bool) -> None:
    assert grids_in(picture((given_, made), numbered)) == [given_, made]


@pytest.mark.parametrize("sides", [(30, 30), (1, 93)])
def test_the_largest_grids_are_drawn_cell_by_cell(sides: tuple[int, int]) -> None:
    crowded = tuple(tuple((r * 7 + c * 3) % 10 for c in range(sides[1])) for r in range(sides[0]))
    assert grids_in(picture((crowded,))) == [crowded]


def test_the_bytes_of_a_picture_are_those_of_every_machine() -> None:
    """A picture is part of what is asked: other bytes would be another request, and miss what the bank has."""
    data = b64decode(picture((((0, 1, 2), (3, 4, 5)), ((6, 7), (8, 9)))))
    assert hashlib.sha256(data).hexdigest() == "816c4bd0c8419219bf936cc26834fb6577882174d452f356fa12dbea2cf26619"
    assert png.told(data) == "2x3 to 2x2"
    assert png.size(data) == Image.open(io.BytesIO(data)).size


@settings(max_examples=25)
@given(st.lists(st.lists(st.tuples(st.integers(0, 15), st.integers(1, 300)), min_size=1, max_size=4), min_size=1, max_size=5))
def test_any_rows_are_written_so_that_others_read_them(runs: list[list[tuple[int, int]]]) -> None:
    drawn = [b"".join(bytes([colour]) * many for colour, many in row) for row in runs]
    rows = [row[: min(map(len, drawn))] for row in drawn]
    palette = [(n, 2 * n, 255 - n) for n in range(16)]
    with Image.open(io.BytesIO(png.write(rows, palette, ""))) as opened:
        assert (np.asarray(opened) == np.array([list(row) for row in rows])).all()
