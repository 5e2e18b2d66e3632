"""Where a description comes from: bullet by bullet, word by word, and as a family."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nlevolve.evolve.population import Candidate, population
from nlevolve.records import Birth
from nlevolve.view.ancestry import Descent, Whose, descent, edits, family, trace, whose
from tests.view.story import FLIP, B, D, candidate, followed


def said(index: int, bullets: tuple[str, ...], parents: tuple[int, ...] = ()) -> Candidate:
    """A candidate that says these bullets."""
    operator = ("write", "revise", "recombine")[min(2, len(parents))]
    birth = Birth.model_validate({"index": index, "operator": operator, "parents": parents, "model": "offline/generator"})
    event = candidate(FLIP, birth, bullets, (followed(FLIP, 0, B), followed(FLIP, 1, D)), 1)
    return population([event]).members[index]


FIRST = said(0, ("Find the red cells.", "Mirror the grid left to right."))
OTHER = said(1, ("Fill every closed shape with yellow.",))


def test_a_bullet_is_new_rewritten_or_taken_over():
    bullets = ("Mirror the grid top to bottom.", "Find the red cells.", "Draw a green border around everything.")
    seen = descent(said(2, bullets, (0,)), {0: FIRST})
    rewritten, kept, new = seen.origins
    assert rewritten is not None
    assert (rewritten.birth, rewritten.bullet) == (0, 1)
    assert rewritten.edits == ((3, 4, 3, 4), (5, 6, 5, 6))
    assert kept is not None
    assert kept.edits == ()
    assert new is None
    assert seen.dropped == ()


def test_a_single_parent_s_lost_bullet_is_told():
    assert descent(said(2, ("Find the red cells.",), (0,)), {0: FIRST}).dropped == ((0, 1),)


def test_a_recombination_takes_from_several_parents():
    child = said(2, ("Find the red cells.", "Fill every closed shape with blue."), (0, 1))
    seen = descent(child, {0: FIRST, 1: OTHER})
    assert [origin.birth for origin in seen.origins if origin] == [0, 1]
    assert seen.dropped == ()


def test_a_parent_that_gave_no_description_is_passed_over():
    assert descent(said(2, ("Find the red cells.",), (7,)), {0: FIRST}) == Descent((None,), ())


def test_an_unchanged_bullet_is_traced_to_the_birth_that_first_said_it():
    bullets = ("Find the red cells.", "Mirror the grid top to bottom.")
    people = {0: FIRST, 1: said(1, bullets, (0,)), 2: said(2, bullets, (1,))}
    descents = {born: descent(one, people) for born, one in people.items()}
    assert [trace(2, place, descents) for place in (0, 1)] == [0, 1]


@given(*[st.lists(st.sampled_from(["a", "b", "c"]), max_size=8)] * 2)
def test_edits_turn_the_parent_s_words_into_the_child_s(before: list[str], after: list[str]):
    made, at = [], 0
    for a, b, c, d in edits(" ".join(before), " ".join(after)):
        made += before[at:a] + after[c:d]
        at = b
    assert made + before[at:] == after


FAMILY = {
    0: said(0, ("Turn the grid upside down.", "Leave all else.")),
    1: said(1, ("Black is the background here.",)),
    2: said(2, ("Turn the grid upside down.", "Leave all else alone."), (0,)),
    5: said(5, ("Turn the grid upside down.", "Leave all else alone.", "Draw a red frame."), (2, 1)),
}


def test_each_bullet_is_whose_who_first_said_it():
    assert whose(5, FAMILY) == [Whose(0), Whose(2), Whose(5)]
    assert whose(2, FAMILY) == [Whose(0), Whose(2, reworded=0)]
    assert whose(0, FAMILY) == [Whose(0), Whose(0)]


def test_the_family_is_drawn_as_a_tree():
    assert [(one.birth, one.branch) for one in family(5, FAMILY)] == [(5, ""), (2, "├ "), (0, "│ └ "), (1, "└ ")]


def test_forebears_are_told_once():
    told = family(6, FAMILY | {6: said(6, ("A.",), (5, 2))})
    assert [one.birth for one in told] == [6, 5, 2, 0, 1, 2]
    assert told[-1].again


def test_a_log_that_goes_in_circles_or_has_gaps_is_survived():
    people = {3: said(3, ("A.",), (3, 4, 99)), 4: said(4, ("A.",), (3,))}
    assert [one.birth for one in family(3, people)] == [3]
    assert whose(4, people) == [Whose(3)]
