"""Where a judge is asked, what it is shown, and what its picks make of the answers; what a review leaves of a vote."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlevolve.evolve.answers import DOUBTED, STUCK, AnswerPolicy, answer, trust, weight
from nlevolve.evolve.judging import MOST, case, judged, leading
from nlevolve.evolve.population import grow, population
from nlevolve.puzzle.grids import Grid
from nlevolve.records import Answer, AnswerFollowed, AnswerJudged, CandidateReviewed, Choice, Followed, Proposal, Review
from tests.evolve.candidates import checked

A, B, C, D = ((1, 1),), ((2, 2),), ((3, 3),), ((4, 4),)


def votes(*grids: Grid) -> Answer:
    proposed = tuple(Proposal(grid=grid, votes=100.0 - place) for place, grid in enumerate(grids))
    first, second = [*grids, None, None][:2]
    return Answer(attempt_1=first, attempt_2=second, proposed=proposed)


def picked(*picks: int, shown: tuple[Grid, ...] = (A, B, C), sample: int = 0) -> AnswerJudged:
    return AnswerJudged(task="t", test=0, sample=sample, shown=shown, choice=Choice(picks=picks))


def two(one: Answer) -> tuple[Grid | None, Grid | None]:
    return one.attempt_1, one.attempt_2


def test_there_is_something_to_decide_between_grids_of_rules_that_fit_else_between_all() -> None:
    assert [one.grid for one in leading(votes(A, B, C), {B, C})] == [B, C]
    assert leading(votes(A, B, C), {A}) == (), "what leads alone is the first answer"
    assert [one.grid for one in leading(votes(A, B, C), ())] == [A, B, C]
    assert leading(votes(A, B), ()) == leading(votes(A), ()) == leading(votes(), ()) == (), "both are given anyhow"
    assert len(leading(votes(*(((n,),) for n in range(9))), ())) == MOST


@pytest.mark.parametrize(
    ("choices", "answers"),
    [
        ([picked(2, 0)], (C, A)),
        ([picked(2, 0), picked(1, 2), picked(1, 2)], (B, C)),
        ([picked(2, 1), picked(1, 2)], (B, C)),
        ([picked(2)], (C, A)),
        ([picked(), Choice(missing="garbled")], (A, B)),
        ([picked(0, 1, shown=(C, B, A))], (C, B)),
        ([picked(1, 0, shown=(A, B))], (A, B)),
    ],
    ids=["its picks", "summed", "ties go to the votes", "one alone", "none", "by what it was shown", "of other grids"],
)
def test_the_judges_picks_order_the_leading_grids(choices: list[AnswerJudged | Choice], answers: tuple[Grid, Grid]) -> None:
    events = [picked().model_copy(update={"choice": one}) if isinstance(one, Choice) else one for one in choices]
    told = judged(votes(A, B, C), votes(A, B, C).proposed, events)
    assert two(told) == answers
    assert told.proposed == votes(A, B, C).proposed, "votes stay what they were"


def test_what_stands_behind_the_leading_ones_stays_behind_them() -> None:
    told = judged(votes(A, B, C), leading(votes(A, B, C), {A, B}), [picked(1, shown=(A, B))])
    assert two(told) == (B, A)


@given(st.lists(st.lists(st.integers(0, 2), max_size=2, unique=True), max_size=4))
def test_the_two_answers_are_different_grids_that_were_proposed(picks: list[list[int]]) -> None:
    told = judged(votes(A, B, C), votes(A, B, C).proposed, [picked(*one, sample=n) for n, one in enumerate(picks)])
    assert {told.attempt_1, told.attempt_2} < {A, B, C}
    assert told.attempt_1 != told.attempt_2


def test_a_judge_is_shown_each_grid_once_with_its_best_descriptions_in_an_order_of_its_own() -> None:
    grown = population(checked(k, "==", f"Rule {min(k, 3)}") for k in range(5))
    gave = {0: A, 1: A, 2: A, 3: B, 4: B}
    follows = [AnswerFollowed(task="t", birth=k, sample=0, attempt=Followed(pair=0, grid=grid)) for k, grid in gave.items()]
    lead = votes(A, B).proposed
    orders = set()
    for seed in range(20):
        shown = case(lead, 0, follows, [1, 0, 2, 3, 4], grown, Random(seed))
        assert sorted(shown.grids) == [A, B]
        assert sorted((shown.grids[place], birth) for place, birth in shown.behind) == [(A, 0), (A, 1), (B, 3)]
        assert dict(zip(shown.grids, shown.votes, strict=True)) == {A: 100.0, B: 99.0}
        orders.add((shown.grids, shown.behind))
    assert len(orders) > 4
    assert case(lead, 0, follows, [1, 0, 3], grown, Random(3)) == case(lead, 0, follows, [1, 0, 3], grown, Random(3))


# reviews

DOUBT = Review(verdict="doubt", why="it names red")
HERE = Review(verdict="stuck", test=0, why="there is no red")


def test_a_doubted_vote_counts_less_than_one_that_is_not_and_more_than_any_that_misses() -> None:
    events = [checked(0, "==", "Rule A"), checked(1, "==", "Rule B"), *(checked(k, "=x", f"Rule {k}") for k in (2, 3, 4))]
    grown = population([*events, CandidateReviewed(task="t", birth=0, review=DOUBT)])
    gave = {0: A, 1: B, 2: C, 3: C, 4: C}
    follows = [AnswerFollowed(task="t", birth=k, sample=0, attempt=Followed(pair=0, grid=grid)) for k, grid in gave.items()]
    [told] = answer([D], grown, follows, list(gave))
    assert two(told) == (B, A)
    assert weight(grown.members[0]) == 100 * DOUBTED


def test_who_is_stuck_on_one_test_input_keeps_its_vote_on_the_others() -> None:
    assert [trust(HERE, test) for test in (0, 1)] == [STUCK, 1.0]
    assert [trust(one, 0) for one in (None, Review(verdict="accept"), Review(missing="garbled"))] == [1.0, 1.0, 1.0]


def test_what_is_said_of_a_description_holds_of_all_that_say_the_same_whenever_it_is_said() -> None:
    said = CandidateReviewed(task="t", birth=0, review=DOUBT)
    events = [checked(0, "==", "Rule A."), checked(1, "==", "rule A"), checked(2, "==", "Rule B"), said]
    for order in (events, events[::-1], [*events, said]):
        grown = population(order)
        assert [grown.members[k].doubt for k in range(3)] == ["it names red", "it names red", ""]
        assert grow(grown, said) == grown
        assert grown.before(1).members[0].doubt == "it names red"
        assert not grown.before(3).unreviewed
    assert population([checked(0, "=="), said.model_copy(update={"review": Review(verdict="doubt")})]).members[0].doubt


def test_no_preset_but_careful_judges() -> None:
    assert AnswerPolicy().judge == "off"
