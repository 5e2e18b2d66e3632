"""What a candidate is worth: every pair counts, an outage is no evidence, and any two candidates can be ranked."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlevolve.evolve.fitness import Fitness, Rank, fitness
from nlevolve.records import Followed
from tests.evolve.candidates import attempts

RANKS: tuple[Rank, Rank] = ("pairs", "cells")
FITNESSES = st.builds(
    Fitness,
    exact=st.integers(0, 3),
    pairs=st.just(3),
    cells=st.sampled_from([0.0, 0.25, 0.5, 1.0]),
    words=st.integers(1, 3),
    judged=st.booleans(),
    unseen=st.integers(0, 1),
)


def worth(marks: str, words: int = 1, blind: int | None = None) -> Fitness:
    return fitness(attempts(marks), words, blind)


def better(one: Fitness, other: Fitness, rank: Rank) -> bool:
    """Whether one ranks above the other, as ARCHITECTURE says it: the first difference decides."""
    main = ("exact", "cells") if rank == "pairs" else ("cells", "exact")
    for name in ("judged", *main):
        if getattr(one, name) != getattr(other, name):
            return bool(getattr(one, name) > getattr(other, name))
    if one.perfect and other.perfect and one.unseen != other.unseen:
        return one.unseen > other.unseen
    return one.words < other.words


def test_every_pair_counts_whatever_became_of_it() -> None:
    seen = worth("=xog?-", words=7)
    assert (seen.exact, seen.pairs, seen.words) == (1, 6, 7)
    assert seen.cells == pytest.approx(1.5 / 6)


@pytest.mark.parametrize(
    ("marks", "judged"), [("=x", True), ("=g", True), ("gg", True), ("=?", False), ("=-", False), ("-x", False)]
)
def test_a_garbled_reply_is_a_verdict_and_a_pair_unreached_or_skipped_is_none(marks: str, judged: bool) -> None:
    assert worth(marks).judged is judged


@pytest.mark.parametrize(("marks", "perfect"), [("==", True), ("=x", False), ("=g", False), ("=?", False), ("=-", False)])
def test_perfect_is_exact_on_every_pair(marks: str, perfect: bool) -> None:
    assert worth(marks).perfect is perfect


def test_without_all_its_evidence_nothing_is_perfect() -> None:
    complete = worth("==")
    assert complete.perfect
    assert not replace(complete, judged=False).perfect


@pytest.mark.parametrize("mark", "xyog?-")
def test_exact_is_an_attempt_that_is_right_in_every_cell_and_no_other(mark: str) -> None:
    assert (worth("=").exact, worth(mark).exact) == (1, 0)


def test_a_grid_that_nobody_compared_counts_nothing() -> None:
    seen = fitness([Followed(pair=0, grid=((1,),))], words=1)
    assert (seen.exact, seen.cells, seen.judged) == (0, 0.0, True)


@pytest.mark.parametrize("rank", RANKS)
@pytest.mark.parametrize("marks", ["==?", "==-", "=?-"])
def test_nothing_with_a_pair_missing_ranks_above_what_is_fully_judged(marks: str, rank: Rank) -> None:
    assert worth("ggg", words=99).key(rank) > worth(marks).key(rank)


def test_exact_pairs_come_first_then_cells() -> None:
    assert worth("=oo").key("pairs") > worth("xxx").key("pairs")
    assert worth("=xo").key("pairs") > worth("=oo").key("pairs")
    assert worth("=oo").key() == worth("=oo").key("pairs"), "unless something else is said"


def test_ranked_by_cells_they_come_first_then_exact_pairs() -> None:
    assert worth("xxx").key("cells") > worth("=oo").key("cells")
    assert worth("=oo").key("cells") > worth("xxo", words=1).key("cells")


@pytest.mark.parametrize("rank", RANKS)
def test_fewer_words_break_a_tie(rank: Rank) -> None:
    assert worth("=x", words=3).key(rank) > worth("=x", words=4).key(rank)


@pytest.mark.parametrize("rank", RANKS)
def test_a_hidden_pair_that_came_out_exact_counts_among_perfect_ones_alone(rank: Rank) -> None:
    assert worth("==", words=9, blind=1).key(rank) > worth("==", words=1).key(rank)
    assert worth("==", words=9, blind=0).key(rank) > worth("==", words=1).key(rank), "the first pair is one as well"
    assert worth("=x", words=9, blind=0).key(rank) < worth("=x", words=1).key(rank)
    assert worth("=x", blind=0).unseen == 1
    assert worth("=x", blind=1).unseen == 0


@pytest.mark.parametrize("rank", RANKS)
@given(FITNESSES, FITNESSES)
def test_of_any_two_one_ranks_higher_or_they_are_alike_in_all_that_counts(rank: Rank, one: Fitness, other: Fitness) -> None:
    assert (one.key(rank) > other.key(rank)) == better(one, other, rank)
    if one.key(rank) == other.key(rank):
        assert not better(one, other, rank)
        assert not better(other, one, rank)


@pytest.mark.parametrize("rank", RANKS)
@given(st.lists(FITNESSES, min_size=3, max_size=3))
def test_the_order_is_transitive(rank: Rank, three: list[Fitness]) -> None:
    worst, middle, best = sorted(three, key=lambda one: one.key(rank))
    assert not better(worst, middle, rank)
    assert not better(middle, best, rank)
    assert not better(worst, best, rank)
