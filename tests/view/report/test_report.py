"""The report: one file, the same bytes every time, nothing from outside, and model text that stays text."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import zlib
from functools import cache
from random import Random
from typing import Any

from nlevolve.puzzle.grids import Grid
from nlevolve.puzzle.tasks import Pair, Task
from nlevolve.records import (
    AnswerGuessed,
    AnyEvent,
    CallFinished,
    CandidateChecked,
    Garbled,
    MixLearned,
    MoveFailed,
    Noticed,
    TaskAnswered,
)
from nlevolve.view.charts import Bar, Curve, Point, bars, curves, frontier, pareto
from nlevolve.view.history import read
from nlevolve.view.report.report import _mix, report
from nlevolve.view.report.report_data import pack
from nlevolve.view.results import results
from nlevolve.view.run_folder import flat
from tests.view.story import (
    FLIP,
    HARD,
    SOLUTIONS,
    TASKS,
    A,
    B,
    birth,
    candidate,
    clock,
    events,
    followed,
    hostile_events,
    started,
)

CONFIG = {"preset": "quick", "generator": {"model": "offline/generator", "temperature": None}, "selectors": ["arc1:a", "b"]}


def page(told: list[AnyEvent]) -> str:
    history = read(told)
    return report(results(history, TASKS, SOLUTIONS), history, CONFIG, SOLUTIONS)


@cache
def story_page() -> str:
    return page(events())


def packed(html: str) -> list[dict[str, Any]]:
    blocks = re.findall(r'<script type="text/plain">([^<]*)</script>', html)
    return [json.loads(zlib.decompress(base64.b64decode(block), -zlib.MAX_WBITS)) for block in blocks]


def test_the_same_run_gives_the_same_bytes():
    assert page(events()) == story_page()


def test_nothing_comes_from_outside_and_one_script_may_run():
    html = story_page()
    assert not re.search("https?:", html.replace("http://www.w3.org/2000/svg", ""))
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', html)
    assert policy is not None
    (script,) = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert policy[1].replace("&#39;", "'").startswith(f"default-src 'none'; script-src 'sha256-{digest}';")


def test_what_a_model_wrote_is_never_markup():
    html = page(hostile_events())
    assert len(re.findall("<script", html)) == 3, "the page's own script, and two packed tasks"
    assert "<img" not in html
    assert "&lt;img src=x" in html
    assert "\x1b" not in html


def test_every_task_selected_has_its_row():
    html = story_page()
    assert re.findall(r'data-id="([^"]*)"', html) == ["flip", "hard", "never"]
    assert "1 of 3" in html
    assert "This run ended early (interrupted). Go on with: nlevolve resume story" in html


def test_a_right_grid_that_was_proposed_but_not_chosen_is_told_apart():
    html = story_page()
    assert re.search(r'data-id="hard" data-states="wrong covered"', html)


def test_a_packed_birth_says_whether_it_was_said_before_and_whether_it_was_confirmed():
    told = events()
    first = next(n for n, event in enumerate(told) if isinstance(event, CandidateChecked))
    told[first] = told[first].model_copy(update={"duplicate_of": 7, "confirmed": False})
    (flip, _) = packed(page(told))
    assert [(birth["dup"], birth["sure"]) for birth in flip["births"]] == [(7, False), (None, None)]


def test_a_packed_task_holds_each_grid_once_and_its_whole_family():
    (flip, hard) = packed(story_page())
    assert len(flip["grids"]) == len(set(flip["grids"])) == 5
    place = flip["grids"].index
    assert flip["pairs"][0] == [place("10/02"), place("01/20")]
    first, revised = flip["births"]
    assert revised["by"] == [0]
    assert revised["tries"][0] == ["followed", place("01/20"), 1.0, ""]
    assert (first["x"], revised["x"], flip["best"]) == (0, 2, 1)
    assert flip["tests"][1] == {
        "in": place("12/34"),
        "out": place("21/43"),
        "one": place("99/99"),
        "two": place("21/43"),
        "all": [[place("99/99"), 1.0], [place("21/43"), 1.0]],
        "by": [[], [[1, 1]]],
        "guesses": [0, 0],
        "picked": ["", ""],
        "said": [],
    }
    assert [birth["tries"][0][0] for birth in hard["births"]] == ["garbled", "unreached"]


def test_without_solutions_no_truth_is_shown_and_nothing_is_called_solved():
    history = read(events())
    html = report(results(history, TASKS, {}), history, CONFIG, {})
    assert all(test["out"] is None for task in packed(html) for test in task["tests"])
    assert "solutions unknown" in html
    assert 'data-states="solved"' not in html


def test_births_that_failed_and_runs_that_have_only_begun_are_shown():
    told = events()
    failure = MoveFailed(at=clock(5), task="flip", birth=birth(2), reason="garbled", why="no bullets")
    (flip, _) = packed(page([*told, failure]))
    assert flip["failed"] == [{"i": 2, "op": "write", "by": [], "reason": "garbled", "why": "no bullets"}]
    for shown in (0, 1, 3, 8, len(told) - 1):
        assert "had not ended" in page(told[:shown])


def test_a_big_run_stays_a_small_file():
    """50 tasks of 12 births on large grids of noise, which nothing compresses: an eighth of what 400 tasks may take."""
    draw = Random(0)

    def noise() -> Grid:
        return tuple(tuple(draw.randrange(10) for _ in range(20)) for _ in range(20))

    many = [Task(f"{n:08x}", tuple(Pair(noise(), noise()) for _ in range(3)), (noise(),)) for n in range(50)]
    told: list[AnyEvent] = []
    for task in many:
        told.append(started(task, 1))
        for index in range(12):
            bullets = tuple(" ".join(f"word{draw.randrange(500)}" for _ in range(15)) for _ in range(5))
            parents = (index - 1,) if index else ()
            tries = tuple(followed(task, pair, noise()) for pair in range(3))
            told.append(candidate(task, birth(index, "revise" if index else "write", parents), bullets, tries, 2))
        told.append(TaskAnswered(at=clock(3), task=task.id, answers=(), stopped="exhausted", best=0))
    history = read(told)
    html = report(results(history, many, {}), history, CONFIG, {})
    assert len(html.encode()) < 15_000_000 / 8


def test_settings_are_told_flat():
    rows = dict(flat({"a": {"b": 1, "c": {}}, "d": ["x", "y"], "e": [{"f": None}]}))
    assert rows == {"a.b": "1", "a.c": "{}", "d": "x, y", "e.0.f": "None"}


def test_charts_take_any_label_and_leave_no_style_of_their_own():
    wild = "<b>$x^2$</b> _{a\x1b[31m"
    made = [
        curves(wild, [Curve(wild, [0, 1], [0, 1]), Curve("_y", [1], [1])], "x", "y", log=True),
        bars(wild, {"by model": [Bar(wild, 0, "0 of 0")]}),
        frontier(wild, [Point(wild, 0, 0.5, 0.2, 0.8), Point("b", 1, 1, 1, 1)], "x", "y"),
    ]
    for svg in made:
        assert svg.startswith("<svg ")
        assert "<b>" not in svg
        assert "<style" not in svg
        assert "\x1b" not in svg
        assert "var(--ink)" in svg


def test_a_bar_is_named_in_full_and_what_stands_behind_it_ends_before_the_edge():
    drawn = {
        "by way of showing": [Bar("grids as names, with facts, with pictures", 12, "12 of 140 births"), Bar("as usual", 1, "1")]
    }
    svg = bars("Who solved them", drawn)
    assert re.findall(r">(grids [^<]*|with pictures|as usual)<", svg) == [
        "grids as names, with facts,",
        "with pictures",
        "as usual",
    ]
    width = re.search(r'viewBox="0 0 ([\d.]+) ', svg)
    at = re.search(r' x="([\d.]+)"[^>]*>12 of 140 births<', svg)
    assert width is not None
    assert at is not None
    assert float(at[1]) + 5 * len("12 of 140 births") < float(width[1])


def test_a_legend_of_many_curves_stands_above_them_and_the_chart_grows_for_it():
    def height(labels: list[str]) -> float:
        svg = curves("Latency", [Curve(label, [1, 2], [0, 1]) for label in labels], "x", "y")
        found = re.search(r'viewBox="0 0 [\d.]+ ([\d.]+)"', svg)
        assert found is not None
        return float(found[1])

    few, long = ["cells", "pairs"], [f"{role}, claude-sonnet-5" for role in ("generator", "checker", "recombiner")]
    assert height(few) < height(long) < height(long * 3)


def test_a_run_that_looked_for_no_description_is_told_by_its_guesses():
    begun = events()[0].model_copy(update={"models": {"generator": "offline/generator", "answerer": "offline/checker"}})
    guess = AnswerGuessed(at=clock(2), task=FLIP.id, sample=0, attempt=followed(FLIP, 0, A))
    html = page([begun, started(FLIP, 1).model_copy(update={"births": 0}), guess])
    assert "offline/checker guesses · preset" in html
    assert "offline/generator writes" not in html
    assert "no description was looked for" in html
    assert "<span>–</span><span>–</span><span>1 guess</span>" in html


def test_the_frontier_holds_what_no_other_beats():
    cheap, good, beaten = Point("c", 1, 0.3, 0, 1), Point("g", 3, 0.6, 0, 1), Point("b", 2, 0.2, 0, 1)
    assert pareto([good, beaten, cheap]) == [cheap, good]


def test_pack_survives_a_log_without_its_beginning():
    history = read([candidate(FLIP, birth(0), ("Copy.",), (followed(FLIP, 0, B), followed(FLIP, 1, A)), 1)])
    assert pack(history.task("flip"), None)["pairs"] == []


def test_notices_are_shown_once():
    told = [*events(), Noticed(text="a slow <disk>"), Noticed(text="a slow <disk>")]
    assert page(told).count("a slow &lt;disk&gt;") == 1


def test_what_a_mix_showed_is_pooled_over_tasks() -> None:
    history = read(
        [
            MixLearned(task="a", rows=(("openai/big", 2, 0.1, 0.5), ("openai/small", 2, 0.2, 0.1))),
            MixLearned(task="b", rows=(("openai/big", 6, 0.3, 0.5),)),
        ]
    )
    told = [(row["model"], row["births"], round(row["gain"], 3), round(row["cost"], 3)) for row in _mix(history)]
    assert told == [("openai/big", 8, 0.25, 0.5), ("openai/small", 2, 0.2, 0.1)]


def test_tasks_are_ordered_as_the_run_ranks_its_candidates():
    """flip has half of its pairs exact and half of its cells; hard has none exact, and three cells of four."""
    one_exact = candidate(FLIP, birth(0), ("a",), (followed(FLIP, 0, B), Garbled(pair=1, why="no grid")), 4)
    near = candidate(HARD, birth(0), ("b",), (followed(HARD, 0, ((1, 2), (3, 9))),), 4)
    places = {}
    for rank in ("pairs", "cells"):
        begun = events()[0].model_copy(update={"rank": rank})
        html = page([begun, started(FLIP, 1), started(HARD, 1), one_exact, near])
        places[rank] = dict(re.findall(r'data-id="(\w+)".*?data-place="(\d)"', html))
    assert places == {"pairs": {"flip": "0", "hard": "1", "never": "2"}, "cells": {"flip": "1", "hard": "0", "never": "2"}}


def test_estimates_losses_and_smaller_prompts_are_said():
    told = [
        e.model_copy(update={"usage": e.usage.model_copy(update={"estimated": True}), "trimmed": "the parents"})
        if isinstance(e, CallFinished)
        else e
        for e in events()
    ]
    html = page(told)
    assert "≈ $0.0300+" in html
    assert "of 5 replies estimated" in html
    assert "No reply came to some of what was asked: 1 without a reply." in html
    assert "no reply came to some of it: 1 without a reply" in html
    (flip, _) = packed(html)
    assert flip["births"][1]["less"] == "asked for without the parents"
