"""Plans: what a birth may see, who its parents are, when the search stops."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlevolve.config import configure, presets
from nlevolve.evolve.parents import PARENTS, cover
from nlevolve.evolve.policy import Phase, Policy, plan, pool, stop_index
from nlevolve.evolve.population import Population, grow, population
from nlevolve.records import Attempt, Birth, CandidateChecked, Description, Event, Followed, Garbled, MoveFailed, Unreached

RIGHT, WRONG = ((1, 2),), ((1, 0),)


def checked(index: int, marks: str, text: str = "", words: int = 1, blind: int | None = None) -> CandidateChecked:
    """A candidate by its marks, a letter a pair: = exact, x half right, g garbled, ? unreached."""
    text = text or f"rule {index}"
    return CandidateChecked(
        task="t",
        birth=Birth(index=index, operator="write", model="m", blind=blind),
        description=Description(bullets=(" ".join([text] * words),)),
        attempts=tuple(attempted(pair, mark) for pair, mark in enumerate(marks)),
    )


def attempted(pair: int, mark: str) -> Attempt:
    if mark == "g":
        return Garbled(pair=pair, why="no grid")
    if mark == "?":
        return Unreached(pair=pair, why="down")
    return Followed(pair=pair, grid=RIGHT if mark == "=" else WRONG, accuracy=1.0 if mark == "=" else 0.5)


def of(*marks: str) -> Population:
    return population(checked(i, m) for i, m in enumerate(marks))


marks = st.text("=xg?", min_size=3, max_size=3)


@given(st.lists(marks, max_size=12), st.randoms())
def test_shuffled_or_repeated_events_change_nothing(rows: list[str], rng: Random) -> None:
    events: list[Event] = [
        *(checked(i, m) for i, m in enumerate(rows)),
        MoveFailed(task="t", birth=Birth(index=99, operator="write", model="m"), reason="garbled", why="prose"),
    ]
    shuffled = events * 2
    rng.shuffle(shuffled)
    assert population(shuffled) == population(events)


def test_a_failed_checker_call_is_not_a_good_mark() -> None:
    ranked = of("=??", "xxx", "==x").ranked()
    assert [c.index for c in ranked] == [2, 1, 0]
    assert not of("==?").perfect()
    assert of("===").perfect()


def test_ties_go_to_fewer_words() -> None:
    grown = population([checked(0, "=x", words=5), checked(1, "=x", words=2)])
    assert [c.index for c in grown.ranked()] == [1, 0]


def test_a_rule_shown_general_ranks_first_among_perfect_ones() -> None:
    grown = population([checked(0, "=="), checked(1, "==", words=3, blind=1)])
    assert [c.index for c in grown.ranked()] == [1, 0]


def test_rank_cells_puts_accuracy_first() -> None:
    grown = population([checked(0, "=gg"), checked(1, "xxx")])
    assert [c.index for c in grown.ranked("pairs")] == [0, 1]
    assert [c.index for c in grown.ranked("cells")] == [1, 0]


@given(st.lists(marks, min_size=1, max_size=12), st.integers(1, 4))
def test_the_pool_holds_a_solver_of_every_pair_somebody_solved(rows: list[str], size: int) -> None:
    seen = of(*rows)
    kept = pool(seen, Policy(phases=(Phase(births=1),), pool=size))
    # perfect candidates and those without all their evidence are outside the promise
    solved = {i for c in seen.members.values() if not c.fitness.perfect for i in c.solved}
    assert solved == {i for c in kept for i in c.solved}


@given(st.lists(marks, min_size=2, max_size=10), st.sampled_from(sorted(PARENTS)), st.integers(0, 5))
def test_every_strategy_picks_from_the_pool_and_covers(rows: list[str], name: str, turn: int) -> None:
    seen = of(*rows)
    kept = pool(seen, Policy(phases=(Phase(births=1),)))
    if not kept:
        return
    lead = PARENTS[name](kept, turn, seen, Random(0))  # type: ignore[index]
    parents = cover(lead, kept, most=3, tokens=10_000)
    assert parents[0] is lead
    assert len({c.index for c in parents}) == len(parents) <= 3
    best = max((len(lead.solved | a.solved | b.solved) for a in kept for b in kept), default=0)
    covered = len(frozenset().union(*(c.solved for c in parents)))
    assert covered == best or len(parents) == 3


def test_parents_stay_within_the_tokens() -> None:
    kept = pool(of("=xx", "x=x", "xx="), Policy(phases=(Phase(births=1),)))
    assert len(cover(kept[0], kept, most=3, tokens=1)) == 1


@pytest.mark.parametrize("name", presets())
def test_births_see_only_what_the_schedule_allows(name: str) -> None:
    policy = configure(name).policy
    for k in range(policy.births):
        assert 0 <= policy.sees(k) <= k
        if k:
            assert policy.sees(k) >= policy.sees(k - 1)
    everything = of(*["=xx", "x=x", "xxx"] * 3)
    for k in range(policy.births):
        birth = plan(k, everything.before(policy.sees(k)), policy, model="m", pairs=3, rng=Random(k))
        assert all(p < policy.sees(k) for p in birth.parents)
        assert (birth.operator == "write") == (not birth.parents)


def test_bermans_schedule_is_as_published() -> None:
    policy = configure("berman-v2").policy
    everything = of(*(f"{'=' if i % 7 == 0 else 'x'}xx" for i in range(40)))
    births = [plan(k, everything.before(policy.sees(k)), policy, model="m", pairs=3, rng=Random(k)) for k in range(40)]
    assert [b.operator for b in births] == ["write"] * 30 + ["revise"] * 5 + ["recombine"] * 5
    assert len({b.parents for b in births[30:35]}) == 5, "each of the best five is revised once"
    assert all(len(b.parents) == 5 for b in births[35:])


def test_the_search_stops_at_the_smallest_birth_that_is_perfect() -> None:
    by_birth = Policy(phases=(Phase(births=4), Phase(births=4)))
    assert stop_index(of("x", "x"), by_birth) is None
    assert stop_index(of("x", "=", "=", "x"), by_birth) == 1
    assert stop_index(of("x", "=", "="), by_birth.model_copy(update={"stop_perfect": 2})) == 2
    assert stop_index(of("x", "="), by_birth.model_copy(update={"stop_at": "phase"})) == 3


def test_the_same_words_twice_are_one_perfect_description() -> None:
    twice = population([checked(0, "=", "Flip it"), checked(1, "=", "flip it.")])
    assert stop_index(twice, Policy(phases=(Phase(births=4),), stop_perfect=2)) is None


def test_a_late_arrival_only_lowers_the_stop() -> None:
    policy = Policy(phases=(Phase(births=9),))
    grown = Population()
    stops = []
    for event in (checked(5, "="), checked(2, "="), checked(7, "="), checked(0, "=")):
        grown = grow(grown, event)
        stops.append(stop_index(grown, policy))
    assert stops == [5, 2, 2, 0]
