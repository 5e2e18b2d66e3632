"""Which model of a mix is asked: gain over the parents, evidence pooled and capped, a bandit that spreads what is in flight."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlevolve.evolve.bandit import Arm, MixPolicy, arms, choose, gain, pooled
from nlevolve.evolve.population import Population, grow
from nlevolve.records import Birth, CandidateChecked, Description, Followed

RIGHT, WRONG = ((1, 2),), ((1, 0),)
POLICY = MixPolicy()


def checked(index: int, marks: str, model: str = "a", parents: Sequence[int] = (), usd: float | None = 0.01) -> CandidateChecked:
    """A candidate by its marks, a letter a pair: = exact, x half right."""
    return CandidateChecked(
        task="t",
        birth=Birth(index=index, operator="revise" if parents else "write", parents=tuple(parents), model=model),
        description=Description(bullets=(f"rule {index}",)),
        attempts=tuple(
            Followed(pair=i, grid=RIGHT if mark == "=" else WRONG, accuracy=1.0 if mark == "=" else 0.5)
            for i, mark in enumerate(marks)
        ),
        generator_usd=usd,
    )


def grown(*events: CandidateChecked) -> Population:
    population = Population()
    for event in events:
        population = grow(population, event)
    return population


def pending(*models: str) -> list[Birth]:
    return [Birth(index=100 + i, operator="write", model=model) for i, model in enumerate(models)]


def test_gain_is_what_a_candidate_adds_to_its_best_parent() -> None:
    population = grown(checked(0, "xx"), checked(1, "=x"), checked(2, "==", parents=(0, 1)), checked(3, "xx", parents=(1,)))
    assert gain(population.members[2], population, 0.0) == pytest.approx(1.0 - (0.5 + 0.75) / 2)
    assert gain(population.members[3], population, 0.0) == 0.0, "worse than its parent is no gain, and no loss"


def test_gain_of_a_first_description_is_what_it_adds_to_copying_the_input() -> None:
    population = grown(checked(0, "=x"))
    assert gain(population.members[0], population, 0.8) == pytest.approx((0.5 + 0.75) / 2 - 0.4)


def test_arms_sum_births_gains_and_dollars_of_each_model() -> None:
    shown = arms(grown(checked(0, "=="), checked(1, "xx", "b"), checked(2, "xx", "b", usd=None)), 0.5)
    assert {m: (a.births, round(a.gain, 6), a.dollars) for m, a in shown.items()} == {
        "a": (1, 0.75, 0.01),
        "b": (2, 0.0, 0.01),
    }


ARMS = st.dictionaries(st.sampled_from("abc"), st.builds(Arm, *[st.integers(0, 9).map(float)] * 3))


@given(st.lists(ARMS, max_size=5), st.randoms())
def test_pooling_does_not_mind_the_order(tasks: list[dict[str, Arm]], rng: object) -> None:
    shuffled = list(tasks)
    rng.shuffle(shuffled)  # type: ignore[attr-defined]
    assert dict(pooled(tasks)) == dict(pooled(shuffled))
    assert sum(a.births for a in pooled(tasks).values()) == sum(a.births for t in tasks for a in t.values())


@given(st.floats(0.5, 100), st.floats(0, 1), st.floats(0, 10), st.just(0.0) | st.floats(1e-6, 50))
def test_earlier_evidence_keeps_its_proportions_and_weighs_no_more_than_it_may(
    births: float, gain: float, dollars: float, most: float
) -> None:
    scaled = Arm(births, gain * births, dollars * births).scaled(most)
    assert scaled.births <= most + 1e-9 or scaled.births == births
    if scaled.births:
        assert scaled.gain / scaled.births == pytest.approx(gain)


def test_each_model_is_tried_before_any_is_tried_twice() -> None:
    chosen: list[str] = []
    for _ in range(3):
        chosen.append(choose("abc", {}, {}, pending(*chosen), POLICY))
    assert chosen == ["a", "b", "c"]


def test_what_is_in_flight_counts_as_tried() -> None:
    here = {"a": Arm(3, 1.5, 0.03), "b": Arm(3, 1.2, 0.03)}
    assert choose("ab", here, {}, [], POLICY) == "a"
    assert choose("ab", here, {}, pending(*"aaa"), POLICY) == "b"


def test_equal_gain_goes_to_the_cheaper_model_as_far_as_cost_counts() -> None:
    here = {"a": Arm(8, 4, 0.80), "b": Arm(8, 4, 0.08)}
    assert choose("ab", here, {}, [], POLICY) == "b"
    assert choose("ab", here, {}, [], MixPolicy(cost=0)) == "a", "a tie goes to the one named first"


def test_free_models_are_compared_by_gain_alone() -> None:
    here = {"a": Arm(8, 2, 0.0), "b": Arm(8, 4, 0.0)}
    assert choose("ab", here, {}, [], POLICY) == "b"


def test_earlier_tasks_tip_the_first_choice_and_do_not_bind_it() -> None:
    before = {"a": Arm(40, 0, 0.4), "b": Arm(40, 30, 0.4)}
    assert choose("ab", {}, before, [], POLICY) == "b"
    disappointed = {"a": Arm(12, 10, 0.12), "b": Arm(12, 0, 0.12)}
    assert choose("ab", disappointed, before, [], POLICY) == "a"


@given(ARMS, ARMS, st.lists(st.sampled_from("abc"), max_size=6))
def test_the_choice_is_one_of_the_models_and_always_the_same(
    here: dict[str, Arm], before: dict[str, Arm], flying: list[str]
) -> None:
    chosen = choose("abc", here, before, pending(*flying), POLICY)
    assert chosen in "abc"
    assert chosen == choose("abc", dict(reversed(here.items())), before, pending(*reversed(flying)), POLICY)
