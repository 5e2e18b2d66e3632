"""`watch` and `show` on a run's folder: what they print, and one line for what is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nlevolve.records import CandidateChecked, write_event
from tests.cli.conftest import Run
from tests.view.fake_run import FakeRun

EVENTS = FakeRun().events()
TASK = next(e.task for e in EVENTS if isinstance(e, CandidateChecked))


@pytest.fixture
def run(nlevolve: Run) -> Run:
    """Call the command line where runs/demo is a run."""
    folder = Path("runs/demo")
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps({"run": "demo", "tasks": []}))
    (folder / "events.jsonl").write_text("".join(write_event(event) + "\n" for event in EVENTS))
    return nlevolve


def test_a_finished_run_is_told_in_lines_where_there_is_no_terminal(run: Run) -> None:
    code, out, _ = run("watch", "demo")
    assert code == 0
    assert "run demo started" in out
    assert out.rstrip().endswith("the run is done")
    assert run("watch", "runs/demo", "--speed", "20")[1] == out
    assert len(run("watch", "demo", "--at", "50%")[1]) < len(out)


def test_one_screen_can_be_printed(run: Run) -> None:
    code, out, _ = run("watch", "demo", "--still", "--at", "50", "--size", "100x30", "--palette", "colour-blind")
    lines = out.removesuffix("\n").split("\n")
    assert code == 0
    assert [len(line) for line in lines] == [100] * 30
    assert "tasks" in lines[3]


def test_a_task_is_shown(run: Run) -> None:
    code, out, _ = run("show", "demo", TASK)
    assert code == 0
    assert TASK in out
    assert "lineage" in out
    assert "the solutions are not known" in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("watch", "demon"), "no run 'demon' under runs; nearest: demo"),
        (("watch", "demo", "--at", "130%"), "--at 130%: give a share of the run's time from 0% to 100%"),
        (("watch", "demo", "--at", "half"), "--at half: give a share"),
        (("watch", "demo", "--speed", "0"), "--speed 0: give a number above 0, at most 4096"),
        (("watch", "demo", "--speed", "nan"), "--speed nan: give a number"),
        (("watch", "demo", "--still", "--size", "wide"), "--size wide: give columns and rows, such as 120x40"),
        (("watch", "demo", "--palette", "sepia"), "no palette 'sepia'; palettes: arc, colour-blind"),
        (("show", "demo", "nosuchtask"), "the run has no task 'nosuchtask'; nearest: "),
        (("show", "demo", TASK, "--birth", "99"), "has no candidate of birth 99; it has 0, "),
    ],
)
def test_what_is_wrong_is_said_in_one_line(run: Run, arguments: tuple[str, ...], said: str) -> None:
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert said in err
    assert len(err.splitlines()) == 1


def test_a_run_that_has_not_begun_can_be_watched(run: Run) -> None:
    Path("runs/demo/events.jsonl").unlink()
    assert run("watch", "demo") == (0, "", "")
    assert "waiting for the run's first event" in run("watch", "demo", "--still")[1]
    assert "the run has no tasks yet" in run("show", "demo", TASK)[2]
