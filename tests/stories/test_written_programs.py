"""Whole runs of generators that write a program beside each description: no checker is asked, and all else is as ever."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from nlevolve.ask.prompts import bundled
from nlevolve.config import configure
from nlevolve.errors import UsageError
from nlevolve.llm.settings import CoderSettings
from nlevolve.options import Limits, Options
from nlevolve.puzzle.datasets import load
from nlevolve.records import CallFinished, CandidateChecked, Event, TaskAnswered
from nlevolve.run.session import begin, reopen
from nlevolve.run.store import read_events

TASKS = ["arc1:67a3c6ac", "arc1:5582e5ca"]
FEW = {
    "policy.phases": [
        {"births": 4, "overlap": 4},
        {"births": 3, "moves": ["revise", "recombine"], "barrier": True},
    ],
    "coder.seconds": 30,
}


def told(run: Path) -> object:
    events = read_events(run)
    answers = {e.task: e.answers for e in events if isinstance(e, TaskAnswered)}
    return answers, sorted((e.task, e.birth.index, e.description, e.program, e.attempts) for e in born(events))


def born(events: Sequence[Event]) -> list[CandidateChecked]:
    return [e for e in events if isinstance(e, CandidateChecked)]


def bought(events: Sequence[Event]) -> Counter[str]:
    return Counter(e.role for e in events if isinstance(e, CallFinished) and e.source == "provider")


@pytest.mark.parametrize("preset", ["python", "greenblatt"])
def test_a_run_without_a_checker_is_told_again_and_resumed_to_the_same_answers(preset: str, tmp_path: Path) -> None:
    settings, selection = configure(preset, changes=FEW), load(TASKS)
    places: dict[str, Any] = {"runs_dir": tmp_path / "runs", "cache_dir": tmp_path / "bank"}
    run = begin(selection, settings, Options(preset=preset, run="whole", **places))
    asyncio.run(run.run([]))
    events = read_events(run.folder)
    assert bought(events).keys() <= {"generator", "reviser", "recombiner"}, "nobody else is asked"
    assert all(e.program and {a.by for a in e.attempts} == {"coder"} for e in born(events))
    assert {e.birth.operator for e in born(events)} >= {"write", "revise"}
    [mirror] = [e for e in events if isinstance(e, TaskAnswered) and e.task == "67a3c6ac"]
    assert mirror.stopped == "exhausted" or mirror.answers[0].attempt_1

    again = begin(selection, settings, Options(preset=preset, run="again", replay=True, **places))
    asyncio.run(again.run([]))
    assert told(again.folder) == told(run.folder)
    assert not bought(read_events(again.folder))

    lines = (run.folder / "events.jsonl").read_bytes().splitlines(keepends=True)
    half = run.folder.with_name("half")
    half.mkdir()
    (half / "config.json").write_bytes((run.folder / "config.json").read_bytes())
    (half / "events.jsonl").write_bytes(b"".join(lines[: len(lines) // 2]))
    asyncio.run(reopen(half, selection, settings, Limits(), prompts=bundled(), cache_dir=tmp_path / "bank").run([]))
    assert told(half) == told(run.folder)


def test_presets_that_write_programs_ask_no_coder_and_name_what_does_not_go_with_them(monkeypatch: pytest.MonkeyPatch) -> None:
    for preset in ("python", "greenblatt"):
        config = configure(preset, models={"generator": "a,b", "checker": "c"}, changes={"coder.memory": 32})
        assert "coder" not in config.roles
        assert isinstance(config.coder, CoderSettings)
        assert (config.coder.memory, config.policy.read) == (32, "code")
    for changes, why in (
        ({"policy.read": "both"}, "policy.read"),
        ({"policy.phases": [{"births": 4, "moves": ["restart"]}]}, "has restart"),
        ({"generator.form": "schema"}, "asked for as text"),
    ):
        with pytest.raises(UsageError, match=why):
            configure("python", changes=changes)
    monkeypatch.setattr("nlevolve.sandbox.pool.PACKAGE", "no_such_package")
    with pytest.raises(UsageError, match=r"pip install 'nlevolve\[code\]'"):
        configure("python")
