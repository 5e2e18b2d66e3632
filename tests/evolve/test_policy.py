"""Plans: what a birth may see, which move it makes and from whom, and when the search stops."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlevolve.config import configure, presets
from nlevolve.evolve.answers import AnswerPolicy
from nlevolve.evolve.policy import Phase, Policy, plan, pool, stop_index
from nlevolve.evolve.population import Population, grow, population
from nlevolve.records import Birth, Operator, Review
from tests.evolve.candidates import checked, indices, marks, of
from tests.evolve.draws import Placed, shares

FOUR = of("=xx", "x=x", "xx=", "xxx")
"""Three that solve a pair each, best first, and one that solves none."""


def policy(*moves: Operator, **settings: object) -> Policy:
    """One phase of these moves."""
    return Policy(phases=(Phase(births=100, moves=moves or ("write",)),), **settings)


def planned(k: int, seen: Population, of: Policy, pairs: int = 3, seed: int = 0) -> Birth:
    return plan(k, seen, of, model="m", pairs=pairs, rng=Random(seed))


PHASES = (
    Phase(births=5, overlap=3),
    Phase(births=3, barrier=True, overlap=2),
    Phase(births=4, overlap=1),
    Phase(births=2, barrier=True),
)


def test_a_birth_sees_those_that_are_over_by_then_or_before_the_barrier_all() -> None:
    schedule = Policy(phases=PHASES)
    assert schedule.births == 14
    assert [schedule.sees(k) for k in range(14)] == [0, 0, 0, 1, 2, 5, 5, 5, 8, 9, 10, 11, 12, 12]


def test_overlap_reaches_back_over_the_beginning_of_a_phase() -> None:
    schedule = Policy(phases=(Phase(births=4, overlap=1), Phase(births=4, overlap=4)))
    assert [schedule.sees(k) for k in range(8)] == [0, 1, 2, 3, 1, 2, 3, 4]


def test_each_birth_has_its_phase_and_each_phase_its_end() -> None:
    schedule = Policy(phases=PHASES)
    assert [schedule.phase_of(k) for k in range(14)] == [0] * 5 + [1] * 3 + [2] * 4 + [3] * 2
    assert [schedule.phase_end(k) for k in range(14)] == [4] * 5 + [7] * 3 + [11] * 4 + [13] * 2
    assert [planned(k, FOUR, schedule).phase for k in (0, 4, 5, 13)] == [0, 0, 1, 3]


@given(
    st.lists(st.builds(Phase, births=st.integers(1, 6), overlap=st.integers(1, 9), barrier=st.booleans()), min_size=1, max_size=5)
)
def test_no_birth_sees_itself_or_what_comes_after_it(phases: list[Phase]) -> None:
    schedule = Policy(phases=tuple(phases))
    begins = 0
    for number, phase in enumerate(phases):
        for k in range(begins, begins + phase.births):
            assert schedule.phase_of(k) == number
            assert schedule.sees(k) == (begins if phase.barrier else max(0, k - phase.overlap + 1))
            assert schedule.sees(k) <= k
            assert schedule.phase_end(k) == begins + phase.births - 1
        begins += phase.births


@pytest.mark.parametrize("name", presets())
def test_births_see_only_what_the_schedule_allows(name: str) -> None:
    schedule = configure(name).policy
    everything = of(*["=xx", "x=x", "xxx"] * 3)
    for k in range(schedule.births):
        if k:
            assert schedule.sees(k) >= schedule.sees(k - 1)
        birth = planned(k, everything.before(schedule.sees(k)), schedule, seed=k)
        assert all(p < schedule.sees(k) for p in birth.parents)
        assert (birth.operator == "write") == (not birth.parents)


def test_moves_are_repeated_in_their_order_from_the_beginning_of_each_phase() -> None:
    schedule = Policy(
        phases=(Phase(births=5, moves=("write", "revise", "recombine")), Phase(births=3, moves=("revise", "write")))
    )
    moves = [planned(k, FOUR, schedule).operator for k in range(8)]
    assert moves == ["write", "revise", "recombine", "write", "revise", "revise", "write", "revise"]


@pytest.mark.parametrize(
    ("move", "seen", "becomes"),
    [
        ("recombine", of("=xx", "x=x"), "recombine"),
        ("recombine", of("=xx"), "revise"),
        ("recombine", of(), "write"),
        ("recombine", of("==="), "write"),
        ("recombine", of("===", "=xx"), "revise"),
        ("revise", of("=xx", "x=x"), "revise"),
        ("revise", of(), "write"),
        ("revise", of("==="), "write"),
        ("write", of("=xx", "x=x"), "write"),
        ("generalise", of("=xx", "==="), "generalise"),
        ("generalise", of("=xx", "x=x"), "revise"),
        ("generalise", of(), "write"),
        ("alternative", of("===", "=xx"), "alternative"),
        ("alternative", of("=xx", "x=x"), "recombine"),
        ("alternative", of("=xx"), "revise"),
        ("restart", of("==="), "write"),
        ("restart", of("=xx"), "restart"),
    ],
)
def test_a_move_that_lacks_its_parents_becomes_the_next_simpler_one(move: Operator, seen: Population, becomes: str) -> None:
    birth = planned(0, seen, policy(move))
    assert birth.operator == becomes
    assert len(birth.parents) == {"write": 0, "recombine": 2}.get(becomes, 1)


def test_what_fits_every_pair_is_generalised_in_turn_and_shown_whole_to_whoever_seeks_another() -> None:
    seen = of("===", "=xx", "===", "===", "===")
    assert [planned(k, seen, policy("generalise")).parents for k in range(5)] == [(0,), (2,), (3,), (4,), (0,)]
    assert planned(0, seen, policy("alternative")).parents == (0, 2, 3)


def test_what_is_doubted_is_generalised_first() -> None:
    seen = of("===", "===")
    doubted = Population(
        {0: seen.members[0], 1: replace(seen.members[1], review=Review(verdict="doubt", why="it names red alone"))}
    )
    assert [planned(k, doubted, policy("generalise")).parents for k in range(2)] == [(1,), (0,)]


def test_a_restart_is_told_of_what_failed_and_of_nothing_that_fits() -> None:
    birth = planned(0, of("===", "=xx", *["xxx"] * 9), policy("restart", pool=9))
    assert birth.parents == (1, 2, 3, 4, 5, 6)


def test_a_birth_carries_its_number_and_its_model() -> None:
    birth = planned(7, FOUR, policy("revise"))
    assert (birth.index, birth.model) == (7, "m")


def test_each_turn_of_a_move_starts_from_the_next_parent() -> None:
    assert [planned(k, FOUR, policy("revise")).parents for k in range(6)] == [(0,), (1,), (2,), (3,), (0,), (1,)]
    mixed = policy("write", "revise", "recombine")
    assert [planned(k, FOUR, mixed).parents[:1] for k in (1, 2, 4, 5, 7)] == [(0,), (0,), (1,), (1,), (2,)]
    later = Policy(phases=(Phase(births=5), Phase(births=3, moves=("revise",))))
    assert [planned(k, FOUR, later).parents for k in (5, 6, 7)] == [(0,), (1,), (2,)]


def test_the_strategy_is_the_one_that_the_policy_names() -> None:
    among = of("==x", "xxx")
    taken = shares(lambda rng: plan(0, among, policy("revise", parents="pareto"), model="m", pairs=3, rng=rng).parents)
    assert taken == {(0,): 0.75, (1,): 0.25}


def test_a_recombination_shows_so_many_parents_and_tokens_as_the_policy_says() -> None:
    assert planned(0, FOUR, policy("recombine")).parents == (0, 1, 2)
    assert planned(0, FOUR, policy("recombine", recombine_parents=2)).parents == (0, 1)
    long = population([checked(0, "=xx", words=600), checked(1, "x=x", words=600)])
    assert planned(0, long, policy("recombine", parent_tokens=1700)).parents == (0, 1)
    assert planned(0, long, policy("recombine", parent_tokens=1600)).operator == "revise"


def test_views_and_temperatures_rotate_with_the_births() -> None:
    rotating = policy(views=("plain", "objects"), temperatures=(0.0, 0.5, 1.0))
    births = [planned(k, FOUR, rotating) for k in range(5)]
    assert [b.view for b in births] == ["plain", "objects", "plain", "objects", "plain"]
    assert [b.temperature for b in births] == [0.0, 0.5, 1.0, 0.0, 0.5]
    assert planned(3, FOUR, policy()).temperature is None


def blinded(share: float, pairs: int, *moves: Operator, seen: Population = FOUR) -> list[int | None]:
    """The hidden pairs of two thousand births."""
    return [planned(0, seen, policy(*moves, blind=share), pairs=pairs, seed=seed).blind for seed in range(2000)]


def test_a_share_of_the_written_births_has_a_pair_hidden_any_of_them() -> None:
    found = blinded(0.25, 4)
    assert (len(found) - found.count(None)) / len(found) == pytest.approx(0.25, abs=0.03)
    assert [found.count(pair) / len(found) for pair in range(4)] == pytest.approx([0.0625] * 4, abs=0.02)


def test_hidden_is_always_or_never_if_the_policy_says_so() -> None:
    assert set(blinded(1.0, 3)) == {0, 1, 2}
    assert set(blinded(0.0, 3)) == {None}
    assert plan(0, FOUR, policy(blind=0.0), model="m", pairs=3, rng=Placed(0)).blind is None, "not even by a draw of 0"


def test_a_pair_is_hidden_of_three_at_least_and_from_written_births_alone() -> None:
    assert set(blinded(1.0, 2)) == set(blinded(1.0, 1)) == {None}
    assert set(blinded(1.0, 3, "revise")) == set(blinded(1.0, 3, "recombine")) == {None}
    assert set(blinded(1.0, 3, "recombine", seen=of())) == {0, 1, 2}, "what became a written one counts as one"


def test_a_plan_depends_on_its_arguments_alone() -> None:
    for k in range(9):
        assert planned(k, FOUR, policy("write", "revise", "recombine", blind=0.5, parents="weighted"), seed=k) == planned(
            k, FOUR, policy("write", "revise", "recombine", blind=0.5, parents="weighted"), seed=k
        )


def test_bermans_schedule_is_as_published() -> None:
    schedule = configure("berman-v2").policy
    everything = of(*(f"{'=' if i % 7 == 0 else 'x'}xx" for i in range(40)))
    births = [planned(k, everything.before(schedule.sees(k)), schedule, seed=k) for k in range(40)]
    assert [b.operator for b in births] == ["write"] * 30 + ["revise"] * 5 + ["recombine"] * 5
    assert len({b.parents for b in births[30:35]}) == 5, "each of the best five is revised once"
    assert all(len(b.parents) == 5 for b in births[35:])


def test_what_a_preset_does_not_say_is_as_it_always_was() -> None:
    schedule, phase = policy(), Phase(births=1)
    assert (phase.moves, phase.overlap, phase.barrier) == (("write",), 8, False)
    assert (schedule.rank, schedule.pool, schedule.parents, schedule.same_behaviour) == ("pairs", 5, "top", True)
    assert (schedule.recombine_parents, schedule.parent_tokens) == (3, 24_000)
    assert (schedule.stop_perfect, schedule.stop_at, schedule.check, schedule.confirm) == (1, "birth", "all", "auto")
    assert (schedule.views, schedule.temperatures, schedule.blind) == (("plain",), (), 0.0)
    assert (schedule.mix.explore, schedule.mix.cost, schedule.mix.warm, schedule.mix.behind) == (0.3, 0.5, 4.0, 8)
    asked = AnswerPolicy()
    assert (asked.perfect, asked.imperfect, asked.samples, asked.views, asked.second) == (4, 2, 1, 1, 0)


def test_the_pool_is_the_best_and_the_best_for_each_pair() -> None:
    seen = of("==xxo", "=yxxo", "=oxxx", "oo=oo", "ooo=o", "oo=xo")
    assert indices(seen.ranked()) == [0, 1, 2, 5, 3, 4]
    assert indices(pool(seen, policy(pool=6))) == [0, 1, 2, 5, 3, 4]
    assert indices(pool(seen, policy(pool=2))) == [0, 1, 5, 4], "one more for the third pair and one for the fourth"
    assert indices(pool(seen, policy(pool=1))) == [0, 5, 4]
    assert indices(pool(seen, policy())) == [0, 1, 2, 5, 3, 4], "five, unless something else is said"


def test_perfect_ones_are_not_in_the_pool() -> None:
    assert indices(pool(of("===", "=xx", "xxx"), policy())) == [1, 2]
    assert pool(of("==="), policy()) == []
    assert pool(of(), policy()) == []


def test_the_pool_goes_by_the_policys_rank() -> None:
    seen = of("=oo", "xxx", "oxx")
    assert indices(pool(seen, policy(pool=2))) == [0, 1]
    assert indices(pool(seen, policy(pool=2, rank="cells"))) == [1, 0]


def test_same_behaviour_says_whether_equal_grids_each_hold_a_place() -> None:
    seen = of("=xx", "=xx", "xxx")
    assert indices(pool(seen, policy(pool=2))) == [0, 1]
    assert indices(pool(seen, policy(pool=2, same_behaviour=False))) == [0, 2]


@given(st.lists(marks, min_size=1, max_size=12), st.integers(1, 4))
def test_the_pool_holds_a_solver_of_every_pair_somebody_solved(rows: list[str], size: int) -> None:
    seen = of(*rows)
    kept = pool(seen, policy(pool=size))
    solved = {i for c in seen.members.values() if not c.fitness.perfect for i in c.solved}
    assert solved == {i for c in kept for i in c.solved}
    assert len(kept) <= size + 3


def test_the_search_stops_at_the_smallest_birth_that_is_perfect() -> None:
    by_birth = Policy(phases=(Phase(births=4), Phase(births=4)))
    assert stop_index(of("x", "x"), by_birth) is None
    assert stop_index(of("x", "=", "=", "x"), by_birth) == 1
    assert stop_index(of("x", "=", "="), by_birth.model_copy(update={"stop_perfect": 2})) == 2
    assert stop_index(of("=", "x", "="), by_birth.model_copy(update={"stop_perfect": 3})) is None


def test_read_at_the_end_of_a_phase_it_stops_with_the_phase() -> None:
    by_phase = Policy(phases=(Phase(births=4), Phase(births=4)), stop_at="phase")
    assert stop_index(of("x", "="), by_phase) == 3
    assert stop_index(population([checked(5, "=")]), by_phase) == 7


def test_births_that_gave_nothing_yet_do_not_hold_back_the_rule() -> None:
    assert stop_index(population([checked(6, "="), checked(2, "x")]), policy()) == 6


def test_the_same_words_twice_are_one_perfect_description() -> None:
    twice = population([checked(0, "=", "Flip it"), checked(1, "=", "flip it.")])
    assert stop_index(twice, policy(stop_perfect=2)) is None


def test_a_late_arrival_only_lowers_the_stop() -> None:
    grown = Population()
    stops = []
    for event in (checked(5, "="), checked(2, "="), checked(7, "="), checked(0, "=")):
        grown = grow(grown, event)
        stops.append(stop_index(grown, policy()))
    assert stops == [5, 2, 2, 0]
