"""Intervals and tests against values known from the literature."""

from __future__ import annotations

from itertools import product
from math import comb
from random import Random

import pytest
from scipy import stats

from nlevolve.view.statistics import (
    holm,
    luck,
    mcnemar,
    mean_difference,
    repeats_to_settle,
    shown_by,
    sign_flip,
    tasks_to_settle,
    wilson,
)

# heights of crossed less self-fertilised maize, in eighths of an inch (Darwin 1876, as Fisher's Design of experiments has them)
MAIZE = (49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48)


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [
        # Newcombe 1998, Statistics in Medicine 17: table I, method 3
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (20, 20, 0.8389, 1.0000),
    ],
)
def test_wilson(successes: int, trials: int, low: float, high: float):
    assert wilson(successes, trials) == pytest.approx((low, high), abs=5e-5)


def test_wilson_of_nothing_tried_is_everything():
    assert wilson(0, 0) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("one", "other", "p"),
    [
        # two-sided binomial tails, counted by hand: 2 / 2**5, 2 * (1 + 8) / 2**8, 2 * sum(C(24, 0..8)) / 2**24
        (5, 0, 0.0625),
        (1, 7, 18 / 256),
        (8, 16, 2 * sum(comb(24, k) for k in range(9)) / 2**24),
        (3, 3, 1.0),
        (0, 0, 1.0),
    ],
)
def test_mcnemar(one: int, other: int, p: float):
    assert mcnemar(one, other) == pytest.approx(p, abs=1e-6)
    assert mcnemar(other, one) == pytest.approx(p, abs=1e-6)


def test_darwins_maize_as_fisher_counted_it():
    assert sign_flip(MAIZE) == pytest.approx(1726 / 2**15, abs=1e-12)


def test_sign_flips_are_counted_like_scipy_counts_them():
    rng = Random(1)
    for _ in range(20):
        differences = [rng.randint(-3, 4) for _ in range(9)]
        found = stats.permutation_test((differences,), sum, permutation_type="samples", n_resamples=10**6, vectorized=False)
        assert sign_flip(differences) == pytest.approx(min(1.0, found.pvalue), abs=1e-9)


@pytest.mark.parametrize(("one", "other"), [(5, 0), (1, 7), (8, 16), (3, 3), (0, 0), (700, 500)])
def test_with_one_run_each_a_sign_flip_is_mcnemars_test(one: int, other: int):
    differences = [1] * one + [-1] * other + [0] * 30
    assert sign_flip(differences) == pytest.approx(mcnemar(one, other), rel=1e-9)
    assert sign_flip([3 * d for d in differences]) == pytest.approx(mcnemar(one, other), rel=1e-9)


def test_holm():
    # R's p.adjust(c(0.01, 0.04, 0.03, 0.005), "holm")
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.7, 0.6]) == [1.0, 1.0]
    assert holm([0.02]) == [0.02]
    assert holm([]) == []


def test_the_interval_of_a_paired_difference():
    # approval of a prime minister, 150 and 86 of 1,600 changed their minds: Agresti, Categorical data analysis, 10.1
    found = mean_difference([1.0] * 150 + [-1.0] * 86 + [0.0] * 1364)
    assert found == pytest.approx((0.021, 0.059), abs=5e-4)
    # what never differed may yet
    assert mean_difference([0.0] * 100) == pytest.approx((-0.0192, 0.0192), abs=5e-5)
    assert mean_difference([1.0])[1] == 1.0


@pytest.mark.parametrize(
    ("more", "less", "power", "tasks"),
    [
        # Connor 1987, page 209, as powerandsamplesize.com computes it; the next as MESS::power_mcnemar_test does
        (0.45, 0.05, 0.8, 23),
        (0.30, 0.15, 0.8, 155),
    ],
)
def test_how_many_tasks_settle_a_difference(more: float, less: float, power: float, tasks: int):
    assert tasks_to_settle(more - less, more + less, power=power) == tasks
    assert tasks_to_settle(less - more, more + less, power=power) == tasks
    assert tasks_to_settle(0.0, more + less) is None


def test_what_so_many_tasks_show_is_settled_by_about_so_many():
    square = 0.2
    found = tasks_to_settle(shown_by(400, square), square)
    assert found == pytest.approx(400, rel=0.03)
    assert shown_by(1, 1.0) == 1.0


def test_the_chance_within_a_task_is_unbiased():
    """Over all outcomes of three runs, each weighed by its chance, it is the variance p(1 - p)."""
    p = 0.3
    expected = 0.0
    for outcome in product((0, 1), repeat=3):
        chance = p ** sum(outcome) * (1 - p) ** (3 - sum(outcome))
        expected += chance * luck([sum(outcome)], 3)
    assert expected == pytest.approx(p * (1 - p))
    assert luck([0, 3, 3], 3) == 0.0


def test_how_many_repeats_settle_a_difference():
    # of variance 2 * 0.21 / r a task, 100 tasks, a difference of 0.1: r = 0.42 * (1.96 + 0.8416)**2 / (100 * 0.1**2)
    assert repeats_to_settle(0.1, within=0.42, between=0.0, tasks=100) == 4
    assert repeats_to_settle(0.1, within=0.0, between=0.0, tasks=100) == 1
    # tasks that truly differ this much among themselves leave it open, however often they are run
    assert repeats_to_settle(0.1, within=0.42, between=0.5, tasks=100) is None
    assert repeats_to_settle(0.0, within=0.42, between=0.0, tasks=100) is None
