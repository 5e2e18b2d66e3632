"""The measures of an exam, and what its advice makes of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from nlevolve.exam.rows import Row
from nlevolve.view.exam.advice import advice
from nlevolve.view.exam.measures import Exam, measured
from nlevolve.view.exam.page import page
from nlevolve.view.exam.sheets import sheets

GOOD, CHEAP, POOR = "openai/good", "openai/cheap", "openai/poor"


def rows(checker: str, right: int, *, alone: int = 0, of: int = 40, usd: float | None = 0.01, **changes: Any) -> Iterator[Row]:
    """So many of the tasks right with the words, and so many without."""
    for arm, exact in (("true", right), ("empty", alone)):
        for task in range(of):
            outcome = "exact" if task < exact else "wrong"
            told = {"task": str(task), "arm": arm, "outcome": outcome, "accuracy": float(task < exact), "cost_usd": usd}
            yield Row.model_validate(
                {
                    "checker": checker,
                    "grid": 0,
                    "shown": "others",
                    "cells": 20 + task,
                    "words": 30,
                    "seconds": 2.0,
                    **told,
                    **changes,
                }
            )


def told(*checkers: Iterator[Row]) -> list[str]:
    found = measured([row for one in checkers for row in one])
    return advice(found["standings"], found["uplifts"])


def test_the_cheapest_within_the_interval_of_the_best_is_advised() -> None:
    first, *_ = told(rows(GOOD, 39, usd=0.50), rows(CHEAP, 37, usd=0.02), rows(POOR, 20, usd=0.001))
    assert first.startswith(f"Take {CHEAP}: it follows 92.5% of 40 grids right for $0.0200 a grid, the cheapest within")
    assert f"the best ({GOOD}, 97.5%" in first
    assert "it needs the words: told nothing it gets 0% right, with the words 92.5% (uplift +92.5 points" in first


def test_one_whose_price_nobody_knows_is_not_called_cheap() -> None:
    first, *_ = told(rows(GOOD, 39, usd=0.50), rows(CHEAP, 39, usd=None))
    assert first.startswith(f"Take {GOOD}")


def test_who_solves_without_the_words_is_told_of() -> None:
    first, other = told(rows(GOOD, 39, alone=36), rows(CHEAP, 20, alone=5))
    assert first.startswith(f"Take {GOOD}")
    assert "; but it solves most of them without the words, so its checks say little about a description" in first
    assert "(uplift +7.5 points, 95% interval" in first
    assert other.startswith(f"{CHEAP}: it solves some of them without the words")


def test_without_the_empty_arm_it_says_what_was_not_asked() -> None:
    first, *_ = told(row for row in rows(GOOD, 39) if row.arm == "true")
    assert first.startswith(f"{GOOD} follows 97.5% of 40 grids right (95% interval 87.1% to 99.6%), for $0.0100 a grid")
    assert "was not asked (--arm empty" in first


def test_an_embedded_checker_is_no_rival_of_a_language_model_and_is_called_what_it_is() -> None:
    first, last = told(rows(GOOD, 30), rows("offline/checker", 40, usd=0.0))
    assert first.startswith(f"{GOOD} follows")
    assert "programs that know some English sentences" in last
    assert "offline/checker 40" in last


def test_nothing_answered_is_nothing_to_advise() -> None:
    assert told(rows(GOOD, 0, outcome="unreached", accuracy=None)) == [
        "No checker followed a true description, so there is nothing to advise."
    ]


def test_where_the_embedded_checker_can_read_nothing_that_was_drawn_the_way_on_is_told() -> None:
    _, way, last = told(rows("offline/checker", 0, of=1, outcome="not_understood", accuracy=None))
    assert way.startswith("Of 1 description an embedded checker could read none: take more (--tasks N")
    assert "Of 1 description they understand: offline/checker 0" in last


def test_who_gets_nothing_right_is_no_checker_whatever_the_words_are() -> None:
    """A small language model on a machine of its own: four replies in ten held a grid, and none was right."""
    (only,) = told(rows(POOR, 0, of=6, outcome="unreadable", accuracy=0.0))
    assert only.startswith(f"{POOR} follows none of 6 grids right (95% interval 0% to")
    assert "to 6 of them it replied with no grid at all" in only
    assert "told nothing it gets" not in only


def test_of_few_grids_it_is_said_that_they_are_few() -> None:
    assert "12 grids are few" in told(rows(GOOD, 10, of=12))[0]


def test_what_is_no_evidence_is_in_no_share() -> None:
    kept, lost = list(rows(GOOD, 30)), list(rows(GOOD, 0, outcome="not_understood", accuracy=None))
    lost = [row.model_copy(update={"task": f"x{row.task}"}) for row in lost if row.arm == "true"]
    (standing, _) = measured([*kept, *lost])["standings"]
    assert (standing.exact.count, standing.exact.of) == (30, 40)
    assert (standing.understood, standing.descriptions, standing.not_understood) == (40, 80, 40)


def test_samples_agree_where_they_are_one_grid_and_what_cannot_be_read_agrees_with_nothing() -> None:
    base = next(rows(GOOD, 1))
    grids = [((1,),), ((1,),), ((2,),), None, None]
    same = [base.model_copy(update={"sample": n, "answer": grid}) for n, grid in enumerate(grids)]
    assert measured(same)["standings"][0].agreement == pytest.approx(1 / 10)


def test_a_weaker_one_is_measured_against_the_best_over_the_same_descriptions() -> None:
    (duel,) = measured([*rows(GOOD, 39), *rows(POOR, 29)])["duels"]
    assert (duel.checker, duel.best, duel.descriptions) == (POOR, GOOD, 40)
    assert duel.difference == pytest.approx(-0.25)
    assert duel.interval.high < 0
    assert duel.p == pytest.approx(2 / 2**10)


def test_the_page_says_what_the_tables_say_and_lets_nothing_in() -> None:
    found = measured([*rows("openai/<b>good", 39), *rows(POOR, 29)])
    exam = Exam(
        material="our own", descriptions=40, grids=40, samples=1, advice=advice(found["standings"], found["uplifts"]), **found
    )
    html = page(exam)
    assert "default-src &#39;none&#39;; script-src &#39;none&#39;" in html
    assert "<b>good" not in html
    assert "openai/&lt;b&gt;good" in html
    for sheet in sheets(exam):
        assert sheet.title in html
        assert all(len(row) == len(sheet.columns) for row in sheet.rows)


def test_samples_of_a_grid_are_replies_and_no_grids() -> None:
    """Two samples of twelve grids: 24 replies, and still few grids, worth what twelve are."""
    twice = [row.model_copy(update={"sample": n}) for row in rows(GOOD, 10, of=12) for n in range(2)]
    (standing, _) = measured(twice)["standings"]
    assert (standing.exact.count, standing.exact.of, standing.exact.grids) == (20, 24, 12)
    once = measured(list(rows(GOOD, 10, of=12)))["standings"][0]
    assert standing.exact.interval == pytest.approx(once.exact.interval)
    (first,) = told(iter(twice))
    assert first.startswith(f"{GOOD} follows 83.3% of 12 grids (24 replies) right (95% interval")
    assert "12 grids are few" in first
    (useless,) = told(row.model_copy(update={"outcome": "unreadable"}) for row in twice)
    assert useless.startswith(f"{GOOD} follows none of 12 grids (24 replies) right")
    assert "24 of the replies held no grid at all" in useless


def test_nothing_is_said_of_the_words_that_its_own_interval_denies() -> None:
    for right, alone in ((2, 0), (2, 2), (1, 0)):
        (first,) = told(rows(GOOD, right, alone=alone, of=2))
        assert "2 descriptions are too few to say whether it needs the words: told nothing it gets" in first
    # as checker-clever: nothing is known of a handful, and all of fifteen
    assert "it solves most of them without the words" in told(rows(GOOD, 15, alone=15, of=15))[0]
