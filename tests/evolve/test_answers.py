"""Two answers from followed grids."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nlevolve.evolve.answers import AnswerPolicy, Vote, answer, choose, followers
from nlevolve.evolve.population import population
from nlevolve.puzzle.grids import Grid
from nlevolve.records import AnswerFollowed, Followed, Garbled
from tests.evolve.test_policy import checked

TEST: Grid = ((0, 0),)
A, B, C = ((1, 1),), ((2, 2),), ((3, 3),)


def test_equal_grids_add_their_votes() -> None:
    chosen = choose(TEST, [Vote(A, 1.0), Vote(B, 0.7), Vote(B, 0.7)])
    assert (chosen.attempt_1, chosen.attempt_2) == (B, A)
    assert [(one.grid, one.votes) for one in chosen.proposed] == [(B, 1.4), (A, 1.0)]


def test_the_input_itself_is_the_last_resort() -> None:
    assert choose(TEST, [Vote(TEST, 9.0), Vote(A, 1.0)]).attempt_1 == A
    assert choose(TEST, [Vote(TEST, 9.0), Vote(A, 1.0)]).attempt_2 is None
    assert choose(TEST, [Vote(TEST, 9.0)]).attempt_1 == TEST


@given(st.lists(st.tuples(st.sampled_from([A, B, C, TEST]), st.floats(0.1, 5))))
def test_the_two_answers_differ(rows: list[tuple[Grid, float]]) -> None:
    chosen = choose(TEST, [Vote(g, w) for g, w in rows])
    assert chosen.attempt_1 != chosen.attempt_2 or chosen.attempt_1 is None
    distinct = {g for g, _ in rows} - {TEST}
    assert (chosen.attempt_2 is not None) == (len(distinct) >= 2)


def test_any_perfect_follower_outvotes_the_imperfect_ones() -> None:
    grown = population([checked(0, "=="), checked(1, "=x"), checked(2, "=x", "other"), checked(3, "xx")])
    order = [c.index for c in followers(grown, AnswerPolicy(imperfect=3), "pairs")]
    assert order == [0, 2, 1, 3]  # the shorter one first
    grids = {0: A, 1: B, 2: B, 3: B}
    followed = [AnswerFollowed(task="t", birth=k, sample=0, attempt=Followed(pair=0, grid=g)) for k, g in grids.items()]
    [only] = answer([TEST], grown, followed, order)
    assert (only.attempt_1, only.attempt_2) == (A, B)


def test_a_test_input_that_nobody_could_follow_has_no_answer() -> None:
    grown = population([checked(0, "==")])
    followed = [AnswerFollowed(task="t", birth=0, sample=0, attempt=Garbled(pair=1, why="prose"))]
    answers = answer([TEST, TEST], grown, followed, [0])
    assert [a.attempt_1 for a in answers] == [None, None]


def test_the_order_of_arrival_decides_nothing() -> None:
    grown = population([checked(0, "=="), checked(1, "==", "other")])
    followed = [AnswerFollowed(task="t", birth=k, sample=0, attempt=Followed(pair=0, grid=g)) for k, g in ((0, A), (1, B))]
    assert answer([TEST], grown, followed, [0, 1]) == answer([TEST], grown, followed[::-1], [0, 1])
