"""The population: a fold over events that minds neither their order nor their repetition, ranked and filtered."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlevolve.evolve.population import Population, grow, population
from nlevolve.records import Birth, BirthPlanned, Description, Event
from tests.evolve.candidates import candidates, checked, indices, lost, marks, of

FATES = st.one_of(
    marks.map(lambda m: [("checked", m)]),
    st.sampled_from(["garbled", "unreached"]).map(lambda r: [("lost", r)]),
    st.tuples(marks, st.sampled_from(["garbled", "unreached"])).map(lambda f: [("checked", f[0]), ("lost", f[1])]),
)
"""What may become of one birth: a candidate, a failure, or a failure and then, asked again, a candidate."""


@given(st.lists(FATES, max_size=8), st.integers(1, 3), st.randoms())
def test_shuffled_or_repeated_events_change_nothing(fates: list[list[tuple[str, str]]], times: int, rng: Random) -> None:
    events: list[Event] = [
        checked(i, what) if kind == "checked" else lost(i, what) for i, fate in enumerate(fates) for kind, what in fate
    ]
    shuffled = events * times
    rng.shuffle(shuffled)
    assert population(shuffled) == population(events)


def test_a_candidate_keeps_what_its_event_says() -> None:
    [one] = population([checked(3, "=xg", "Turn it.", blind=0, usd=0.25)]).members.values()
    assert (one.index, one.birth.blind, one.dollars) == (3, 0, 0.25)
    assert one.description == Description(bullets=("Turn it.",))
    assert (one.fitness.exact, one.fitness.pairs, one.fitness.words, one.fitness.unseen) == (1, 3, 2, 1)
    assert one.solved == {0}
    assert [attempt.kind for attempt in one.attempts] == ["followed", "followed", "garbled"]


@pytest.mark.parametrize("said", [{"duplicate_of": 1, "confirmed": None}, {"duplicate_of": None, "confirmed": False}])
def test_a_candidate_knows_whose_words_it_repeats_and_whether_it_was_confirmed(said: dict[str, object]) -> None:
    [one] = population([checked(3, "==").model_copy(update=said)]).members.values()
    assert {"duplicate_of": one.duplicate_of, "confirmed": one.confirmed} == said


def test_where_a_candidate_stands_is_its_worth_and_then_how_early_it_came() -> None:
    exact, even, again = candidates("=oo", "xxx", "xxx")
    assert exact.standing() > even.standing() > again.standing()
    assert even.standing("cells") > again.standing("cells") > exact.standing("cells")


def test_behaviour_is_all_grids_or_none() -> None:
    whole, again, other, torn = candidates("=x", "=x", "=y", "=g")
    assert whole.behaviour == again.behaviour == (((1, 2),), ((1, 0),))
    assert other.behaviour != whole.behaviour
    assert torn.behaviour is None


def test_a_birth_is_in_the_population_when_it_gave_a_candidate_or_failed() -> None:
    grown = population([checked(0, "=x"), lost(1)])
    assert 0 in grown
    assert 1 in grown
    assert 2 not in grown


def test_failures_of_a_provider_are_kept_apart_from_other_failures() -> None:
    grown = population([lost(0, "garbled"), lost(1, "unreached"), checked(2, "=?"), checked(3, "=-"), checked(4, "=g")])
    assert set(grown.failed) == {0, 1}
    assert grown.unreached == {1, 2}
    assert set(grown.members) == {2, 3, 4}


def test_what_is_asked_again_takes_the_place_of_what_was_lost() -> None:
    grown = population([lost(0, "unreached"), checked(1, "=?"), lost(2, "unreached"), lost(5, "unreached"), checked(6, "?x")])
    assert grown.unreached == {0, 1, 2, 5, 6}
    mended = population([lost(0, "garbled"), checked(1, "=="), checked(2, "=x")])
    for event in (lost(0, "garbled"), checked(1, "=="), checked(2, "=x")):
        grown = grow(grown, event)
    assert grown.unreached == {5, 6}, "only what was asked again is mended"
    assert set(grown.failed) == {0, 5}
    assert {k: grown.members[k] for k in (1, 2)} == mended.members


def test_a_candidate_that_is_there_is_not_undone_by_a_failure() -> None:
    there = of("=x")
    assert grow(there, lost(0, "unreached")) == there


def test_other_events_change_nothing() -> None:
    there = of("=x")
    assert grow(there, BirthPlanned(task="t", birth=Birth(index=7, operator="write", model="m"))) == there


def test_before_a_birth_are_the_births_below_it_and_what_became_of_them() -> None:
    events = [checked(0, "=?"), lost(1, "unreached"), checked(2, "=?"), lost(3, "unreached")]
    grown = population(events)
    assert [grown.before(k) for k in range(5)] == [population(events[:k]) for k in range(5)]
    assert grown.before(0) == Population()


def test_the_best_come_first_and_of_equals_the_earliest() -> None:
    assert indices(of("xo", "=x", "xx", "=x").ranked()) == [1, 3, 2, 0]


def test_the_rank_says_what_counts_first() -> None:
    grown = of("=oo", "xxx")
    assert indices(grown.ranked()) == indices(grown.ranked("pairs")) == [0, 1]
    assert indices(grown.ranked("cells")) == [1, 0]


def test_each_description_is_ranked_once_whatever_its_spelling() -> None:
    grown = population([checked(0, "xx", "Flip it"), checked(1, "=x", "flip  it."), checked(2, "xx", "Turn it")])
    assert indices(grown.ranked()) == [1, 2]


def test_without_same_behaviour_equal_grids_hold_one_place() -> None:
    grown = population([checked(0, "=x", words=4), checked(1, "=x"), checked(2, "=y"), checked(3, "xg"), checked(4, "xg")])
    assert indices(grown.ranked()) == [1, 2, 0, 3, 4]
    assert indices(grown.ranked(same_behaviour=False)) == [1, 2, 3, 4], "those without all grids are unlike any other"


def test_the_perfect_are_listed_once_each_best_first() -> None:
    grown = population(
        [checked(0, "==", words=3), checked(1, "=x"), checked(2, "=="), checked(3, "==", "rule 2."), checked(4, "=?")]
    )
    assert indices(grown.perfect()) == [2, 0]


@pytest.mark.parametrize(("text", "found"), [("turn it ", 1), ("Flip it", 0), ("Leave it.", None)])
def test_a_twin_is_the_earliest_with_the_same_words(text: str, found: int | None) -> None:
    grown = population([checked(4, "xx", "turn it"), checked(1, "xx", "Turn it."), checked(0, "xx", "Flip it")])
    twin = grown.same_text(Description(bullets=(text,)))
    assert (twin.index if twin else None) == found
