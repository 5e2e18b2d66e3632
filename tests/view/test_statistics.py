"""Intervals and tests against values known from the literature."""

from __future__ import annotations

from math import comb

import pytest

from nlevolve.view.statistics import mcnemar, wilson


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
