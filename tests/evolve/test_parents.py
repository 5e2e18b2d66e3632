"""Parent choice: each strategy by its distribution, and what is put beside the lead."""

from __future__ import annotations

import math
from collections.abc import Sequence
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlevolve.evolve.parents import PARENTS, cover, estimated_tokens
from nlevolve.evolve.policy import Phase, Policy, pool
from nlevolve.evolve.population import Candidate, Population, population
from nlevolve.records import Followed
from tests.evolve.candidates import candidates, checked, indices, marks, of
from tests.evolve.draws import DRAWS, shares

ANY = 1_000_000
"""More tokens than any parents take."""


def chosen(strategy: str, among: Sequence[Candidate], seen: Population | None = None) -> dict[int, float]:
    """How often a strategy takes which candidate."""
    there = seen or Population({c.index: c for c in among})
    return shares(lambda rng: PARENTS[strategy](among, 0, there, rng).index)


def proportional(*weights: float) -> dict[int, object]:
    """Shares by weights, those of no weight left out."""
    total = sum(weights)
    return {i: pytest.approx(weight / total, abs=2 / DRAWS) for i, weight in enumerate(weights) if weight}


def test_top_takes_each_of_the_best_in_turn() -> None:
    three = candidates("=x", "xx", "xo")
    taken = [PARENTS["top"](three, turn, of(), Random(0)).index for turn in range(7)]
    assert taken == [0, 1, 2, 0, 1, 2, 0]


def test_pareto_takes_those_that_lead_on_some_pair_by_how_many_they_lead() -> None:
    four = candidates("==xo", "ox=x", "xxxo", "oooo")
    assert chosen("pareto", four) == proportional(2, 2, 0, 0), "half right in the third pair leads nowhere"
    assert chosen("pareto", candidates("===o", "=xxx", "ooog")) == proportional(3, 2, 0), "who is level leads as well"


def test_pareto_counts_a_pair_without_a_grid_as_all_wrong() -> None:
    assert chosen("pareto", candidates("=g", "=?", "-x")) == proportional(1, 1, 1)
    assert chosen("pareto", candidates("=g", "x-")) == proportional(2, 1), "where nobody has anything, all lead"


def test_weighted_is_a_sigmoid_of_the_distance_from_the_median() -> None:
    four = candidates("==x=", "=xxo", "=xoo", "xxxx")
    scores = [3.875, 1.5, 1.375, 0.5]  # exact pairs + cells
    median, spread = 1.4375, (0.0625 + 0.9375) / 2
    weights = [1 / (1 + math.exp(-(score - median) / spread)) for score in scores]
    assert chosen("weighted", four) == proportional(*weights)


def test_weighted_is_divided_by_one_and_the_children() -> None:
    seen = population(
        [
            checked(0, "=x"),
            checked(1, "=x"),
            checked(2, "=x"),
            checked(3, "xx", parents=(0,)),
            checked(4, "xx", parents=(0, 1)),
            checked(5, "xx", parents=(2, 0)),
            checked(6, "xx", parents=(4, 5)),
        ]
    )
    three = [seen.members[i] for i in range(3)]
    assert chosen("weighted", three, seen) == proportional(1 / 4, 1 / 2, 1 / 2)


def test_weighted_without_any_spread_goes_by_the_distance_itself() -> None:
    four = candidates("x", "x", "x", "=")  # 0.5, 0.5, 0.5, 2.0: the median distance is 0
    assert chosen("weighted", four) == proportional(0.5, 0.5, 0.5, 1 / (1 + math.exp(-1.5)))


def test_weighted_survives_the_largest_distances() -> None:
    many = "=" * 99
    crowd = [*("o" * 98 + mark for mark in "oxyo"), many]
    taken = chosen("weighted", candidates(*crowd))
    assert sum(taken.values()) == pytest.approx(1)
    assert max(taken, key=lambda i: taken[i]) == 4


def test_geometric_takes_each_next_three_quarters_as_often() -> None:
    assert chosen("geometric", candidates("==", "=x", "xx", "oo")) == proportional(1, 0.75, 0.75**2, 0.75**3)


@given(st.lists(marks, min_size=2, max_size=10), st.sampled_from(sorted(PARENTS)), st.integers(0, 5))
def test_every_strategy_picks_from_the_pool_and_covers(rows: list[str], name: str, turn: int) -> None:
    seen = of(*rows)
    kept = pool(seen, Policy(phases=(Phase(births=1),)))
    if not kept:
        return
    lead = PARENTS[name](kept, turn, seen, Random(0))
    parents = cover(lead, kept, most=3, tokens=ANY)
    assert parents[0] is lead
    assert len({c.index for c in parents}) == len(parents) == min(3, len(kept))
    best = max((len(lead.solved | a.solved | b.solved) for a in kept for b in kept), default=0)
    assert len(frozenset().union(*(c.solved for c in parents))) == best


def test_every_pair_that_somebody_solved_gets_a_solver_first() -> None:
    kept = candidates("==ooo", "==xoo", "=oo=o", "oo=oo", "ooooo")
    assert indices(cover(kept[0], kept, 3, ANY)) == [0, 2, 3], "the second solves nothing new"
    assert indices(cover(kept[2], kept, 3, ANY)) == [2, 0, 3], "whoever leads"
    assert indices(cover(kept[0], kept, 2, ANY)) == [0, 2], "the best of those that add equally much"


def test_who_adds_most_pairs_goes_before_who_is_better() -> None:
    kept = candidates("=ooo", "x=oo", "oo==")
    assert indices(cover(kept[0], kept, 2, ANY)) == [0, 2]


def test_places_left_go_to_the_best_whose_grids_differ() -> None:
    kept = candidates("=x", "=x", "=y", "oo")
    assert indices(cover(kept[0], kept, 2, ANY)) == [0, 2]
    assert indices(cover(kept[0], kept, 3, ANY)) == [0, 2, 3]
    assert indices(cover(kept[0], kept, 4, ANY)) == [0, 2, 3, 1], "a twin rather than an empty place"


def test_the_lead_is_shown_once_and_alone_where_nobody_else_is_there() -> None:
    kept = candidates("=x")
    assert indices(cover(kept[0], kept, 3, ANY)) == [0]


def test_what_does_not_fit_into_the_tokens_is_passed_over() -> None:
    kept = list(population([checked(0, "=x"), checked(1, "x=", words=300), checked(2, "xx"), checked(3, "oo")]).members.values())
    sizes = [estimated_tokens(c) for c in kept]
    room = sizes[0] + sizes[2] + sizes[3]
    assert indices(cover(kept[0], kept, 3, room)) == [0, 2, 3]
    assert indices(cover(kept[0], kept, 3, room - 1)) == [0, 2]
    assert indices(cover(kept[0], kept, 3, sizes[0] + sizes[1])) == [0, 1], "exactly as much as there is"
    assert indices(cover(kept[0], kept, 3, 1)) == [0], "the lead is never left out"


@pytest.mark.parametrize(
    ("marks", "words", "tokens"),
    [("==", 30, 40), ("==", 2, 2), ("=x", 3, 4 + 8), ("xo", 3, 4 + 16), ("g?-=", 3, 4)],
)
def test_a_parent_takes_its_words_and_each_wrong_grid_twice(marks: str, words: int, tokens: int) -> None:
    [one] = population([checked(0, marks, words=words)]).members.values()
    assert estimated_tokens(one) == tokens


def test_a_large_wrong_grid_takes_by_its_cells() -> None:
    event = checked(0, "=", words=3)
    wrong = Followed(pair=0, grid=((1, 2, 3),) * 5, accuracy=0.2)
    [one] = population([event.model_copy(update={"attempts": (wrong,)})]).members.values()
    assert estimated_tokens(one) == 4 + 4 * 5 * 3
