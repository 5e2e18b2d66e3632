"""Two answers from followed grids: who is asked, what a vote counts, and which two grids are given."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlevolve.evolve.answers import GUESS, AnswerPolicy, Vote, answer, choose, followers, others, views, weight
from nlevolve.evolve.population import Population, population
from nlevolve.puzzle.grids import Grid
from nlevolve.puzzle.symmetry import IDENTITY, SYMMETRIES
from nlevolve.records import Answer, AnswerFollowed, AnswerGuessed, Attempt, Followed, Garbled
from tests.evolve.candidates import candidates, checked, indices, of

TEST: Grid = ((0, 0),)
A, B, C = ((1, 1),), ((2, 2),), ((3, 3),)
Two = tuple[Grid | None, Grid | None]


def two(chosen: Answer) -> Two:
    return chosen.attempt_1, chosen.attempt_2


def followed(birth: int, grid: Grid | None, *, pair: int = 0, sample: int = 0, view: str = "") -> AnswerFollowed:
    """What came of following a birth's description on a test input; no grid is a garbled reply."""
    attempt: Attempt = Garbled(pair=pair, why="prose") if grid is None else Followed(pair=pair, grid=grid)
    return AnswerFollowed(task="t", birth=birth, sample=sample, attempt=attempt, view=view)


def answered(grown: Population, grids: Mapping[int, Grid], order: list[int] | None = None) -> Two:
    """The two answers to one test input."""
    rows = [followed(birth, grid) for birth, grid in grids.items()]
    [only] = answer([TEST], grown, rows, list(grids) if order is None else order)
    return two(only)


def test_equal_grids_add_their_votes() -> None:
    assert two(choose(TEST, [Vote(A, 1.0), Vote(B, 0.7), Vote(B, 0.7)])) == (B, A)
    assert two(choose(TEST, [Vote(A, 1.0), Vote(B, 0.4), Vote(B, 0.4)])) == (A, B)
    assert two(choose(TEST, [Vote(A, 1.0), Vote(B, 2.0), Vote(C, 3.0)])) == (C, B)


def guessed(sample: int, grid: Grid) -> AnswerGuessed:
    return AnswerGuessed(task="t", sample=sample, attempt=Followed(pair=0, grid=grid))


def test_a_guess_without_a_description_has_a_small_vote_that_adds_up_and_alone_it_answers() -> None:
    half_right = population([checked(0, "=x", "half right")])
    guesses = [guessed(1, C), guessed(0, B), guessed(2, C)]
    [among] = answer([TEST], half_right, [followed(0, A)], [0], guesses)
    assert [(one.grid, one.votes) for one in among.proposed[1:]] == [(C, 2 * GUESS), (B, GUESS)]
    assert two(among) == (A, C)
    [alone] = answer([TEST], Population(), [], [], guesses)
    assert two(alone) == (C, B)


def test_all_that_was_proposed_is_told_best_first_with_its_votes() -> None:
    chosen = choose(TEST, [Vote(C, 0.25), Vote(B, 0.5), Vote(A, 1.0), Vote(B, 0.75), Vote(TEST, 9.0)])
    assert [(one.grid, one.votes) for one in chosen.proposed] == [(B, 1.25), (A, 1.0), (C, 0.25)]
    assert choose(TEST, []).proposed == ()


def test_ties_go_to_the_grid_proposed_first() -> None:
    assert two(choose(TEST, [Vote(B, 1.0), Vote(A, 1.0), Vote(C, 1.0)])) == (B, A)
    assert two(choose(TEST, [Vote(B, 0.5), Vote(A, 1.0), Vote(B, 0.5)])) == (B, A)


def test_the_input_itself_is_the_last_resort() -> None:
    assert two(choose(TEST, [Vote(TEST, 9.0), Vote(A, 1.0)])) == (A, None)
    assert two(choose(TEST, [Vote(TEST, 9.0)])) == (TEST, None)


def test_a_perfect_descriptions_grid_counts_though_it_is_the_input_itself() -> None:
    assert answered(of("==", "xx"), {0: TEST, 1: A}) == (TEST, A)
    assert answered(of("==", "=="), {0: TEST, 1: A}) == (TEST, A)
    assert answered(of("=x", "xx"), {0: TEST, 1: A}) == (A, None), "of rules that miss, most leave something as it was"


def test_one_grid_is_one_answer_and_none_is_none() -> None:
    assert two(choose(TEST, [Vote(A, 1.0), Vote(A, 1.0)])) == (A, None)
    assert two(choose(TEST, [])) == (None, None)


@given(st.lists(st.tuples(st.sampled_from([A, B, C, TEST]), st.floats(0.1, 5))))
def test_the_two_answers_differ(rows: list[tuple[Grid, float]]) -> None:
    chosen = choose(TEST, [Vote(g, w) for g, w in rows])
    assert chosen.attempt_1 != chosen.attempt_2 or chosen.attempt_1 is None
    distinct = {g for g, _ in rows} - {TEST}
    assert (chosen.attempt_2 is not None) == (len(distinct) >= 2)
    assert (chosen.attempt_1 is not None) == bool(rows)


def test_a_perfect_follower_counts_a_hundred_and_half_as_much_again_if_its_rule_is_shown_general() -> None:
    plain, general, elsewhere = population(
        [checked(0, "=="), checked(1, "==", blind=0), checked(2, "=g", blind=1)]
    ).members.values()
    assert weight(plain) == 100
    assert weight(general) == 150
    assert weight(elsewhere) < 1, "a hidden pair that came out wrong shows nothing"


def test_an_imperfect_follower_counts_by_its_exact_pairs_and_cells() -> None:
    assert [weight(c) for c in candidates("=x", "xx", "gg", "=?")] == pytest.approx([1.75 / 3, 0.5 / 3, 0.0, 1.5 / 3])
    blind = population([checked(0, "=x", blind=0)]).members[0]
    assert weight(blind) == pytest.approx(1.75 / 3), "general or not"


def test_any_perfect_follower_outvotes_the_imperfect_ones() -> None:
    grown = of("==", "=x", "=y", "xx")
    assert answered(grown, {0: A, 1: B, 2: B, 3: B}) == (A, B)


def test_what_is_shown_general_outvotes_one_perfect_follower_and_not_two() -> None:
    grown = population([checked(0, "=="), checked(1, "=="), checked(2, "==", blind=1)])
    assert answered(grown, {0: A, 2: B}) == (B, A)
    assert answered(grown, {0: A, 2: B, 1: A}) == (A, B)


def test_of_the_imperfect_the_better_one_is_believed() -> None:
    assert answered(of("xx", "=x"), {0: A, 1: B}) == (B, A)
    assert answered(of("xx", "ox", "=o"), {0: A, 1: A, 2: B}) == (B, A)


def test_the_perfect_are_followed_and_then_the_best_of_the_others() -> None:
    grown = of("=x", "==", "xx", "==", "=y", "==")
    policy = AnswerPolicy(perfect=2, imperfect=2)
    assert indices(followers(grown, policy, "pairs")) == [1, 3, 0, 4]
    assert indices(followers(grown, AnswerPolicy(perfect=1, imperfect=0), "pairs")) == [1]
    assert indices(followers(grown, AnswerPolicy(perfect=9, imperfect=9), "pairs")) == [1, 3, 5, 0, 4, 2]
    assert followers(of(), policy, "pairs") == []


def test_others_to_follow_are_those_left_over_perfect_ones_first() -> None:
    grown = of("=x", "==", "xx", "==", "=y", "==")
    policy = AnswerPolicy(perfect=2, imperfect=1, fill=3)
    assert indices(others(grown, policy, "pairs")) == [5, 4, 2]
    assert indices(others(grown, policy.model_copy(update={"fill": 1}), "pairs")) == [5]
    assert others(grown, AnswerPolicy(), "pairs") == [], "none unless it is asked for"


def test_followers_are_ranked_as_the_search_ranks() -> None:
    grown = of("=oo", "xxx")
    assert indices(followers(grown, AnswerPolicy(), "pairs")) == [0, 1]
    assert indices(followers(grown, AnswerPolicy(), "cells")) == [1, 0]


def test_a_test_input_that_nobody_could_follow_has_no_answer() -> None:
    rows = [followed(0, None, pair=1), followed(0, A, pair=0)]
    assert [two(one) for one in answer([TEST, TEST], of("=="), rows, [0])] == [(A, None), (None, None)]


def test_each_test_input_is_answered_from_its_own_grids() -> None:
    rows = [followed(0, A, pair=1), followed(0, B, pair=0), followed(1, C, pair=1)]
    assert [two(one) for one in answer([TEST, C], of("==", "xx"), rows, [0, 1])] == [(B, None), (A, None)]


def test_only_those_asked_have_a_vote() -> None:
    assert answered(of("==", "=="), {0: A, 1: B}, order=[1]) == (B, None)
    assert answered(of("==", "=="), {0: A}, order=[]) == (None, None)


@given(st.permutations([followed(0, B), followed(1, A), followed(1, C, sample=1), followed(1, A, view="mirrored", sample=1)]))
def test_the_order_of_arrival_decides_nothing(rows: list[AnswerFollowed]) -> None:
    grown = of("==", "==")
    assert [two(one) for one in answer([TEST], grown, rows, [0, 1])] == [(A, B)]


@pytest.mark.parametrize(
    ("rows", "order", "first"),
    [
        ([followed(0, A), followed(1, B)], [1, 0], B),
        ([followed(0, A, sample=1), followed(0, B, sample=0)], [0], B),
        ([followed(0, A, view="turned 90°"), followed(0, B, sample=3)], [0], B),
    ],
    ids=["the better birth", "then the earlier sample", "first of all as it is"],
)
def test_of_equal_votes_the_one_asked_first_counts(rows: list[AnswerFollowed], order: list[int], first: Grid) -> None:
    for arrived in (rows, rows[::-1]):
        [only] = answer([TEST], of("==", "=="), arrived, order)
        assert only.attempt_1 == first


def test_a_description_is_looked_at_as_it_is_and_then_in_other_ways() -> None:
    assert views(1) == [IDENTITY]
    eight = views(8)
    assert len(set(map(str, eight))) == 8
    assert [(v.turns, v.mirrored) for v in eight] == [(s.turns, s.mirrored) for s in SYMMETRIES]
    assert [v.colours == IDENTITY.colours for v in eight] == [True, False] * 4, "every second in other colours"
    assert len({v.colours for v in eight}) == 5, "each in its own"
    assert views(3) == eight[:3], "the same ones every time"
