"""When rules that fit are believed: enough of them, found apart, with the same grids on the test inputs."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlevolve.evolve.agreement import agreement, fitting, ideas
from nlevolve.evolve.policy import Phase, Policy, plan, stop_index
from nlevolve.evolve.population import Population, population
from nlevolve.evolve.warm import Warm
from nlevolve.puzzle.grids import Grid
from nlevolve.records import AnswerFollowed, Attempt, Birth, Description, Event, Followed, Garbled, Operator, TaskStarted
from tests.evolve.candidates import checked, indices, lost

GRIDS: dict[str, Grid] = {"a": ((1, 1),), "b": ((2, 2),), "c": ((3, 3),)}
AGREE = Policy(phases=(Phase(births=20, overlap=3),), stop_when="agree", agree_cap=5)


def started(tests: int = 1) -> TaskStarted:
    return TaskStarted(task="t", pairs=((((1, 2),), ((1, 2),)),) * 3, tests=(((7,),),) * tests, copy_accuracy=0.5, births=20)


def followed(birth: int, number: int, mark: str, sample: int = 0, view: str = "") -> AnswerFollowed:
    """What birth's description gave for a test input; g: nothing that can be read."""
    attempt: Attempt = Garbled(pair=number, why="x") if mark == "g" else Followed(pair=number, grid=GRIDS[mark])
    return AnswerFollowed(task="t", birth=birth, sample=sample, attempt=attempt, view=view)


def story(
    *births: str, operators: dict[int, Operator] | None = None, parents: dict[int, Sequence[int]] | None = None
) -> list[Event]:
    """Births by what they give: "x" fits not every pair, "-" gives no description, letters are a perfect one's test grids.

    After a colon its words, where they are not its own; a bar between bullets.
    """
    tests = max(len(one.partition(":")[0]) for one in births)
    events: list[Event] = [started(tests)]
    for k, told in enumerate(births):
        marks, _, words = told.partition(":")
        if marks == "-":
            events.append(lost(k))
            continue
        event = checked(k, "=x=" if marks == "x" else "===", words)
        if words:
            event = event.model_copy(update={"description": Description(bullets=tuple(words.split("|")))})
        operator = (operators or {}).get(k, "revise" if k in (parents or {}) else "write")
        birth = event.birth.model_copy(update={"operator": operator, "parents": tuple((parents or {}).get(k, ()))})
        events.append(event.model_copy(update={"birth": birth}))
        events += [followed(k, n, mark) for n, mark in enumerate(marks) if marks != "x"]
    return events


def agreed(*births: str, number: int = 2, **told: object) -> tuple[int, ...]:
    return agreement(population(story(*births, **told)), number)


def test_two_that_differ_in_words_and_give_the_same_grids_for_all_test_inputs_agree() -> None:
    assert agreed("ab", "ac", "x", "ab", "ab") == (0, 3)
    assert agreed("a", "b", "c") == ()
    assert agreed("a", "b", "b", "a") == (1, 2)


def test_the_same_words_are_one_voice_however_they_are_spelled() -> None:
    assert agreed("a:mirror it", "a:Mirror it.", "a:turn it") == (0, 2)


def test_a_rule_that_could_not_be_read_on_some_test_input_agrees_with_none() -> None:
    assert agreed("ag", "ag", "ab") == ()
    assert agreement(population(story("ab", "ab")[:-1]), 2) == ()


def test_what_was_read_later_or_under_a_symmetry_changes_no_first_grid() -> None:
    events = [*story("g", "a"), followed(0, 0, "a", sample=1), followed(0, 0, "b", sample=2), followed(1, 0, "b", view="flip")]
    assert agreement(population(events), 2) == (0, 1)


@pytest.mark.parametrize(
    ("parents", "operators", "found"),
    [
        ({1: (0,)}, {}, ()),
        ({1: (0,)}, {1: "generalise"}, ()),
        ({1: (0,)}, {1: "alternative"}, (0, 1)),
        ({1: (0,)}, {1: "restart"}, (0, 1)),
    ],
)
def test_parent_and_child_are_one_voice_unless_the_child_took_nothing_over(
    parents: dict[int, Sequence[int]], operators: dict[int, Operator], found: tuple[int, ...]
) -> None:
    assert agreed("a", "a", parents=parents, operators=operators) == found


def test_an_alternative_is_a_voice_of_its_own_unless_it_says_most_of_what_it_was_shown() -> None:
    told = {"parents": {1: (0,)}, "operators": {1: "alternative"}}
    assert agreed("a:flip it|keep the frame", "a:mirror the rows|keep the frame", **told) == ()
    assert agreed("a:flip it|keep the frame", "a:mirror the rows|then turn|keep the frame", **told) == (0, 1)
    assert agreed("a:flip it", "a:mirror the rows", parents={1: (0,)}) == (), "a revision is its parent's child in any words"
    seen = population(
        story("a:flip it", "a:mirror the rows", "a:mirror it", parents={1: (0,), 2: (0,)}, operators={1: "alternative"})
    )
    assert [seen.echoed(k) for k in range(3)] == [None, None, 0], "and then it is an idea of its own"


def test_neither_a_grandchild_nor_two_children_of_one_that_fits_are_a_second_voice() -> None:
    assert agreed("a", "x", "a", parents={1: (0,), 2: (1,)}) == ()
    assert agreed("b", "a", "a", parents={1: (0,), 2: (0,)}) == ()
    assert agreed("x", "a", "a", parents={1: (0,), 2: (0,)}) == (1, 2), "what fits nobody yet is no voice"
    assert agreed("b", "a", "a", "a", parents={1: (0,), 2: (0,)}) == (1, 3)


def test_more_than_two_may_be_asked_to_agree() -> None:
    assert agreed("a", "a", "b", "a", number=3) == (0, 1, 3)
    assert agreed("a", "a", "b", "a", number=3, parents={1: (0,)}) == ()


def test_the_search_ends_with_the_birth_at_which_enough_agree() -> None:
    assert stop_index(population(story("x", "a", "x", "a", "a")), AGREE) == 3
    assert stop_index(population(story("x", "x")), AGREE) is None


@pytest.mark.parametrize("births", [("x", "a"), ("x", "a", "b"), ("x", "a", "-", "x", "c")])
def test_while_they_differ_or_there_is_one_it_goes_on_for_so_many_births(births: tuple[str, ...]) -> None:
    assert stop_index(population(story(*births)), AGREE) == 4 + 5 - 1, (
        "birth 4 is the first that can see birth 1, with 3 in flight"
    )
    assert stop_index(population(story(*births)), AGREE.model_copy(update={"agree_cap": 0})) == 1
    assert stop_index(population(story(*births)), AGREE.model_copy(update={"agree_cap": 19})) is None, "the schedule ends before"


def test_births_in_flight_with_the_first_that_fits_are_none_that_could_agree_with_it() -> None:
    agree: dict[str, Any] = {"stop_when": "agree", "agree_cap": 5}
    wide = Policy(phases=(Phase(births=6, overlap=6), Phase(births=10, overlap=4)), **agree)
    assert [wide.knowing(k) for k in (0, 2, 5, 12, 15)] == [6, 6, 9, 16, 16]
    assert stop_index(population(story("a")), wide) == 6 + 5 - 1
    barred = Policy(phases=(Phase(births=6, barrier=True), Phase(births=10, barrier=True)), **agree)
    assert [barred.agreed_at_most(k) for k in (0, 5)] == [10, 10]
    assert Warm(given=3, **dict(wide)).knowing(1) == 3, "what is given is seen by all others"


def test_counting_asks_for_no_grid_on_a_test_input() -> None:
    counts = AGREE.model_copy(update={"stop_when": "count", "stop_perfect": 2})
    assert stop_index(population(story("a", "x", "b")), counts) == 2


@given(st.lists(st.sampled_from(["x", "-", "a", "b", "a:one", "b:one", "g"]), min_size=1, max_size=7), st.randoms())
def test_the_order_and_repetition_of_events_change_nothing_and_later_ones_lower_the_end(births: list[str], rng: Random) -> None:
    events = story(*births)
    whole = population(events)
    ends = [stop_index(population(events[:n]), AGREE) for n in range(len(events) + 1)]
    finite = [end for end in ends if end is not None]
    assert finite == sorted(finite, reverse=True)
    mixed = [*events, *rng.sample(events, len(events) // 2)]
    rng.shuffle(mixed)
    again = population(mixed)
    assert (again.members, again.followed, again.tests) == (whole.members, whole.followed, whole.tests)
    assert agreement(again, 2) == agreement(whole, 2)
    assert stop_index(whole.before(len(births)), AGREE) == stop_index(whole, AGREE)


def test_a_child_that_gives_its_parents_very_grids_is_no_new_idea() -> None:
    seen = population(story("a", "a", "b", "a", "x", parents={1: (0,), 2: (0,), 3: (2, 0), 4: (0,)}))
    assert [seen.echoed(k) for k in range(5)] == [None, 0, None, 0, None]
    assert indices(ideas(seen)) == [0, 2]
    assert indices(fitting(seen)) == [0, 1, 2, 3]
    assert population(story("a", "a", parents={1: (0,)})[:-1]).echoed(1) is None


def move(k: int, seen: Population, policy: Policy) -> Birth:
    return plan(k, seen.before(policy.sees(k)), policy, model="m", pairs=3, rng=Random(0))


def test_births_that_see_a_perfect_one_and_go_on_take_the_moves_for_that() -> None:
    seen = population(story("x", "a", *["x"] * 9))
    told = [move(k, seen, AGREE) for k in range(11)]
    assert [one.operator for one in told] == ["write"] * 4 + ["generalise", "alternative", "restart"] * 2 + ["generalise"]
    assert [one.parents for one in told[4:7]] == [(1,), (1,), (0, 2, 3)]
    usual = AGREE.model_copy(update={"after_perfect": ()})
    assert {move(k, seen, usual).operator for k in range(11)} == {"write"}
    assert {move(k, seen, usual.model_copy(update={"stop_when": "count"})).operator for k in range(11)} == {"write"}
