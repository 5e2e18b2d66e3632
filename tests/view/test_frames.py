"""A run as frames: the same rows as its log, with the same columns whatever it holds."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import nlevolve
from nlevolve.evolve.population import population
from nlevolve.view.columns import ATTEMPTS, CALLS, CANDIDATES, TASKS
from nlevolve.view.frames import _candidate
from tests.evolve.candidates import checked

DOCS = (Path(__file__).parents[2] / "docs" / "DATA.md").read_text()
FRAMES = {"tasks": TASKS, "candidates": CANDIDATES, "attempts": ATTEMPTS, "calls": CALLS}


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("frames")
    for name, tasks in (("one", ["arc1:67a3c6ac"]), ("group.s1", ["arc1:67a3c6ac"])):
        nlevolve.solve(tasks, run=name, runs_dir=place / "runs", cache_dir=place / "cache", report=False)
    shutil.copytree(place / "runs/group.s1", place / "runs/group.s2")
    return place / "runs"


def test_frames_say_what_the_results_say(runs: Path) -> None:
    told, result = nlevolve.read_run("one", runs_dir=runs), nlevolve.read_run(runs / "one")
    assert told.runs == result.runs == ("one",)
    [task] = told.tasks.to_dict("records")
    assert (task["task"], task["solved"], task["exact"], task["pairs"]) == ("67a3c6ac", True, 3, 3)
    assert task["candidates"] == len(told.candidates)
    assert task["calls"] == (told.calls.source == "provider").sum() > 0
    assert task["tokens_prompt"] == told.calls.tokens_prompt.sum() > 0
    best = told.candidates[told.candidates.birth == task["best"]].iloc[0]
    own = told.attempts[(told.attempts.birth == task["best"]) & (told.attempts.on == "training")]
    assert best.perfect
    assert list(own.accuracy) == [1.0] * 3
    on_test = told.attempts[(told.attempts.birth == task["best"]) & (told.attempts.on == "test")]
    assert on_test.exact.all()
    assert on_test.grid.iloc[0][0]


def test_candidates_say_how_the_task_was_shown_to_whoever_wrote() -> None:
    plain = checked(0, "==")
    seeing = plain.birth.model_copy(update={"grids": "names", "facts": True, "eye": "all", "examples": ("a", "b")})
    told = plain.model_copy(update={"birth": seeing, "unseen": ("pictures",)})
    shown = [_candidate(population([event]).members[0]) for event in (plain, told)]
    columns = ("grids", "facts", "images", "examples", "unseen")
    assert [tuple(row[name] for name in columns) for row in shown] == [
        ("digits", False, "none", 0, False),
        ("names", True, "none", 2, True),
    ]


def test_repeats_lie_below_each_other_and_a_run_without_events_has_the_columns(runs: Path, tmp_path: Path) -> None:
    told = nlevolve.read_run("group", runs_dir=runs)
    assert told.runs == ("group.s1", "group.s2")
    assert list(told.tasks.run) == ["group.s1", "group.s2"]
    shutil.copytree(runs / "one", tmp_path / "empty")
    (tmp_path / "empty/events.jsonl").write_text("")
    empty = nlevolve.read_run(tmp_path / "empty")
    assert empty.tasks.stopped.tolist() == ["interrupted"]
    for name, columns in FRAMES.items():
        frame = getattr(empty, name)
        assert list(frame.columns) == list(columns)
        assert frame.dtypes.to_dict() == getattr(told, name).dtypes.to_dict()


def test_a_run_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(nlevolve.UsageError, match="no run 'none' under"):
        nlevolve.read_run("none", runs_dir=tmp_path)


@pytest.mark.parametrize("frame", FRAMES)
def test_the_docs_name_every_column(frame: str) -> None:
    for name, (kind, what) in FRAMES[frame].items():
        assert f"| `{name}` | {kind} | {what} |" in DOCS
