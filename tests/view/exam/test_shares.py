"""Shares of trials that come in groups, and the curve over sizes, against values that are known."""

from __future__ import annotations

from random import Random

import pytest

from nlevolve.view.exam.shares import curve, design_effect, share
from nlevolve.view.statistics import wilson


def test_trials_that_go_together_count_as_one_and_independent_ones_in_full() -> None:
    together = [[True] * 3, [False] * 3] * 20
    assert design_effect(together) == pytest.approx(3, rel=0.03)
    rng = Random(1)
    apart = [[rng.random() < 0.5 for _ in range(3)] for _ in range(2000)]
    assert design_effect(apart) == pytest.approx(1, abs=0.1)


def test_groups_of_one_give_wilsons_own_interval() -> None:
    """Newcombe (1998), table I: 81 of 263 is 0.2553 to 0.3662."""
    found = share([[n < 81] for n in range(263)])
    assert found.interval is not None
    assert found.interval == pytest.approx(wilson(81, 263), abs=1e-3)
    assert found.interval == pytest.approx((0.2553, 0.3662), abs=1e-3)


def test_where_all_is_right_a_group_is_worth_one_trial() -> None:
    assert share([[True] * 6] * 15).interval == pytest.approx(wilson(15, 15))
    assert share([]).share is share([[]]).interval is None


def test_the_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    """60 descriptions of 3 grids each, a description being easy or hard: Wilson's own would hold 0.7 far too seldom."""
    held = plain = 0
    for seed in range(300):
        rng = Random(seed)
        groups = [[rng.random() < chance for _ in range(3)] for chance in (rng.choice((0.4, 1.0)) for _ in range(60))]
        low, high = share(groups).interval or (1.0, 0.0)
        held += low <= 0.7 <= high
        low, high = wilson(sum(map(sum, groups)), 180)
        plain += low <= 0.7 <= high
    assert held >= 0.92 * 300
    assert plain < held


def test_the_curve_finds_the_chance_at_a_hundred_cells_and_what_a_doubling_does() -> None:
    """Drawn from odds of 4 at 100 cells that halve with each doubling."""
    rng = Random(0)
    cells = [rng.randrange(4, 900) for _ in range(20_000)]
    right = [rng.random() < (odds := 4 * (100 / one)) / (1 + odds) for one in cells]
    found = curve(cells, right)
    assert found is not None
    assert found.at_100 == pytest.approx(0.8, abs=0.02)
    assert found.doubling == pytest.approx(0.5, abs=0.03)
    assert found.at(100) == pytest.approx(found.at_100)
    assert found.at(400) == pytest.approx(0.5, abs=0.03)


def test_where_sizes_part_right_from_wrong_the_curve_is_steep_and_finite() -> None:
    found = curve([10, 20, 30, 200, 300, 400], [True] * 3 + [False] * 3)
    assert found is not None
    assert 0 < found.doubling < 0.2
    assert curve([10, 20], [True, True]) is None
    assert curve([10, 10], [True, False]) is None
