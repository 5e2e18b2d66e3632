"""What runs may cost is said beforehand: every planned call, what is shared once, and no invented price."""

from __future__ import annotations

from typing import Any

import pytest

from nlevolve.ask.prompts import Prompts, bundled
from nlevolve.config import RunConfig, configure
from nlevolve.llm.catalogue import ModelCard, Price
from nlevolve.puzzle.tasks import Pair, Task
from nlevolve.run.forecast import COMPLETION, forecast

GRID = ((1, 2), (3, 4))
TASKS = [Task("a", (Pair(GRID, GRID), Pair(GRID, GRID)), (GRID,)), Task("b", (Pair(GRID, GRID),), (GRID, GRID))]
CARDS = {
    "dear": ModelCard(model="dear", provider="p", price=Price(prompt=0.0, completion=10.0, source="s")),
    "cheap": ModelCard(model="cheap", provider="p", price=Price(prompt=0.0, completion=1.0, source="s")),
    "unknown": ModelCard(model="unknown", provider="p"),
}
SCHEDULE = {"policy.phases": [{"births": 3, "overlap": 3}, {"births": 2, "overlap": 2, "moves": ["revise", "recombine"]}]}


def config(generator: str = "dear", checker: str = "cheap", **changes: Any) -> RunConfig:
    settings = SCHEDULE | {"answers.perfect": 2, "answers.imperfect": 1} | changes
    return configure("quick", models={"generator": generator, "checker": checker}, changes=settings)


def forecasts(*configs: RunConfig) -> list[tuple[int, float | None]]:
    return [(f.calls, f.usd) for f in forecast(configs, TASKS, Prompts(bundled()), CARDS)]


def test_every_birth_is_written_checked_on_each_pair_and_the_best_are_followed():
    writes, checks, follows = 5 * 2, 5 * (2 + 1), 3 * (1 + 2)
    each = COMPLETION / 1e6
    ((calls, usd),) = forecasts(config())
    assert calls == writes + checks + follows
    assert usd == pytest.approx(writes * 10 * each + (checks + follows) * each)


def test_first_births_are_bought_once_for_all_checkers():
    first, second = forecasts(config(), config(checker="dear"))
    assert first[0] - second[0] == 3 * len(TASKS)


def test_first_births_and_their_checks_are_bought_once_for_all_schedules():
    longer = {"policy.phases": [*SCHEDULE["policy.phases"], {"births": 1}]}
    first, second = forecasts(config(), config(**longer))
    assert second[0] - first[0] == (1 + 1) * 2 + 1 - 3 * (2 + 2 + 1)


def test_nothing_is_shared_where_the_question_differs():
    first, second = forecasts(config(), config(generator="cheap"))
    assert first[0] == second[0]
    hotter = forecasts(config(), config(**{"generator.temperature": 1.0}))
    assert hotter[0][0] == hotter[1][0]


def test_an_unknown_price_makes_the_whole_unknown():
    ((calls, usd),) = forecasts(config(checker="unknown"))
    assert calls > 0
    assert usd is None


def test_a_mix_is_priced_as_its_dearest_model():
    assert forecasts(config(generator="cheap,dear")) == forecasts(config(generator="dear"))
