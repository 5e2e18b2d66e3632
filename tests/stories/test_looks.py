"""However a task is shown, the run goes as any: it is told again to the byte, and every birth says how it was shown."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import nlevolve
from nlevolve.llm.request import Request
from nlevolve.puzzle.notations import NOTATIONS
from nlevolve.records import BirthPlanned, CallFinished, CandidateChecked, read_event
from nlevolve.records.events import AnyEvent
from tests.stories.test_resume import resume
from tests.stories.worlds import config, groping, play, scripted, task_file

TASK = "arc1:67a3c6ac"


def solved(place: Path, run: str, **options: Any) -> Path:
    nlevolve.solve([TASK], run=run, runs_dir=place / "runs", cache_dir=place / "bank", report=False, **options)
    return place / "runs" / run


def events(folder: Path) -> list[AnyEvent]:
    return [read_event(line) for line in (folder / "events.jsonl").read_bytes().splitlines()]


def test_births_see_grids_in_one_notation_after_another_and_the_run_is_told_again(tmp_path: Path) -> None:
    settings = {
        "policy.grids": list(NOTATIONS),
        "checker.grids": "names",
        "policy.phases": [{"births": 7}],
        "policy.stop_perfect": 7,
    }
    first = solved(tmp_path, "first", settings=settings)
    planned = [event.birth for event in events(first) if isinstance(event, BirthPlanned)]
    assert [birth.grids for birth in planned] == [*NOTATIONS, NOTATIONS[0]]
    again = solved(tmp_path, "again", settings=settings, replay=True)
    assert [event.source for event in events(again) if isinstance(event, CallFinished) if event.source != "cache"] == []
    assert (again / "submission.json").read_bytes() == (first / "submission.json").read_bytes()


def test_with_facts_beside_the_grids_a_resumed_run_asks_the_same(tmp_path: Path) -> None:
    task, settings = task_file(tmp_path), config(generator__facts=True, checker__facts=True, policy__phases=[{"births": 4}])
    seen: list[str] = []

    def say(request: Request) -> str:
        seen.append("\n".join(message.text for message in request.messages))
        return groping(request)

    before = asyncio.run(play(tmp_path, task, scripted(say), settings=settings))
    assert all("## Facts of pair 2\n- the output is as large as the input" in text for text in seen)
    assert {event.birth.facts for event in before if isinstance(event, BirthPlanned)} == {True}
    folder = tmp_path / "runs" / "story"
    half = next(n for n, event in enumerate(before) if isinstance(event, CandidateChecked)) + 1
    log = folder / "events.jsonl"
    log.write_bytes(b"".join(log.read_bytes().splitlines(keepends=True)[:half]))
    told, after = len(seen), asyncio.run(resume(folder, task, tmp_path / "bank", settings))
    assert len(seen) == told
    assert {one.request for one in after if isinstance(one, CallFinished)} == {
        one.request for one in before if isinstance(one, CallFinished)
    }
