"""Which pair is checked first, and what else is worth its calls."""

from __future__ import annotations

import pytest

from nlevolve.evolve.pair_choice import agreed, borderline, telling_pair, worth_asking_again, worth_checking
from tests.evolve.candidates import attempted, attempts, candidates, of


@pytest.mark.parametrize(
    ("population", "pair"),
    [
        (("=xx", "=xy", "=xx"), 2),
        (("xoo", "y=o"), 1),
        (("xoo", "y==", "xxx"), 1),
        (("xxx", "xxx"), 0),
        (("xx", "yy"), 0),
    ],
    ids=["most grids", "then the widest spread", "then the first of equals", "no difference", "a difference everywhere"],
)
def test_the_telling_pair_is_where_the_population_differs_most(population: tuple[str, ...], pair: int) -> None:
    assert telling_pair(of(*population), len(population[0])) == pair


def test_what_gave_no_grid_makes_no_pair_telling() -> None:
    assert telling_pair(of("ggo", "-?=", "xxo"), 3) == 2
    assert telling_pair(of("oxx", "gxy"), 3) == 2, "a garbled attempt is neither a grid nor an accuracy of 0"
    assert telling_pair(of("oxx", "=xx", "gxx"), 3) == 0
    assert telling_pair(of("gg", "??"), 2) == 0
    assert telling_pair(of("g=", "gx"), 2) == 1


def test_more_grids_tell_more_than_a_wider_spread() -> None:
    assert telling_pair(of("=x", "oy", "o="), 2) == 1


RIVALS = candidates("=xo", "xyo", "oxx")


@pytest.mark.parametrize(
    ("pair", "mark", "worth"),
    [
        (0, "=", True),
        (0, "x", True),
        (0, "o", True),
        (1, "=", True),
        (1, "y", True),
        (1, "o", False),
        (1, "g", False),
        (1, "?", False),
        (2, "o", True),
        (2, "g", True),
    ],
)
def test_a_candidate_no_worse_than_the_worst_rival_is_worth_the_rest(pair: int, mark: str, worth: bool) -> None:
    assert worth_checking(attempted(pair, mark), pair, RIVALS) is worth


def test_an_exact_start_is_always_worth_the_rest() -> None:
    assert worth_checking(attempted(0, "="), 0, candidates("=", "="))


def test_while_the_pool_is_empty_every_candidate_is_worth_checking() -> None:
    assert worth_checking(attempted(0, "o"), 0, [])
    assert worth_checking(attempted(0, "g"), 0, [])


def test_rivals_that_have_no_grid_on_the_pair_set_no_measure() -> None:
    assert worth_checking(attempted(0, "o"), 0, candidates("gx", "?=", "-="))
    assert not worth_checking(attempted(0, "o"), 0, candidates("gx", "x=")), "one that has sets it"
    assert worth_checking(attempted(1, "x"), 1, candidates("==", "=x")), "on this pair, not on another"


@pytest.mark.parametrize(
    ("seen", "others", "again"),
    [
        (("x",), "g", True),
        (("g", "="), "g", True),
        (("g",), "g=", False),
        (("g", "?"), "gx", False),
        (("?",), "gx", True),
        (("-",), "gx", True),
        (("-",), "gg", False),
        ((), "gx", True),
        ((), "g?", False),
        ((), "g", False),
    ],
)
def test_a_garbled_reply_is_bad_luck_where_the_checker_could_be_read_before(
    seen: tuple[str, ...], others: str, again: bool
) -> None:
    assert worth_asking_again(0, attempts(others), of(*seen)) is again


def test_it_is_the_pair_itself_that_was_read_before() -> None:
    assert not worth_asking_again(1, attempts("xg"), of("xg", "yg"))
    assert worth_asking_again(1, attempts("gg"), of("gx"))


@pytest.mark.parametrize(
    ("marks", "pair"),
    [("==x", 2), ("=x=", 1), ("===", None), ("=xx", None), ("==g", None), ("==?", None), ("=x-", None), ("x", None)],
)
def test_what_is_wrong_on_one_pair_alone_is_borderline(marks: str, pair: int | None) -> None:
    assert borderline(attempts(marks)) == pair


def test_the_reading_that_came_twice_counts() -> None:
    x, y, right, garbled = attempts("xy=g")
    assert agreed([x, y, right]) is None
    assert agreed([x, garbled, right, right]) == right
    assert agreed([x, x]) == x
