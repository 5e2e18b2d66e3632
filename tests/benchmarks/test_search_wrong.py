"""The table of train-perfect but wrong: what counts as wrong, and as caught."""

from __future__ import annotations

import asyncio

import pytest

from benchmarks.search_wrong import GENERATORS, MECHANISMS, SPLITS, Result, against_wrong, row
from nlevolve.config import RunConfig

BASE = Result(solved=frozenset("abx"), fitted=frozenset("abcd"), calls=100)
"""c and d fit the pairs and are wrong; x is solved by a description that does not fit."""


def test_caught_is_what_was_wrong_and_now_is_right() -> None:
    better = Result(solved=frozenset("abc"), fitted=frozenset("abc"), calls=150)
    assert row([better, BASE], [BASE, BASE]) == "3 + 4 | 0 + 2 | 1 + 0 of 2 + 2 | 3 + 3 | +1 -1 | 1.00 | 250 (1.25×)"


@pytest.mark.parametrize("generator", GENERATORS)
def test_every_mechanism_is_measured_on_both_sets_with_settings_that_exist(generator: str) -> None:
    asked: list[str] = []

    async def solve(selector: str, config: RunConfig) -> Result:
        assert config.generator.model == GENERATORS[generator]["generator"]
        asked.append(selector)
        return BASE

    lines = asyncio.run(against_wrong(solve, 7, generator))
    assert len(lines) == 2 + len(MECHANISMS)
    assert asked == [f"arc1:{split}~7" for split in SPLITS] * len(MECHANISMS)
    assert lines[2].startswith("| `thrifty` | 4 + 4 | 2 + 2 | 0 + 0 of 2 + 2 |")
