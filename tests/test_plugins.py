"""Strategies and views from other packages: found by their entry points, refused in one line, and named by a run for ever."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest

import nlevolve
from nlevolve.config import configure
from nlevolve.errors import UsageError
from nlevolve.evolve.parents import name_of, strategy
from nlevolve.evolve.population import Candidate, Population
from nlevolve.llm.request import Request
from nlevolve.records import BirthPlanned
from nlevolve.run.store import read_events
from tests.scripted import bullets, scripted
from tests.stories.worlds import groping, task_file

ROOT = Path(__file__).parent.parent

CODE = """
def last(candidates, turn, seen, rng):
    return candidates[-1]

def broken(candidates, turn, seen, rng):
    raise ZeroDivisionError("division by zero")

def stranger(candidates, turn, seen, rng):
    return "nobody"

def counting(folder):
    def see(event):
        with open(folder / "seen.txt", "a") as file:
            file.write(event.kind + "\\n")
    return see

def failing(folder):
    def see(event):
        raise KeyError("oh")
    return see

def unmakeable(folder):
    raise OSError("no such display")
"""
POINTS = """
[nlevolve.parents]
last = outside_things:last
broken = outside_things:broken
stranger = outside_things:stranger
gone = outside_things:gone

[nlevolve.views]
counting = outside_things:counting
failing = outside_things:failing
unmakeable = outside_things:unmakeable
"""
SCHEDULE = 'policy.phases=[{births = 2}, {births = 3, moves = ["revise"], overlap = 1}]'


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package as pip would install it, in a folder of its own on the path of this process."""
    site = tmp_path / "site"
    about = site / "outside_things-1.0.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: outside-things\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(POINTS)
    (site / "outside_things.py").write_text(CODE)
    monkeypatch.syspath_prepend(str(site))
    return site


def nlevolve_(*arguments: str, site: Path | None = None) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join(map(str, [ROOT, *([site] if site else [])]))
    return subprocess.run(
        [sys.executable, "-P", "-m", "nlevolve", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "", "PYTHONPATH": path},
    )


def leads(folder: Path) -> list[int]:
    return [e.birth.parents[0] for e in read_events(folder) if isinstance(e, BirthPlanned) and e.birth.parents]


def newest(candidates: Sequence[Candidate], turn: int, seen: Population, rng: Random) -> Candidate:
    return max(candidates, key=lambda candidate: candidate.index)


def never_twice(request: Request) -> str:
    """A generator that fails in new words each time."""
    asked = request.label.role in ("checker", "answerer")
    return groping(request) if asked else bullets("Leave the grid as it is.", f"Then think of {request.key[:8]}.")


def test_a_strategy_of_a_package_chooses_the_parents_and_a_run_without_it_cannot_go_on(tmp_path: Path, package: Path) -> None:
    task = str(task_file(tmp_path, pairs=4))
    chosen = ("--set", "policy.parents=last", "--set", SCHEDULE, "--generator", "offline/generator-weak", "--max-calls", "25")
    ran = nlevolve_("solve", task, "--run", "a", "--no-live", "--see", "counting", *chosen, site=package)
    assert ran.returncode in (0, 3), ran.stderr
    folder = tmp_path / "runs" / "a"
    assert json.loads((folder / "config.json").read_text())["settings"]["policy"]["parents"] == "last"
    assert (folder / "seen.txt").read_text().splitlines() == [event.kind for event in read_events(folder)]
    without = nlevolve_("resume", "a", "--no-live")
    assert (without.returncode, without.stderr.count("\n")) == (2, 1)
    assert (
        "policy.parents names 'last', and no installed package brings such a strategy; there are: top, pareto" in without.stderr
    )
    assert nlevolve_("report", "a").returncode == 0
    assert nlevolve_("resume", "a", "--no-live", site=package).returncode in (0, 3)


def test_what_a_package_brings_wrongly_is_one_line(tmp_path: Path, package: Path) -> None:
    task = str(task_file(tmp_path))
    for arguments, said in (
        (
            ["--set", "policy.parents=lats"],
            "such a strategy; there are: top, pareto, weighted, geometric, broken, gone, last, stranger",
        ),
        (["--set", "policy.parents=gone"], "'gone' (outside_things:gone) cannot be loaded: AttributeError"),
        (["--see", "unmakeable"], "the view unmakeable cannot be made: OSError: no such display"),
        (["--see", "cuonting"], "no installed package brings 'cuonting' (entry point group nlevolve.views)"),
    ):
        ran = nlevolve_("solve", task, "--no-live", *arguments, site=package)
        assert (ran.returncode, ran.stderr.count("\n")) == (2, 1), ran.stderr
        assert said in ran.stderr


def test_a_view_that_fails_sees_no_more_and_the_run_goes_on(
    tmp_path: Path, package: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    result = nlevolve.solve(
        [str(task_file(tmp_path))], run="a", see=["failing", "counting"], live=scripted(groping), settings={"policy.pool": 3}
    )
    assert result.finished
    assert capsys.readouterr().err == "nlevolve: the view failing failed and sees no more: KeyError: 'oh'\n"
    assert (result.folder / "seen.txt").read_text().splitlines()[-1] == "run_finished"


def test_a_view_that_is_a_function_cannot_end_a_run_either(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def boom(event: object) -> None:
        raise RuntimeError("boom")

    result = nlevolve.solve([str(task_file(tmp_path))], run="a", see=boom, live=scripted(groping), report=False)
    assert result.finished
    told = capsys.readouterr().err
    assert told.count("boom failed and sees no more: RuntimeError: boom") == 1


def test_a_view_that_is_not_there_leaves_no_run_and_moves_none_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    before = nlevolve.solve([str(task_file(tmp_path))], run="a", live=scripted(groping), report=False)
    log = (before.folder / "events.jsonl").read_bytes()
    with pytest.raises(UsageError, match="no installed package brings"):
        nlevolve.solve([str(task_file(tmp_path))], run="a", see=["nobody"], live=scripted(groping), report=False)
    assert [path.name for path in Path("runs").iterdir() if not path.name.startswith(".")] == ["a"]
    assert (before.folder / "events.jsonl").read_bytes() == log


def test_a_function_of_a_program_chooses_the_parents_and_is_recorded(tmp_path: Path) -> None:
    phases = [{"births": 2}, {"births": 4, "moves": ["revise"], "overlap": 1}]
    result = nlevolve.solve(
        [str(task_file(tmp_path))],
        run="a",
        parents=newest,
        live=scripted(never_twice),
        settings={"policy.phases": phases, "policy.pool": 99, "policy.same_behaviour": True},
    )
    assert leads(result.folder) == [1, 2, 3, 4]
    recorded = json.loads((result.folder / "config.json").read_text())["settings"]["policy"]["parents"]
    assert recorded == name_of(newest) == "tests.test_plugins:newest"
    ended = nlevolve_("resume", "a", "--no-live")
    assert (ended.returncode, ended.stderr.count("\n")) == (2, 1)
    assert "a function that only a program can bring" in ended.stderr


def test_a_strategy_that_fails_or_chooses_a_stranger_ends_the_run_in_one_line(tmp_path: Path, package: Path) -> None:
    task = str(task_file(tmp_path))
    for name, said in (
        ("broken", "the parents strategy broken failed: ZeroDivisionError: division by zero"),
        ("stranger", "the parents strategy stranger chose 'nobody', which is none of the candidates"),
    ):
        settings = {"policy.parents": name, "policy.phases": [{"births": 2}, {"births": 2, "moves": ["revise"], "overlap": 1}]}
        with pytest.raises(UsageError, match=said):
            nlevolve.solve([task], live=scripted(lambda request: groping(request, luck=0.0)), settings=settings)


def test_our_own_strategies_ask_no_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nlevolve.plugins._points", lambda group: pytest.fail("packages were looked through"))
    for name in ("top", "pareto", "weighted", "geometric"):
        assert configure(changes={"policy.parents": name}).policy.parents == name
        assert strategy(name).__name__ == name
