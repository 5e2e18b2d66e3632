"""Which model of a mix is asked: gain over the parents, evidence pooled and capped, a bandit that spreads what is in flight."""

from __future__ import annotations

import math
from collections.abc import Sequence
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlevolve.evolve.bandit import Arm, Arms, MixPolicy, arms, choose, gain, pooled
from nlevolve.evolve.population import Population, population
from nlevolve.records import Birth, MoveFailed
from tests.evolve.candidates import birth, checked, lost

POLICY = MixPolicy()


def pending(*models: str) -> list[Birth]:
    return [birth(100 + i, model=model) for i, model in enumerate(models)]


def gained(index: int, *events: object, floor: float = 0.0) -> float:
    grown = population(events)
    return gain(grown.members[index], grown, floor)


def test_gain_is_what_a_candidate_adds_to_its_best_parent() -> None:
    parents = (checked(0, "xx"), checked(1, "=x"))
    assert gained(2, *parents, checked(2, "==", parents=(0, 1))) == pytest.approx(1.0 - (0.5 + 0.75) / 2)
    assert gained(2, *parents, checked(2, "==", parents=(1, 0))) == pytest.approx(1.0 - (0.5 + 0.75) / 2)
    assert gained(2, *parents, checked(2, "==", parents=(0,)), floor=1.0) == pytest.approx(1.0 - 0.5 / 2)


def test_what_is_worse_than_its_parent_gains_nothing_and_loses_nothing() -> None:
    assert gained(1, checked(0, "=x"), checked(1, "xx", parents=(0,))) == 0.0
    assert gained(0, checked(0, "oo"), floor=0.9) == 0.0


def test_gain_of_a_first_description_is_what_it_adds_to_copying_the_input() -> None:
    assert gained(0, checked(0, "=x"), floor=0.8) == pytest.approx((0.5 + 0.75) / 2 - 0.4)


def test_a_parent_that_is_not_there_is_none() -> None:
    assert gained(1, checked(1, "=x", parents=(0,)), floor=0.8) == pytest.approx((0.5 + 0.75) / 2 - 0.4)


def test_arms_sum_births_gains_and_dollars_of_each_model() -> None:
    grown = population(
        [
            checked(0, "==", usd=0.01, model="a"),
            checked(1, "xx", usd=0.01, model="b"),
            checked(2, "xx", usd=None, model="b"),
            checked(3, "==", usd=0.04, model="b"),
            lost(4),
        ]
    )
    assert {m: (a.births, round(a.gain, 6), round(a.dollars, 6)) for m, a in arms(grown, 0.5).items()} == {
        "a": (1, 0.75, 0.01),
        "b": (3, 0.75, 0.05),
    }
    assert arms(Population(), 0.5) == {}


def test_arms_hold_what_each_birth_adds_to_its_own_parents() -> None:
    grown = population([checked(0, "xx", model="a"), checked(1, "==", model="b", parents=(0,))])
    assert {m: a.gain for m, a in arms(grown, 0.5).items()} == {"a": 0.0, "b": 0.75}


def test_where_eyes_compete_a_birth_that_gave_no_description_is_one_that_gained_nothing() -> None:
    def without(index: int, **update: object) -> MoveFailed:
        return lost(index).model_copy(update={"birth": birth(index).model_copy(update={"eye": "all"}), **update})

    grown = population([checked(0, "==", usd=0.02), lost(1), without(2), without(3, unseen=("pictures",)), checked(4, "xx")])
    shown = {name: (arm.births, arm.gain, round(arm.dollars, 6)) for name, arm in arms(grown, 0.5, eyed=True).items()}
    assert shown == {"m": (4, 0.75, 0.04), "m [all]": (1, 0.0, 0.0)}
    assert {name: arm.births for name, arm in arms(grown, 0.5).items()} == {"m": 2}, "as runs of earlier versions chose"
    assert choose(["m", "m [all]"], arms(grown, 0.5, eyed=True), {}, [], MixPolicy(explore=0.0)) == "m"


def test_what_is_made_of_a_perfect_one_shows_nothing_of_its_model_and_a_restart_owes_nothing_to_what_failed() -> None:
    fits, later, afresh = checked(0, "==", model="a"), checked(1, "==", parents=(0,)), checked(2, "==", parents=(3,), model="c")
    moved = [
        one.model_copy(update={"birth": one.birth.model_copy(update={"operator": move})})
        for one, move in [(later, "generalise"), (afresh, "restart")]
    ]
    grown = population([fits, *moved, checked(3, "=x", model="a")])
    assert {m: a.gain for m, a in arms(grown, 1.0).items()} == {"a": pytest.approx(0.5 + 0.125 + 0.0), "c": 0.5}


ARMS = st.dictionaries(st.sampled_from("abc"), st.builds(Arm, *[st.integers(0, 9).map(float)] * 3))


@given(st.lists(ARMS, max_size=5), st.randoms())
def test_pooling_adds_and_does_not_mind_the_order(tasks: list[Arms], rng: Random) -> None:
    shuffled = list(tasks)
    rng.shuffle(shuffled)
    together = pooled(tasks)
    assert dict(together) == dict(pooled(shuffled))
    for model in set().union(*tasks):
        shown = [task[model] for task in tasks if model in task]
        assert together[model] == Arm(sum(a.births for a in shown), sum(a.gain for a in shown), sum(a.dollars for a in shown))


@given(st.floats(0.5, 100), st.floats(0, 1), st.floats(0, 10), st.just(0.0) | st.floats(1e-6, 50))
def test_earlier_evidence_keeps_its_proportions_and_weighs_no_more_than_it_may(
    births: float, gain: float, dollars: float, most: float
) -> None:
    scaled = Arm(births, gain * births, dollars * births).scaled(most)
    assert scaled.births == pytest.approx(min(births, most))
    assert scaled.gain == pytest.approx(gain * scaled.births)
    assert scaled.dollars == pytest.approx(dollars * scaled.births)


def test_nothing_scaled_is_nothing() -> None:
    assert Arm(0.0, 0.0, 0.0).scaled(4) == Arm()


def test_each_model_is_tried_before_any_is_tried_twice() -> None:
    chosen: list[str] = []
    for _ in range(3):
        chosen.append(choose("abc", {}, {}, pending(*chosen), POLICY))
    assert chosen == ["a", "b", "c"]
    assert choose("ab", {"a": Arm(1, 1.0, 0.0)}, {}, [], POLICY) == "b", "however good the first was"


def test_what_is_in_flight_counts_as_tried() -> None:
    here = {"a": Arm(3, 1.5, 0.03), "b": Arm(3, 1.2, 0.03)}
    assert choose("ab", here, {}, [], POLICY) == "a"
    assert choose("ab", here, {}, pending(*"aaa"), POLICY) == "b"


def tipping(here: Arm, other: Arm, policy: MixPolicy, before: Arms | None = None, flying: Sequence[str] = ()) -> float:
    """The gain that `other` must have shown to be chosen before `here`."""
    low, high = 0.0, 100.0
    for _ in range(60):
        middle = (low + high) / 2
        shown = {"a": here, "b": Arm(other.births, middle, other.dollars)}
        low, high = (low, middle) if choose("ab", shown, before or {}, pending(*flying), policy) == "b" else (middle, high)
    return high


def test_the_bound_is_the_mean_gain_and_what_is_not_known_yet() -> None:
    for explore in (0.0, 0.3, 2.0):
        unknown = explore * math.sqrt(math.log(15)) * (1 / math.sqrt(10) - 1 / math.sqrt(4))
        expected = max(0.0, 4 * (0.5 + unknown))
        assert tipping(Arm(10, 5), Arm(4), MixPolicy(explore=explore)) == pytest.approx(expected, abs=1e-6)


def test_births_in_flight_are_births_that_gained_nothing() -> None:
    unknown = 0.3 * math.sqrt(math.log(21)) * (1 / math.sqrt(12) - 1 / math.sqrt(8))
    assert tipping(Arm(10, 5), Arm(4), POLICY, flying="aabbbb") == pytest.approx(8 * (5 / 12 + unknown), abs=1e-6)


@pytest.mark.parametrize("cost", [0.0, 0.5, 1.0])
def test_gain_counts_per_dollar_as_far_as_cost_says(cost: float) -> None:
    dear, cheap = 0.4 / 0.25, 0.1 / 0.25  # a birth's dollars in units of what is usual
    policy = MixPolicy(explore=0.0, cost=cost)
    assert tipping(Arm(10, 5, 4.0), Arm(4, 0, 0.4), policy) == pytest.approx(4 * 0.5 * (cheap / dear) ** cost, abs=1e-6)


def test_what_is_usual_is_the_mean_of_those_that_cost_something() -> None:
    """A free model counts as one of the usual price, not as one of infinite gain."""
    policy = MixPolicy(explore=0.0, cost=1.0)
    assert tipping(Arm(10, 5, 4.0), Arm(4, 0, 0.0), policy) == pytest.approx(4 * 0.5, abs=1e-6)
    three = {"a": Arm(1, 1.0, 3.0), "b": Arm(1, 0.9, 0.0), "c": Arm(1, 0.7, 1.0)}  # usual is 2: 0.667, 0.9, 1.4
    assert choose("abc", three, {}, [], policy) == "c"
    assert choose("ab", three, {}, [], policy) == "a"


def test_what_is_not_known_yet_does_not_depend_on_the_price() -> None:
    unknown = 0.3 * math.sqrt(math.log(15)) * (1 / math.sqrt(10) - 1 / math.sqrt(4))
    expected = 4 * (0.5 / 1.6**0.5 + unknown) * 0.4**0.5
    assert tipping(Arm(10, 5, 4.0), Arm(4, 0, 0.4), POLICY) == pytest.approx(expected, abs=1e-6)


def test_equal_gain_goes_to_the_cheaper_model_as_far_as_cost_counts() -> None:
    here = {"a": Arm(8, 4, 0.80), "b": Arm(8, 4, 0.08)}
    assert choose("ab", here, {}, [], POLICY) == "b"
    assert choose("ab", here, {}, [], MixPolicy(cost=0)) == "a", "a tie goes to the one named first"
    assert choose("ba", here, {}, [], MixPolicy(cost=0)) == "b"


def test_free_models_are_compared_by_gain_alone() -> None:
    here = {"a": Arm(8, 2, 0.0), "b": Arm(8, 4, 0.0)}
    assert choose("ab", here, {}, [], POLICY) == "b"


def test_earlier_tasks_weigh_so_many_births_and_no_more() -> None:
    before = {"a": Arm(40, 20), "b": Arm(2, 1)}
    unknown = 0.3 * math.sqrt(math.log(12 + 1)) * (1 / math.sqrt(3 + 4) - 1 / math.sqrt(3 + 2))
    expected = 5 * ((1 + 2) / 7 + unknown) - 1
    assert tipping(Arm(3, 1), Arm(3), POLICY, before) == pytest.approx(expected, abs=1e-6)


def test_earlier_tasks_tip_the_first_choice_and_do_not_bind_it() -> None:
    before = {"a": Arm(40, 0, 0.4), "b": Arm(40, 30, 0.4)}
    assert choose("ab", {}, before, [], POLICY) == "b"
    disappointed = {"a": Arm(12, 10, 0.12), "b": Arm(12, 0, 0.12)}
    assert choose("ab", disappointed, before, [], POLICY) == "a"


@given(ARMS, ARMS, st.lists(st.sampled_from("abc"), max_size=6))
def test_the_choice_is_one_of_the_models_and_always_the_same(here: Arms, before: Arms, flying: list[str]) -> None:
    chosen = choose("abc", here, before, pending(*flying), POLICY)
    assert chosen in "abc"
    assert chosen == choose("abc", dict(reversed(here.items())), before, pending(*reversed(flying)), POLICY)
