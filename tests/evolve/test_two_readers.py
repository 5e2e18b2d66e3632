"""Which pair a checker reads beside a program, when it is trusted, and when a coder is asked at all."""

from __future__ import annotations

import pytest

from nlevolve.evolve.population import Population, population
from nlevolve.evolve.two_readers import asks_coder, beside, better, reads_next, worth_reading_on
from nlevolve.records import Attempt, Description, Followed, Unreached
from tests.evolve.candidates import attempts, checked

LATER, SPOT = 5, 4
"""Births: one that is not read for its own sake, and one that is."""


def read(marks: str, by: str = "checker") -> tuple[Attempt, ...]:
    """Attempts of a reader: exact (=), near (x), wrong (o), garbled (g), not reached (?)."""
    return tuple(attempt.model_copy(update={"by": by}) for attempt in attempts(marks))


def by_both(birth: int, code: str, words: str, said: str = "") -> Population:
    """What is known where a program gave these and the checker those."""
    both = tuple(better(b, a) for a, b in zip(read(code, "coder"), read(words), strict=True))
    event = checked(birth, code, said or f"Rule {birth}").model_copy(update={"attempts": both, "program": "def transform"})
    return population([event])


def next_of(code: str, seen: Population | None = None, birth: int = LATER, **words: str) -> tuple[int, ...]:
    known = {int(pair[1:]): read("=" * int(pair[1:]) + mark)[-1] for pair, mark in words.items()}
    return reads_next(read(code, "coder"), known, seen or Population(), birth)


def test_an_exact_program_is_read_on_one_pair_and_no_more() -> None:
    assert next_of("===") == (0,)
    assert next_of("===", _0="=") == next_of("===", _0="o") == next_of("===", _0="?") == ()


def test_a_program_that_is_wrong_somewhere_is_read_there_once_and_again_only_where_the_words_say_otherwise() -> None:
    assert next_of("=xo") == (1,)
    assert next_of("=xo", _1="x") == (), "the words give the same grid: the program is their reading"
    assert next_of("=xo", _1="=") == next_of("=xo", _1="o") == next_of("=xo", _1="g") == (2,)
    assert next_of("=xo", _1="=", _2="=") == ()
    assert next_of("=xo", _1="?") == (), "an outage is no evidence: the birth is asked again"


def test_where_a_program_gives_no_grid_the_words_are_read_unless_it_is_wrong_everywhere_else() -> None:
    assert next_of("=g=") == (1,)
    assert next_of("ggg") == (0, 1, 2)
    assert next_of("=xg") == (1,)
    assert next_of("=xg", _1="x") == (2,)
    assert next_of("oog", birth=SPOT) == (0,)
    assert next_of("oog", birth=SPOT, _0="o") == (), "it can only be a parent, and two readers call it wrong"


def test_of_programs_that_are_right_nowhere_one_in_four_births_is_read() -> None:
    assert [birth for birth in range(9) if next_of("oxo", birth=birth)] == [0, 4, 8]


def test_readers_that_have_agreed_are_trusted_but_for_the_one_pair_that_would_make_it_perfect() -> None:
    agreed = by_both(0, "oxo", "oxo")
    assert next_of("=oo", agreed) == next_of("ooo", agreed, birth=SPOT) == ()
    assert next_of("==o", agreed) == (2,)
    assert next_of("===", agreed) == (0,), "what ends a search is confirmed"
    assert next_of("=oo", by_both(0, "oxo", "ox?")) == (1,), "two are not enough"
    differed = by_both(0, "oxo", "oxx")
    assert next_of("ooo", differed) == (0,), "where they differed once, programs that are right nowhere are read, too"


def test_the_coder_is_not_asked_for_what_it_has_said_to_be_beyond_a_program() -> None:
    def unsaid(birth: int, why: str) -> Population:
        return population([checked(birth, "oo").model_copy(update={"unsaid": why})])

    seen = unsaid(0, "the bullet 'Repair the picture under the red cells.' has no program")
    assert not asks_coder(Description(bullets=("Flip it.", "repair the picture, under the red cells")), seen)
    assert asks_coder(Description(bullets=("Repair the picture under the blue cells.",)), seen)
    assert asks_coder(Description(bullets=("Repair the picture",)), seen), "so few words may stand there by chance"


def test_a_coder_that_could_say_nothing_of_a_task_is_not_asked_further() -> None:
    never = [checked(k, "oo", f"Rule {k}").model_copy(update={"unsaid": f"rule number {k}"}) for k in range(3)]
    one = Description(bullets=("Something new.",))
    assert asks_coder(one, population(never[:2]))
    assert not asks_coder(one, population(never))
    once = checked(7, "oo", "Rule 7").model_copy(update={"program": "def transform"})
    assert asks_coder(one, population([*never, once]))


@pytest.mark.parametrize(("first", "on"), [("=", True), ("x", True), ("o", False), ("?", False)])
def test_words_without_a_program_are_read_on_where_they_lead_on_the_first_pair(first: str, on: bool) -> None:
    rivals = list(population([checked(0, "oo"), checked(1, "o=")]).members.values())
    assert worth_reading_on(read(first)[0], rivals, LATER) is on


def test_while_there_are_no_rivals_one_in_four_births_is_read_whole() -> None:
    assert [birth for birth in range(9) if worth_reading_on(read("o")[0], [], birth)] == [0, 4, 8]
    assert worth_reading_on(read("=")[0], [], LATER)
    rivals = list(population([checked(0, "xo")]).members.values())
    assert not worth_reading_on(read("x")[0], rivals, LATER), "to be as good as another is not to lead"


def test_of_two_readings_the_better_counts_and_of_equals_the_checkers() -> None:
    code, words = read("x=o", "coder"), read("=xo")
    assert [better(b, a).by for a, b in zip(code, words, strict=True)] == ["checker", "coder", "checker"]
    assert isinstance(better(read("?")[0], code[0]), Unreached)
    other = beside(code[0], words[0]).other
    assert other is not None
    assert (other.by, other.grid) == ("checker", words[0].grid if isinstance(words[0], Followed) else None)
