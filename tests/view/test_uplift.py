"""What a run is ahead of its controls by: counted by hand, and against figures from the literature."""

from __future__ import annotations

from math import comb
from random import Random
from typing import Any

import pytest

from nlevolve.formats import ControlRow
from nlevolve.view.statistics import ahead_by, sum_of
from nlevolve.view.uplift import Uplift, lines, uplift


def row(arm: Any = "empty", model: str = "") -> ControlRow:
    return ControlRow(of="r", of_id="1", arm=arm, model=model)


def told(name: str, *tasks: tuple[bool | None, int], cost: float = 0.0) -> dict[str, Any]:
    """results.json of a run: (solved, exact of three training pairs) for tasks a, b, c …"""
    account = {"calls": {"provider": 2}, "tokens": {"prompt": 10, "completion": 5}, "cost_usd": cost}
    account |= {"cost_unknown_calls": 0, "cost_unknown_usd": 0.0}
    rows = {
        id: {"solved": solved, "train": {"exact": exact, "pairs": 3}, **account, "bought_before": account}
        for id, (solved, exact) in zip("abcdefgh", tasks, strict=False)
    }
    return {"run": name, "finished": True, "tasks": rows}


def found(run: dict[str, Any], control: dict[str, Any], of: ControlRow) -> Uplift:
    one = uplift(run, control, of)
    assert one is not None
    return one


RUN = told("r", (True, 3), (True, 3), (False, 1), (True, 3), (False, 0))
EMPTY = told("r.empty", (True, 3), (False, 0), (True, 2), (False, 0), cost=0.5)


def test_a_run_and_its_control_are_paired_by_the_tasks_that_both_have() -> None:
    one = found(RUN, EMPTY, row())
    assert (one.tasks, one.run_solved, one.solved, one.difference) == (4, 3, 2, 1)
    assert (one.only_run, one.only_control, one.p) == (2, 1, 1.0)
    assert (one.pairs, one.run_exact, one.exact) == (12, 10, 5)
    assert one.interval == ahead_by(2, 1, 4)
    assert one.pairs_interval == sum_of([0, 3, -1, 3], [3, 3, 3, 3])
    # what the cache had is at the price at which it was bought
    assert (one.calls, one.tokens, one.cost_usd) == (16, 120, 4.0)
    score, price = lines([one])
    assert score.startswith("a description that says nothing 2 of 4 · this run 3 of 4 · +1, 95% interval ")
    assert "training pairs exact 5 of 12 · 10 of 12 · +5" in score
    assert price == "  r.empty: 16 calls, 120 tokens, $4.00"


def test_the_bare_model_is_named_and_has_no_training_pairs() -> None:
    one = found(RUN, told("r.direct", (True, 0)), row("direct", "openai/gpt-5"))
    assert (one.pairs, one.exact, one.pairs_interval) == (None, None, None)
    assert lines([one], "r")[0].startswith("bare model openai/gpt-5 1 of 1 · r 1 of 1 · +0, 95% interval ")
    assert "training pairs" not in lines([one])[0]


def test_without_solutions_the_training_pairs_are_compared_alone() -> None:
    one = found(told("r", (None, 3), (None, 1)), told("r.empty", (None, 0), (None, 0)), row())
    assert (one.run_solved, one.solved, one.interval, one.p) == (None, None, None, None)
    assert lines([one])[0].startswith("a description that says nothing: training pairs exact 0 of 6 · 4 of 6 · +4, ")


def test_a_control_of_other_tasks_tells_nothing() -> None:
    assert uplift(RUN, {"run": "x", "finished": True, "tasks": {"z": {}}}, row()) is None


@pytest.mark.parametrize("shares", [(0.05, 0.05), (0.3, 0.1), (0.4, 0.0)])
def test_the_interval_holds_the_truth_about_as_often_as_it_says(shares: tuple[float, float]) -> None:
    """Every split of 40 tasks, weighed by how likely it is."""
    one, other = shares
    held = 0.0
    for a in range(41):
        for b in range(41 - a):
            chance = comb(40, a) * comb(40 - a, b) * one**a * other**b * (1 - one - other) ** (40 - a - b)
            low, high = ahead_by(a, b, 40)
            held += chance * (low <= 40 * (one - other) <= high)
    assert 0.93 < held <= 1.0 + 1e-9


def test_the_interval_of_a_sum_has_a_width_though_all_tasks_are_alike() -> None:
    # Agresti and Min by hand: five tasks of 3 of 3, as shares 1: mean 5/7, mean square 6/7, times 3 pairs and 5 tasks, at most 15
    half = 1.959964 * ((6 / 7 - 25 / 49) / 7) ** 0.5
    assert sum_of([3, 3, 3, 3, 3], [3] * 5) == pytest.approx(((5 / 7 - half) * 15, 15.0))
    low, high = sum_of([2], [2])
    assert low < 0 < high == 2


def test_equal_checkers_are_rarely_said_to_differ_in_their_pairs() -> None:
    """Tasks from hopeless to certain, of two to five pairs each, followed twice: one draw in twenty may be called different."""
    rng, wrong = Random(7), 0
    for _ in range(1000):
        sizes = [rng.randint(2, 5) for _ in range(12)]
        chances = [rng.random() for _ in sizes]
        gaps = [sum((rng.random() < p) - (rng.random() < p) for _ in range(n)) for p, n in zip(chances, sizes, strict=True)]
        low, high = sum_of(gaps, sizes)
        wrong += not low <= 0 <= high
    assert wrong <= 50
