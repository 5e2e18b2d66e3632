"""Rules in words that travel: what is shown comes out as before, and grids in other colours come out right as well."""

from __future__ import annotations

import numpy as np
import pytest

from nlevolve.offline import english
from nlevolve.offline.generalizing import generalized
from nlevolve.offline.hypotheses import Hypothesis, followed, puzzle_of
from nlevolve.offline.scene import Cells, Scene, cells


def _grid(text: str) -> Cells:
    return cells([[int(c) for c in row.replace(".", "0")] for row in text.split()])


PAIRS = [("....... .22.... .22..2. .......", "....... .55.... .55..5. ......."), ("..... .222. .....", "..... .555. .....")]
"""What is there turns grey."""


@pytest.mark.parametrize(
    ("narrow", "wide"),
    [
        # every object there is red, and the background black
        (
            ("Recolour every red object grey.",),
            ("The background is the most common colour of the grid.", "Recolour every object grey."),
        ),
        # nor is red told from anything where a colour is changed
        (
            ("Change red to grey.",),
            ("The background is the most common colour of the grid.", "Recolour every object grey."),
        ),
    ],
)
def test_what_tells_nothing_apart_is_left_out_and_the_background_is_said_where_it_matters(
    narrow: tuple[str, ...], wide: tuple[str, ...]
) -> None:
    puzzle = puzzle_of([(_grid(a), _grid(b)) for a, b in PAIRS], [])
    idea = followed([step for bullet in narrow for step in english.steps(bullet) or ()], Hypothesis((), puzzle))
    assert idea.is_exact
    found = generalized(idea, puzzle)
    assert found.bullets == wide
    assert found.outputs == idea.outputs


def test_a_rule_told_so_holds_in_other_colours_with_black_among_them() -> None:
    puzzle = puzzle_of([(_grid(a), _grid(b)) for a, b in PAIRS], [])
    idea = followed(english.steps("Recolour every red object grey.") or (), Hypothesis((), puzzle))
    elsewhere = _grid("33333 3.443 33333")
    said = english.follow(generalized(idea, puzzle).bullets, Scene(elsewhere))
    assert np.array_equal(said.scene.grid, _grid("33333 35553 33333"))


def test_of_rules_that_cannot_be_told_apart_the_one_that_names_fewer_colours_comes_first() -> None:
    puzzle = puzzle_of([(_grid(a), _grid(b)) for a, b in PAIRS], [])
    named, plain = (
        followed(english.steps(said) or (), Hypothesis((), puzzle))
        for said in ("Change red to grey.", "Recolour every object grey.")
    )
    assert named.outputs == plain.outputs
    assert plain.rank < named.rank


@pytest.mark.parametrize(
    ("pairs", "narrow", "wide"),
    [
        # up is away from the border that is full, wherever that is
        (
            [("... .33 333", ".33 333 ..."), ("... 2.. 222", "2.. 222 ...")],
            ("Move every object one cell up.",),
            "With the grid turned so that its fullest border is at the bottom: move every object one cell up.",
        ),
        # no object that is shown hangs together by a corner
        (
            [("22.. 2... ...2", "55.. 5... ...2"), ("2.. ... .22", "2.. ... .55")],
            ("Recolour the largest object grey.",),
            "Cells of one colour that touch by a side form an object.",
        ),
        # nothing comes in again on the other side
        (
            [("33. ... ...", "... 33. ..."), ("... .2. ...", "... ... .2.")],
            ("Shift the whole grid by one cells down, what leaves it comes in again on the other side.",),
            "Move every object one cell down.",
        ),
    ],
)
def test_what_the_pairs_leave_open_is_told_in_the_way_that_means_more(
    pairs: list[tuple[str, str]], narrow: tuple[str, ...], wide: str
) -> None:
    puzzle = puzzle_of([(_grid(a), _grid(b)) for a, b in pairs], [])
    idea = followed([step for bullet in narrow for step in english.steps(bullet) or ()], Hypothesis((), puzzle))
    assert idea.is_exact
    found = generalized(idea, puzzle)
    assert found.outputs == idea.outputs
    assert wide in found.bullets
