"""Sets for test-time training can be undone exactly, and hold each pair once in the test's place."""

from __future__ import annotations

import json
from pathlib import Path

from hypothesis import given, settings

from nlevolve.ask.prompts import Prompts, bundled
from nlevolve.puzzle.tasks import Task
from nlevolve.view.export.leave_one_out import leave_one_out, undone
from nlevolve.view.history import History
from nlevolve.view.run_folder import RunFolder
from tests.puzzle.strategies import TASKS

PROMPTS = Prompts(bundled())


def run(task: Task) -> RunFolder:
    return RunFolder(Path("runs/x"), {}, History(), [task], {}, {})


@settings(max_examples=15, deadline=None)
@given(TASKS)
def test_every_set_is_undone_to_the_task_it_was_made_of(task: Task) -> None:
    lines = [json.loads(json.dumps(one.line)) for one in leave_one_out(run(task), PROMPTS, 6)]
    assert {line["held_out"] for line in lines} == (set(range(len(task.pairs))) if len(task.pairs) > 1 else set()) or len(
        set(task.pairs)
    ) < len(task.pairs)
    for line in lines:
        shown, asked = undone(line)
        assert asked == task.pairs[line["held_out"]]
        assert shown == {place: pair for place, pair in enumerate(task.pairs) if place != line["held_out"]}
        assert json.loads(line["messages"][-1]["content"])["grid"] == line["test"][0]["output"]
    assert len({json.dumps(line["messages"]) for line in lines}) == len(lines)
