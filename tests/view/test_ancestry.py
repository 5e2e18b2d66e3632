"""Bullets find the parent's bullet they were made from, and differences are told word by word."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nlevolve.view.ancestry import Descent, descent, edits, trace
from tests.view.story import FLIP, birth, candidate

FIRST = candidate(FLIP, birth(0), ("Find the red cells.", "Mirror the grid left to right."), (), 1)
OTHER = candidate(FLIP, birth(1), ("Fill every closed shape with yellow.",), (), 2)


def test_a_bullet_is_new_rewritten_or_taken_over():
    child = candidate(
        FLIP,
        birth(2, "revise", (0,)),
        ("Mirror the grid top to bottom.", "Find the red cells.", "Draw a green border around everything."),
        (),
        3,
    )
    seen = descent(child, {0: FIRST})
    rewritten, kept, new = seen.origins
    assert rewritten is not None
    assert (rewritten.birth, rewritten.bullet) == (0, 1)
    assert rewritten.edits == ((3, 4, 3, 4), (5, 6, 5, 6))
    assert kept is not None
    assert kept.edits == ()
    assert new is None
    assert seen.dropped == ()


def test_a_single_parent_s_lost_bullet_is_told():
    child = candidate(FLIP, birth(2, "revise", (0,)), ("Find the red cells.",), (), 3)
    assert descent(child, {0: FIRST}).dropped == ((0, 1),)


def test_a_recombination_takes_from_several_parents():
    child = candidate(FLIP, birth(2, "recombine", (0, 1)), ("Find the red cells.", "Fill every closed shape with blue."), (), 3)
    seen = descent(child, {0: FIRST, 1: OTHER})
    assert [origin.birth for origin in seen.origins if origin] == [0, 1]
    assert seen.dropped == ()


def test_a_parent_that_gave_no_description_is_passed_over():
    child = candidate(FLIP, birth(2, "revise", (7,)), ("Find the red cells.",), (), 3)
    assert descent(child, {0: FIRST}) == Descent((None,), ())


def test_an_unchanged_bullet_is_traced_to_the_birth_that_first_said_it():
    second = candidate(FLIP, birth(1, "revise", (0,)), ("Find the red cells.", "Mirror the grid top to bottom."), (), 2)
    third = candidate(FLIP, birth(2, "revise", (1,)), ("Find the red cells.", "Mirror the grid top to bottom."), (), 3)
    people = {0: FIRST, 1: second, 2: third}
    descents = {born: descent(one, people) for born, one in people.items()}
    assert [trace(2, place, descents) for place in (0, 1)] == [0, 1]


@given(*[st.lists(st.sampled_from(["a", "b", "c"]), max_size=8)] * 2)
def test_edits_turn_the_parent_s_words_into_the_child_s(before: list[str], after: list[str]):
    made, at = [], 0
    for a, b, c, d in edits(" ".join(before), " ".join(after)):
        made += before[at:a] + after[c:d]
        at = b
    assert made + before[at:] == after
