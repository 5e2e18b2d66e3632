"""What runs may cost is said beforehand: every planned call, what is shared once, and no invented price."""

from __future__ import annotations

from typing import Any

import pytest

from nlevolve.ask.generator import describing
from nlevolve.ask.prompts import Prompts, bundled
from nlevolve.config import RunConfig, configure
from nlevolve.llm.catalogue import ModelCard, Price
from nlevolve.llm.manner import Manner
from nlevolve.puzzle.tasks import Pair, Task
from nlevolve.records import Birth
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


@pytest.mark.parametrize(
    "other",
    [
        {"policy.views": ["objects"]},
        {"policy.temperatures": [0.5]},
        {"policy.blind": 0.5},
        {"seed": 1},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_nothing_is_shared_where_the_first_births_are_asked_otherwise(other: dict[str, Any]):
    first, second = forecasts(config(), config(**other))
    assert first[0] == second[0]


def test_what_any_earlier_run_bought_is_not_bought_again():
    first, _, third = forecasts(config(), config(generator="cheap"), config())
    assert first[0] - third[0] == 3 * 2 + 3 * (2 + 1), "its three first births on two tasks, and their checks"


def test_each_answer_is_followed_by_so_many_samples_and_views():
    once, often = forecasts(config()), forecasts(config(**{"answers.samples": 2, "answers.views": 4}))
    assert often[0][0] - once[0][0] == (2 * 4 - 1) * 3 * (1 + 2)


def prompt_tokens(*phases: dict[str, Any], **changes: Any) -> float:
    """Tokens of the generator's prompts on one task, told by a model that costs a dollar a token of prompt and nothing else."""
    cards = CARDS | {
        "told": ModelCard(model="told", provider="p", price=Price(prompt=1e6, completion=0.0, source="s")),
        "free": ModelCard(model="free", provider="p", price=Price(prompt=0.0, completion=0.0, source="s")),
    }
    settings = config("told", "free", **{"policy.phases": list(phases), **changes})
    [found] = forecast([settings], TASKS[:1], Prompts(bundled()), cards)
    assert found.usd is not None
    return found.usd


WRITE = {"births": 1}


@pytest.mark.parametrize(("form", "manner"), [("auto", "text"), ("schema", "schema")])
def test_a_prompt_is_counted_by_its_characters_the_words_for_its_form_included(form: str, manner: Manner):
    birth = Birth(index=0, operator="write", model="told")
    characters = sum(len(message.text) for message in describing(Prompts(bundled()), TASKS[0], birth, (), 0, manner))
    assert prompt_tokens(WRITE, **{"generator.form": form}) == pytest.approx(characters / 2.5, abs=1)


def test_a_revision_shows_about_as_much_again_and_a_recombination_as_much_for_each_parent():
    one = prompt_tokens(WRITE)
    assert prompt_tokens(WRITE, {"births": 1, "moves": ["revise"], "barrier": True}) == 3 * one
    recombining = {"births": 1, "moves": ["recombine"], "barrier": True}
    ample = {"policy.parent_tokens": 100_000}
    assert prompt_tokens(WRITE, recombining, **ample) == (1 + 1 + 3) * one
    assert prompt_tokens(WRITE, recombining, **ample, **{"policy.recombine_parents": 2}) == (1 + 1 + 2) * one
    assert prompt_tokens(WRITE, recombining, **{"policy.parent_tokens": 1000}) == 2 * one + 1000


def test_moves_are_counted_from_the_beginning_of_their_phase():
    one = prompt_tokens(WRITE)
    moves = {"births": 3, "moves": ["revise", "write"], "barrier": True}
    assert prompt_tokens(WRITE, moves) == (1 + 2 + 1 + 2) * one
    assert prompt_tokens(WRITE, WRITE, moves) == (1 + 1 + 2 + 1 + 2) * one


def test_a_birth_that_sees_no_other_can_only_be_written():
    one = prompt_tokens(WRITE)
    assert prompt_tokens({"births": 3, "moves": ["revise"], "overlap": 3}) == 3 * one
    assert prompt_tokens({"births": 3, "moves": ["revise"], "overlap": 2}) == (1 + 1 + 2) * one


def test_a_reply_is_no_longer_than_it_may_be():
    ((_, usd),) = forecasts(config())
    ((_, short),) = forecasts(config(**{"generator.max_tokens": 1000, "reviser.max_tokens": 1000, "recombiner.max_tokens": 1000}))
    assert usd is not None
    assert short is not None
    assert usd - short == pytest.approx(5 * 2 * 10 * (COMPLETION - 1000) / 1e6)
    assert forecasts(config(**{"generator.max_tokens": 99_000}))[0][1] == pytest.approx(usd)


def test_an_unknown_price_makes_the_whole_unknown():
    ((calls, usd),) = forecasts(config(checker="unknown"))
    assert calls > 0
    assert usd is None


def test_a_mix_is_priced_as_its_dearest_model():
    assert forecasts(config(generator="cheap,dear")) == forecasts(config(generator="dear"))
