"""`solve` on a terminal: the dashboard comes up, `q` ends the run gracefully, and the terminal is as it was."""

from __future__ import annotations

import json
from pathlib import Path

from nlevolve.records import TaskStarted
from tests.view.emulator import Terminal
from tests.view.fake_run import FakeRun


def test_q_ends_a_run_that_can_be_resumed() -> None:
    for event in FakeRun(tasks=4).events():
        if isinstance(event, TaskStarted):
            train = [{"input": source, "output": truth} for source, truth in event.pairs]
            task = {"train": train, "test": [{"input": test} for test in event.tests]}
            Path(f"{event.task}.json").write_text(json.dumps(task))
    files = sorted(str(path) for path in Path().glob("*.json"))
    slow = ("--concurrency", "1", "--tasks-at-once", "1", "--preset", "deep")
    terminal = Terminal("-m", "nlevolve", "solve", *files, "--run", "live", *slow, cwd=Path.cwd())
    terminal.until("first bullet", 90)
    terminal.press("q")
    terminal.until("stopping")
    terminal.until("nlevolve resume live", 90)
    assert terminal.end() == 130
    totals = json.loads(Path("runs/live/results.json").read_text())["totals"]
    assert totals["tasks"] == 4
