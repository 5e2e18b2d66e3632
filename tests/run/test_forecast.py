"""What runs may take is said beforehand: with every call that may be asked, with luck, role by role, and no invented price."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from nlevolve.ask.generator import describing
from nlevolve.ask.prompts import Prompts, bundled
from nlevolve.config import RunConfig, configure, presets
from nlevolve.formats import LibraryRow
from nlevolve.llm.catalogue import ModelCard, Price
from nlevolve.llm.manner import Manner
from nlevolve.llm.windows import tokens
from nlevolve.puzzle.tasks import Pair, Task
from nlevolve.records import Birth, Description
from nlevolve.run.assumed import lines, models_asked
from nlevolve.run.course import calls
from nlevolve.run.forecast import Forecasts, forecast
from nlevolve.run.luck import BAD, USUAL
from nlevolve.solved.entries import entry

GRID = ((1, 2), (3, 4))
TASKS = [Task("a", (Pair(GRID, GRID), Pair(GRID, GRID)), (GRID,)), Task("b", (Pair(GRID, GRID),), (GRID, GRID))]
PROMPTS = Prompts(bundled())


def card(model: str, **known: Any) -> ModelCard:
    return ModelCard(model=model, provider="p", **known)


CARDS = {
    "dear": card("dear", price=Price(prompt=0.0, completion=10.0, source="s"), thinks=True),
    "cheap": card("cheap", price=Price(prompt=0.0, completion=1.0, source="s"), thinks=True),
    "plain": card("plain", price=Price(prompt=0.0, completion=1.0, source="s"), thinks=False),
    "unknown": card("unknown"),
}
SCHEDULE = {"policy.phases": [{"births": 3, "overlap": 3}, {"births": 2, "overlap": 2, "moves": ["revise", "recombine"]}]}


def config(generator: str = "dear", checker: str = "cheap", **changes: Any) -> RunConfig:
    settings = SCHEDULE | {"answers.perfect": 2, "answers.imperfect": 1, "policy.confirm": "never"} | changes
    return configure("quick", models={"generator": generator, "checker": checker}, changes=settings)


def forecasts(*configs: RunConfig, **known: Any) -> list[Forecasts]:
    return forecast(configs, TASKS, PROMPTS, CARDS, **known)


def most(*configs: RunConfig) -> list[float]:
    """Calls, at most."""
    return [found.total.high.calls for found in forecasts(*configs)]


def test_at_most_every_birth_is_written_checked_on_each_pair_and_the_best_are_followed():
    writes, checks, follows = 5 * 2, 5 * (2 + 1), 3 * (1 + 2)
    (found,) = forecasts(config())
    assert found.total.high.calls == writes + checks + follows
    assert {role: outlook.high.calls for role, outlook in found.roles.items()} == {
        "generator": 3 * 2,
        "reviser": 2,
        "recombiner": 2,
        "checker": checks,
        "answerer": follows,
    }
    each = {role: outlook.high for role, outlook in found.roles.items()}
    assert each["generator"].usd == pytest.approx(10 * each["generator"].completion / 1e6)


@pytest.mark.parametrize("preset", presets())
def test_what_is_likely_lies_between_what_luck_brings_and_every_call(preset: str):
    for kind in ({}, {"given": True}, {"seeds": {"a": 2}}):
        (found,) = forecasts(configure(preset, models={"generator": "dear", "checker": "cheap"}), **kind)
        # what is reviewed is what luck brings
        for outlook in (found.total, *(one for role, one in found.roles.items() if role != "reviewer")):
            for figure in ("calls", "prompt", "completion", "usd"):
                low, likely, high = (getattr(one, figure) for one in (outlook.low, outlook.likely, outlook.high))
                assert 0 <= low <= likely * 1.000001 <= high * 1.00001, (kind, figure)


def test_a_first_idea_that_fits_ends_it_with_what_is_in_flight():
    low = forecasts(config())[0].total.low
    # two tasks, three births side by side, a half of what is cut off checked; one is followed on each test input
    assert low.calls == 6 + ((1 + 0.5 + 0.5) * 0.5 * 3) + 3


def test_a_search_that_ends_by_phases_finishes_its_first():
    by_phase = calls(config(**{"policy.stop_at": "phase"}), 3, 1, USUAL)
    by_birth = calls(config(**{"policy.stop_at": "birth"}), 3, 1, USUAL)
    first = [kind for kind in by_phase if kind.purpose == "check" and kind.phase == 0]
    assert sum(by_phase[kind] for kind in first) == pytest.approx(3 * 3 * (1 - USUAL.twins) + 0, abs=1e-9)
    assert sum(by_birth[kind] for kind in first) < sum(by_phase[kind] for kind in first)


def test_a_second_check_of_a_perfect_candidate_is_counted_where_it_is_asked_for():
    never, always = (calls(config(**{"policy.confirm": how}), 3, 1, BAD) for how in ("never", "always"))
    assert sum(always.values()) - sum(never.values()) == 3


def test_moves_after_a_perfect_description_a_review_and_a_judge_are_counted_where_they_are_asked_for():
    moves = [{"births": 1}, {"births": 3, "moves": ["generalise", "alternative", "restart"], "barrier": True}]
    changes = {"policy.phases": moves, "policy.review": "perfect", "answers.judge": "differ", "answers.judge_samples": 3}
    (found,) = forecasts(config(**changes))
    told = {role: (outlook.low.calls, outlook.high.calls) for role, outlook in found.roles.items()}
    assert told["generator"] == (2, 3 * 2)
    assert told["reviser"] == (0, 2)
    assert told["reviewer"][1] == 2
    assert told["judge"] == (0, 3 * (1 + 2))
    assert found.roles["judge"].high.prompt > found.roles["judge"].high.calls * 100


def test_first_births_are_bought_once_for_all_checkers():
    first, second = most(config(), config(checker="dear"))
    assert first - second == 3 * len(TASKS)


def test_first_births_and_their_checks_are_bought_once_for_all_schedules():
    longer = {"policy.phases": [*SCHEDULE["policy.phases"], {"births": 1}]}
    first, second = most(config(), config(**longer))
    assert second - first == (1 + 1) * 2 + 1 - 3 * (2 + 2 + 1)


@pytest.mark.parametrize(
    "other",
    [
        {"generator.temperature": 1.0},
        {"policy.views": ["objects"]},
        {"policy.temperatures": [0.5]},
        {"policy.blind": 0.5},
        {"seed": 1},
        {"repeat": 1},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_nothing_is_shared_where_the_first_births_are_asked_otherwise(other: dict[str, Any]):
    first, second = most(config(), config(**other))
    assert first == second


def test_what_any_earlier_run_bought_is_not_bought_again():
    first, _, third = most(config(), config(generator="cheap"), config())
    assert first - third == 3 * 2 + 3 * (2 + 1), "its three first births on two tasks, and their checks"


def test_each_answer_is_followed_by_so_many_samples_and_views():
    once, often = most(config(), config(**{"answers.samples": 2, "answers.views": 4, "generator.temperature": 0.5}))
    # under each other view the rule is checked on a pair before it is followed; imperfect ones are followed plainly
    assert often - once == (2 * 4 * 2 - 2 + 2 - 1) * 3 + 2 * 3 * 2


def test_a_run_without_births_makes_its_guesses_and_nothing_else():
    (found,) = forecasts(config(**{"policy.phases": [], "answers.direct": 2}))
    assert found.total.low == found.total.low
    assert [one.calls for one in (found.total.low, found.total.likely, found.total.high)] == [6, 6, 6]


def test_descriptions_that_are_given_are_checked_and_nobody_is_asked_for_them():
    (found,) = forecasts(config(), given=True)
    assert list(found.roles) == ["checker", "answerer"]
    assert found.total.high.calls == (2 + 1) + (1 + 2)


def test_a_description_that_comes_before_the_births_may_spare_them():
    plain, warm = forecasts(config()), forecasts(config(), seeds={"a": 1, "b": 1})
    assert warm[0].total.low.calls == (2 + 1) + (1 + 2)
    assert warm[0].total.high.calls == plain[0].total.high.calls + (2 + 1)
    assert warm[0].roles["generator"].likely.calls == pytest.approx(plain[0].roles["generator"].likely.calls / 2)


@pytest.mark.parametrize(("form", "manner"), [("auto", "text"), ("schema", "schema")])
def test_a_prompt_is_counted_as_it_will_be_sent_the_words_for_its_form_included(form: str, manner: Manner):
    settings = config("plain", **{"policy.phases": [{"births": 1}], "generator.form": form})
    (found,) = forecasts(settings)
    birth = Birth(index=0, operator="write", model="plain")
    told = [tokens(describing(PROMPTS, task, birth, (), 0, manner)) for task in TASKS]
    assert found.roles["generator"].high.prompt == sum(told)


def test_a_revision_shows_its_parent_and_a_recombination_several():
    found = forecasts(config("plain"))[0].roles
    write, revise, recombine = (
        found[role].high.prompt / found[role].high.calls for role in ("generator", "reviser", "recombiner")
    )
    assert write < revise < recombine


def test_moves_are_counted_from_the_beginning_of_their_phase_and_a_birth_that_sees_no_other_is_written():
    moves = {"births": 3, "moves": ["revise", "write"], "barrier": True}
    for phases, writes in (
        ([{"births": 1}, moves], 2),
        ([{"births": 1}, {"births": 1}, moves], 3),
        ([{"births": 3, "moves": ["revise"], "overlap": 3}], 3),
        ([{"births": 3, "moves": ["revise"], "overlap": 2}], 2),
    ):
        (found,) = forecasts(config(**{"policy.phases": phases}))
        assert found.roles["generator"].high.calls == writes * len(TASKS)


def test_who_thinks_is_taken_to_use_more_and_nobody_more_than_is_allowed():
    def reply(model: str, **changes: Any) -> list[float]:
        outlook = forecasts(config(model, **changes))[0].roles["generator"]
        return [one.completion / one.calls for one in (outlook.low, outlook.likely, outlook.high)]

    thinking, plain = reply("dear"), reply("plain")
    assert thinking[0] < 4_000 < thinking[1] < 4_300 < thinking[2]
    assert plain[1] < thinking[1]
    assert reply("dear", **{"generator.max_tokens": 1_500})[1:] == [1_500, 1_500]
    assert reply("dear", **{"generator.reasoning_effort": "low"})[1] < thinking[1] / 2


def test_a_model_of_unknown_kind_is_likely_what_a_table_says_and_what_was_assumed_is_said():
    def reply(**known: Any) -> list[float]:
        cards = CARDS | {"unknown": card("unknown", **known)}
        (found,) = forecast([config("unknown")], TASKS, PROMPTS, cards)
        return [one.completion / one.calls for one in (found.roles["generator"].likely, found.roles["generator"].high)]

    unlisted, listed, plain, thinking = reply(), reply(context=8_000), reply(thinks=False), reply(thinks=True)
    assert unlisted == [plain[0], thinking[1]]
    assert listed == thinking
    assert plain[0] < thinking[0] / 4
    told = list(lines(models_asked([config("unknown", "plain")], CARDS)))
    assert [line for line in told if "likely is as if it did not, high as if it did" in line and line.startswith("unknown: ")]
    assert not [line for line in told if line.startswith("plain: ")]
    assert not [
        line for line in lines(models_asked([config("unknown", **{"generator.thinking": "off"})], CARDS)) if "nobody" in line
    ]


def test_where_each_role_is_asked_is_said_and_who_lacks_the_address_that_another_has(monkeypatch: pytest.MonkeyPatch):
    mine = {"generator.base_url": "http://127.0.0.1:8000/v1"}
    told = list(lines(models_asked([config("plain", "plain", **mine)], CARDS)))
    assert told[:2] == [
        "generator, reviser, recombiner: plain at http://127.0.0.1:8000/v1",
        "checker, answerer: plain at p's own address",
    ]
    assert "--set checker.base_url=… asks there" in told[2]
    alone = configure("quick", models={"generator": "plain"}, changes=mine)
    assert list(lines(models_asked([alone], CARDS))) == [
        "generator, reviser, recombiner, checker, answerer: plain at http://127.0.0.1:8000/v1"
    ]
    monkeypatch.setenv("P_API_BASE", "http://other:1/v1")
    assert "plain at http://other:1/v1, from the environment or .env" in next(
        lines(models_asked([config("plain", "plain")], CARDS))
    )


def test_births_that_wait_for_rules_to_agree_and_second_looks_at_a_pair_are_counted():
    counted, waiting = (config(**{"policy.stop_when": how, "policy.confirm": "never"}) for how in ("count", "agree"))
    number = [sum(n for kind, n in calls(one, 3, 1, USUAL).items() if kind.purpose != "check") for one in (counted, waiting)]
    assert number[0] < number[1]
    assert any(kind.purpose == "alternative" for kind in calls(waiting, 3, 1, USUAL))
    sooner = calls(config(**{"policy.stop_when": "agree", "policy.agree_cap": 0}), 3, 1, USUAL)
    assert sum(sooner.values()) < sum(calls(waiting, 3, 1, USUAL).values())
    once, thrice = (config(**{"policy.borderline": n, "checker.temperature": 1.0}) for n in (1, 3))
    assert sum(calls(thrice, 3, 1, BAD).values()) - sum(calls(once, 3, 1, BAD).values()) == 5 * 2
    assert sum(calls(once, 3, 1, USUAL).values()) < sum(calls(thrice, 3, 1, USUAL).values())


def test_each_phase_is_priced_by_the_model_that_writes_in_it():
    phases = [{"births": 2, "overlap": 2}, {"births": 2, "overlap": 1}]
    (all_dear,), (dear_start,), (cheap,) = (
        forecasts(config(model, **{"policy.phases": [{**phases[0], **own}, phases[1]]}))
        for model, own in (("dear", {}), ("cheap", {"generator": "dear"}), ("cheap", {}))
    )
    usd = [one.roles["generator"].high.usd for one in (cheap, dear_start, all_dear)]
    assert usd == sorted(usd)
    assert usd[1] == pytest.approx((usd[0] + usd[2]) / 2)


def test_an_unknown_price_makes_the_whole_unknown():
    (found,) = forecasts(config(checker="unknown"))
    assert found.total.high.calls > 0
    assert found.total.likely.usd is None
    assert found.roles["generator"].likely.usd is not None


def test_a_mix_is_priced_from_its_cheapest_to_its_dearest_model():
    (mixed,), (cheap,), (dear,) = (forecasts(config(model)) for model in ("cheap,dear", "cheap", "dear"))
    assert mixed.roles["generator"].low.usd == pytest.approx(cheap.roles["generator"].low.usd)
    assert mixed.roles["generator"].high.usd == pytest.approx(dear.roles["generator"].high.usd)
    between = (cheap.roles["generator"].likely.usd + dear.roles["generator"].likely.usd) / 2
    assert mixed.roles["generator"].likely.usd == pytest.approx(between)


def test_rules_of_other_tasks_count_for_the_births_that_are_shown_some_and_no_others():
    told = entry(TASKS[0], Description(bullets=("A bullet of a rule that is as long as such bullets are.",) * 5))
    library = LibraryRow(of="library.jsonl", entries=(told,) * 3, digest="d")
    tasks, asked = [*TASKS, replace(TASKS[0], id="c")], config(**{"policy.mix.behind": 1})
    rows = None, library, LibraryRow(of="run", grows=True, digest="d")
    plain, with_, own = (forecast([asked], tasks, PROMPTS, CARDS, library=row)[0] for row in rows)
    # births 0 to 2 are written, and the second of them is shown two rules; of the run's own the third task alone one
    assert [one.total.high.calls for one in (with_, own)] == [plain.total.high.calls] * 2
    extra = [one.roles["generator"].high.prompt - plain.roles["generator"].high.prompt for one in (with_, own)]
    assert 3 * 2 * 60 < extra[0] < 3 * 2 * 200, extra
    assert 0 < extra[1] < extra[0] / 2
    assert [one.roles["reviser"] for one in (with_, own)] == [plain.roles["reviser"]] * 2
    assert own.total.low.prompt == plain.total.low.prompt
    # a second reader buys the same births, unless what they are shown depends on what the run finds
    again = forecasts(config(), config(checker="plain"), library=library)
    assert "generator" not in again[1].roles
