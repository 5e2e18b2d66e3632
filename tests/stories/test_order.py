"""The order in which replies arrive decides nothing."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from nlevolve.config import configure, presets
from nlevolve.records import CallFinished, CandidateChecked, Event, TaskAnswered
from tests.stories.worlds import config, groping, jittery, play, scripted, task_file

SCHEDULES = {
    "overlap": config(),
    "barrier": config(policy__phases=[{"births": 6, "barrier": True}, {"births": 8, "moves": ["revise"], "barrier": True}]),
    "one by one": config(policy__phases=[{"births": 12, "moves": ["write", "revise", "recombine"], "overlap": 1}]),
    "phase stop": config(policy__stop_at="phase"),
    "two wanted": config(policy__stop_perfect=2),
    "two that agree": config(policy__stop_when="agree", policy__agree_cap=4),
    "telling": config(policy__check="telling", policy__blind=0.5),
    "a mix of models": config(generator__model="offline/generator,offline/generator-weak", policy__mix={"behind": 1}),
    **{name: configure(name) for name in presets()},
}


def gist(events: list[Event]) -> object:
    """What must not depend on timing: the answers, and every candidate up to the end of the search."""
    end = next(e for e in events if isinstance(e, TaskAnswered))
    checked = {e.birth.index: (e.birth, e.description, e.attempts) for e in events if isinstance(e, CandidateChecked)}
    return end.answers, end.stopped, end.best, {k: v for k, v in sorted(checked.items()) if end.best is None or k <= end.best}


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_replies_in_any_order_give_the_same_answers(schedule: str, tmp_path: Path) -> None:
    task = task_file(tmp_path)
    gists = [
        gist(
            asyncio.run(
                play(tmp_path, task, scripted(groping, jittery(n)), name=f"r{n}", cache=f"c{n}", settings=SCHEDULES[schedule])
            )
        )
        for n in range(4)
    ]
    assert all(g == gists[0] for g in gists)


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_the_same_command_again_sends_nothing(schedule: str, tmp_path: Path) -> None:
    task = task_file(tmp_path)
    first = asyncio.run(play(tmp_path, task, scripted(groping, jittery(1)), settings=SCHEDULES[schedule]))
    again = asyncio.run(play(tmp_path, task, scripted(groping, jittery(2)), settings=SCHEDULES[schedule]))
    assert {e.source for e in again if isinstance(e, CallFinished)} == {"cache"}
    assert gist(first) == gist(again)
