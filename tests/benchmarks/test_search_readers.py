"""The table of readers: every row exists as settings, and is paired with the words alone."""

from __future__ import annotations

import asyncio

from benchmarks.search_readers import READERS, Result, against_words, cells
from nlevolve.config import RunConfig

WORDS = Result(frozenset("ab"), 1000, {})


def test_a_row_says_what_is_gained_and_lost_and_its_share_of_the_calls() -> None:
    told = {"made": 9, "failed": 1, "pairs": 27, "saved": 20, "differ": 2}
    assert cells(Result(frozenset("bcd"), 650, told), WORDS) == "3 | 650 | 65% | +2 -1 | 1.00 | 9 | 27 | 20 | 2"
    assert cells(WORDS, WORDS) == "2 | 1,000 | 100% | +0 -0 | 1.00 |  |  |  | "


def test_every_row_is_measured_with_settings_that_exist() -> None:
    asked: list[tuple[str, str]] = []

    async def solve(selector: str, config: RunConfig) -> Result:
        asked.append((selector, config.policy.read))
        return WORDS

    lines = asyncio.run(against_words(solve, 7))
    assert len(lines) == 2 + len(READERS)
    assert asked[:3] == [("arc1:training~7", read) for read in ("words", "code", "both")]
