"""Requests and replies of a run, made again from its log and the bank."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from nlevolve import api
from nlevolve.ask.prompts import bundled
from nlevolve.llm.request import Reply, Request
from nlevolve.puzzle.datasets import load
from nlevolve.records import CallFinished, Event
from nlevolve.run import store
from nlevolve.run.retell import Told, retell, retell_all

QUICK = {"policy.phases": [{"births": 4, "moves": ["write", "revise"], "overlap": 1}], "policy.stop_perfect": 9}


async def clumsy(request: Request) -> Reply:
    """Writes rules, and is understood in the repair alone; one grid is cut."""
    if request.label.purpose in ("check", "follow"):
        cut = request.label.target == 1
        return Reply(text='{"grid": [[1, 2], [3', finish="length") if cut else Reply(text='{"grid": [[1, 2]], "note": ""}')
    if not request.label.repair:
        return Reply(text="Well.", reasoning="It turns, I think.")
    return Reply(text=json.dumps({"bullets": [f"Turn the grid {request.sample + 1} times, then mirror its left half."]}))


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("retell")
    found = api.solve(
        ["arc1:67a3c6ac"],
        preset="quick",
        settings={**QUICK, "generator.max_tokens": 50},
        run="r",
        runs_dir=home / "runs",
        cache_dir=home / "cache",
        live=clumsy,
    )
    return found.folder


def told(folder: Path, births: list[int] | None = None, **changes: Any) -> list[Told]:
    return retell({**store.read_config(folder), **changes}, store.read_events(folder), "67a3c6ac", births)


def test_every_call_of_a_run_is_told_with_the_very_request_and_reply(run: Path) -> None:
    calls: list[Event] = [event for event in store.read_events(run) if isinstance(event, CallFinished)]
    found = told(run)
    assert len(found) == len({call.request for call in calls if isinstance(call, CallFinished)}) > 10
    assert all(one.request is not None and one.request.key == one.call.request for one in found)
    assert all(one.sample is not None for one in found)
    repairs = [one for one in found if one.call.repair and one.call.purpose == "write"]
    assert repairs
    assert all(one.request and one.request.messages[-2].role == "assistant" for one in repairs)


def test_only_the_births_asked_for_are_told(run: Path) -> None:
    assert {one.call.birth for one in told(run, [1])} == {1}


def test_inside_a_loop_it_has_one_of_its_own(run: Path) -> None:
    import asyncio

    async def ask() -> int:
        return len(told(run))

    assert asyncio.run(ask()) == len(told(run))


def test_other_prompts_are_not_passed_off_as_what_was_asked(run: Path, tmp_path: Path) -> None:
    for file in [*bundled().rglob("*.md")]:
        place = tmp_path / file.relative_to(bundled())
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(file.read_text(encoding="utf-8").replace("You follow", "You obey"), encoding="utf-8")
    found = told(run, prompts_dir=str(tmp_path), prompts={"apply.md": "another digest"})
    by_purpose = {one.call.purpose: one for one in found}
    assert by_purpose["write"].request is not None
    assert by_purpose["check"].request is None
    assert by_purpose["check"].sample is not None


@pytest.mark.parametrize(
    "changes", [{"cache_dir": "/nowhere"}, {"prompts_dir": "/nowhere", "prompts": {}}, {"settings": {"strange": 1}}]
)
def test_what_is_gone_is_told_as_far_as_the_log_goes(run: Path, changes: dict[str, Any]) -> None:
    found = told(run, **changes)
    assert found
    assert all(one.request is None for one in found)


def test_our_own_prompts_are_found_wherever_the_run_was_made(run: Path) -> None:
    assert all(one.request is not None for one in told(run, prompts_dir="/nowhere"))


def test_a_run_with_many_calls_is_not_told_whole(run: Path) -> None:
    config, events = store.read_config(run), store.read_events(run)
    assert retell_all(config, events, 3) == {}
    assert list(retell_all(config, events, 1000)) == ["67a3c6ac"]


def test_a_description_that_was_followed_before_a_better_one_was_found_is_told_too(tmp_path: Path) -> None:
    """Two fit; the first was followed alone, and then the second, of fewer words, took its place."""
    task = load(["arc1:67a3c6ac"]).tasks[0]

    async def say(request: Request) -> Reply:
        asked = request.label
        if asked.purpose == "check":
            return Reply(text=json.dumps({"grid": task.pairs[asked.target or 0].output, "note": ""}))
        if asked.purpose == "follow":
            return Reply(text=json.dumps({"grid": [[asked.birth or 0]], "note": ""}))
        words = (
            "Mirror the grid from left to right."
            if asked.birth
            else "Mirror the whole grid, every row of it, from left to right."
        )
        return Reply(text=json.dumps({"bullets": [words]}))

    settings = {
        "policy.phases": [{"births": 3, "overlap": 1}],
        "answers.second": 2,
        "answers.perfect": 1,
        "policy.confirm": "never",
    }
    found = api.solve(["arc1:67a3c6ac"], settings=settings, runs_dir=tmp_path, cache_dir=tmp_path / "cache", live=say)
    calls = [one for one in told(found.folder) if one.call.purpose == "follow"]
    assert {one.call.birth for one in calls} == {0, 1}
    assert all(one.request is not None for one in calls)
