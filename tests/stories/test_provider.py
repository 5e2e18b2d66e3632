"""Whole runs over real HTTP: a provider that breaks in every way, keys that stay secret, caps that hold."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

from nlevolve.api import Result, asolve
from nlevolve.ask.prompts import bundled
from nlevolve.config import configure
from nlevolve.llm.request import ProviderDown, Request
from nlevolve.options import Limits
from nlevolve.puzzle.datasets import load
from nlevolve.puzzle.grids import cell_accuracy, parse
from nlevolve.records import CallFinished, CandidateChecked, Event, Followed, TaskStarted
from nlevolve.run.session import reopen
from nlevolve.run.store import read_events
from tests.server import FAULTS, Asked, Provider, Said, faulty
from tests.server.embedded import embedded
from tests.server.http import Script
from tests.stories.worlds import REAL, groping, play, scripted, task_file

SECRET = "sk-0123456789-never-to-be-seen"
RULES = {
    "Mirror every row from left to right.": lambda rows: [row[::-1] for row in rows],
    "Turn the grid upside down.": lambda rows: rows[::-1],
}


def tasks(folder: Path, count: int) -> list[str]:
    """Task files whose rule is one of RULES."""
    for number in range(count):
        rng, rule = Random(number), list(RULES.values())[number % 2]

        def pair(rng: Random = rng, rule: Any = rule) -> dict[str, Any]:
            rows = [[rng.randrange(10) for _ in range(4)] for _ in range(3)]
            return {"input": rows, "output": rule(rows)}

        (folder / f"task{number:02}.json").write_text(json.dumps({"train": [pair() for _ in range(3)], "test": [pair()]}))
    return [str(folder)]


def model(asked: Asked) -> Said:
    """Guesses one of the rules by the request's seed; follows the rules it knows."""
    if asked.model == "writer":
        rng = Random(f"{asked.texts[1][:400]}{asked.body.get('seed')}")
        return Said(json.dumps({"bullets": [rng.choice(list(RULES)), "Keep the size.", "Keep the colours."]}))
    asking = asked.texts[1]
    rows = [line for line in asking.split("# Input grid")[1].split("# Description")[0].splitlines() if line[:1].isdigit()]
    rule = next(rule for words, rule in RULES.items() if words in asking)
    return Said(json.dumps({"grid": rule([list(row) for row in parse("\n".join(rows))]), "note": ""}))


def run(
    folder: Path, script: Script, selectors: Sequence[str], port: int = 0, **options: Any
) -> tuple[Result, list[Event], Provider]:
    """A run whose models are this server's."""
    events: list[Event] = []
    with Provider(script, port) as server:
        settings = {f"{role}.base_url": server.url for role in ("generator", "checker")}
        settings |= options.pop("settings", {})
        models = {"generator": "hosted_vllm/writer", "checker": "openai/follower"}
        places = {"runs_dir": folder / "runs", "cache_dir": folder / "bank"}
        result = asyncio.run(
            asolve(
                selectors,
                settings=settings,
                see=events.append,
                report=False,
                **{**models, **places, "tasks_at_once": 24, **options},
            )
        )
    return result, events, server


@pytest.fixture(autouse=True)
def _keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    monkeypatch.setenv("HOSTED_VLLM_API_KEY", SECRET)


def solved(result: Result) -> set[str]:
    return {task for task, one in result.tasks.items() if one.solved}


def finished(events: list[Event]) -> list[CallFinished]:
    return [event for event in events if isinstance(event, CallFinished)]


def judged_by_their_grids(events: list[Event]) -> bool:
    """Whether every attempt that counts is worth exactly what its grid says, or is none."""
    outputs = {event.task: [pair[1] for pair in event.pairs] for event in events if isinstance(event, TaskStarted)}
    judged = [(event.task, a) for event in events if isinstance(event, CandidateChecked) for a in event.attempts]
    followed = [(outputs[task][a.pair], a) for task, a in judged if isinstance(a, Followed)]
    return bool(followed) and all(a.accuracy == cell_accuracy(a.grid, output) for output, a in followed)


async def steady(asked: Asked) -> Said:
    """The embedded models without moods: they would answer another seed, which a try after an unreadable one has, otherwise."""
    return await embedded(replace(asked, body={**asked.body, "seed": 0}))


SMALL = "0520fde7 0d3d703e 3aa6fb7a 46442a0e 5614dbcf 67a3c6ac 68b16354 74dd1130 8be77c9e 9172f3a0 c59eb873 d10ecb37"
"""A dozen training tasks of few cells that the embedded models solve: a hundred broken replies, each way four times and more."""


def test_a_provider_broken_in_thirteen_ways_loses_no_task(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """A third of all replies is broken. What becomes of it depends on what is asked alone, not on how busy the machine is."""
    chosen = [f"arc1:{task}" for task in SMALL.split()]
    models = {"generator": "openai/offline/generator", "checker": "openai/offline/checker", "concurrency": 8}
    calm, _, _ = run(tmp_path / "calm", steady, chosen, **models)
    stormy, events, server = run(tmp_path / "stormy", faulty(steady, 0.34), chosen, **models)
    assert (calm.exit_code, stormy.exit_code) == (0, 0)
    assert len(FAULTS) == 13
    assert len(solved(calm)) == len(chosen) == 12
    assert solved(stormy) == solved(calm)
    assert judged_by_their_grids(events)
    assert sum(event.tries for event in finished(events)) == len(server.asked)
    _, events, mended = run(tmp_path / "stormy", embedded, chosen, server.port, run="again", **models)
    assert len(mended.asked) < 0.1 * len(finished(events))
    assert "Traceback" not in "".join(capfd.readouterr())


def test_a_rerun_asks_only_for_what_was_never_answered(tmp_path: Path) -> None:
    chosen = tasks(tmp_path, 6)
    first, _, server = run(tmp_path, model, chosen, run="first")
    again, events, idle = run(tmp_path, model, chosen, port=server.port, run="again")
    assert idle.asked == []
    assert first.totals["calls"]["provider"] == len(server.asked)
    assert again.totals["calls"] == {"provider": 0, "cache": len(finished(events)), "failed": 0}
    submissions = [(tmp_path / "runs" / name / "submission.json").read_bytes() for name in ("first", "again")]
    assert submissions[0] == submissions[1]


def test_a_cap_on_calls_holds_with_many_in_flight(tmp_path: Path) -> None:
    result, _, server = run(tmp_path, faulty(model, 0.34), tasks(tmp_path, 24), max_calls=60, concurrency=64)
    assert result.exit_code == 3
    assert len(server.asked) <= 60


def test_failed_tries_of_an_interrupted_run_count_against_the_cap_of_its_resumption(tmp_path: Path) -> None:
    """Thirty requests may be sent in all: what the run sent in vain before it stopped is not forgotten when it goes on."""
    sent = 0

    def failing(request: Request) -> str:
        nonlocal sent
        sent += 1
        if sent % 2:
            raise ProviderDown("503", retry_after=0.0)
        return groping(request, luck=0.0)

    task, live, real = task_file(tmp_path), scripted(failing), configure("quick", changes=REAL)
    events = asyncio.run(play(tmp_path, task, live, settings=real, max_calls=11))
    failed = [event for event in finished(events) if event.source == "failed"]
    assert sent == 10, "the eleventh is kept for the answer"
    assert sum(event.tries for event in finished(events)) == 10
    assert [event.tries for event in failed if event.tries]  # a call that the cap ended after its first try
    folder = tmp_path / "runs" / "story"
    session = reopen(
        folder, load([str(task)]), real, Limits(max_calls=30), prompts=bundled(), cache_dir=tmp_path / "bank", live=live
    )
    asyncio.run(session.run([]))
    assert 29 <= sent <= 30
    assert sum(event.tries for event in finished(list(read_events(folder)))) == sent


def test_a_budget_holds_with_many_in_flight(tmp_path: Path) -> None:
    prices = {f"{role}.{price}": 100.0 for role in ("generator", "checker") for price in ("price_in", "price_out")}
    result, _, server = run(tmp_path, model, tasks(tmp_path, 24), budget=1.0, concurrency=64, settings=prices)
    assert result.exit_code == 3
    assert 0.5 < result.totals["cost_usd"] <= 1.0
    assert result.totals["cost_usd"] == pytest.approx(len(server.asked) * 120 * 100 / 1e6)


def test_a_refused_key_ends_the_run_with_one_call_a_model_and_the_key_is_nowhere(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(asked: Asked) -> Said:
        return Said(f"Incorrect API key provided: {asked.headers['Authorization']}", status=401, code="invalid_api_key")

    result, events, server = run(tmp_path, refuse, tasks(tmp_path, 6))
    assert result.exit_code == 4
    assert len(server.asked) <= 64  # those that were under way when the first refusal came
    assert "***" in " ".join(event.error for event in finished(events))
    written = [file.read_bytes() for folder in ("runs", "bank") for file in (tmp_path / folder).rglob("*") if file.is_file()]
    assert len(written) >= 4
    assert not [content for content in written if SECRET[3:].encode() in content]
    shown = "".join(capfd.readouterr()) + caplog.text + str(result) + repr(events)
    assert SECRET[3:] not in shown
    assert "Traceback" not in shown
