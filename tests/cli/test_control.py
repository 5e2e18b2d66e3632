"""`nlevolve control`: who follows scores nothing without the words, who cheats is found out, and the bare model is asked."""

from __future__ import annotations

import json
import shutil
from html import unescape
from pathlib import Path
from typing import Any

import pytest

import nlevolve.api
from nlevolve.records import CallFinished, CandidateChecked
from nlevolve.run.retell import retell_all
from nlevolve.run.store import read_events
from tests.cli.conftest import Run

TASKS = ("67a3c6ac", "68b16354", "74dd1130", "a416b8f3")
"""One step each."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two runs, `honest` and `clever`, named for their checkers, that share a bank."""
    place = tmp_path_factory.mktemp("control")
    for name, checker in (("honest", "offline/checker"), ("clever", "offline/checker-clever")):
        nlevolve.api.solve(
            [f"arc1:{task}" for task in TASKS],
            checker=checker,
            settings={"policy.phases": [{"births": 2, "overlap": 2}]},
            run=name,
            runs_dir=place / "runs",
            cache_dir=place / "bank",
            report=False,
        )
    return place


@pytest.fixture
def run(nlevolve: Run, made: Path, tmp_path: Path) -> Run:
    """Call the command line in a folder of its own with both runs."""
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    return nlevolve


def control(run: Run, name: str, *flags: str) -> list[dict[str, Any]]:
    code, out, err = run("control", name, "--json", "--no-live", "--cache-dir", "bank", *flags)
    assert code == 0, err
    found: list[dict[str, Any]] = json.loads(out)
    return found


def test_without_the_words_a_checker_that_follows_scores_what_copying_scores_and_one_that_cheats_scores_on(run: Run) -> None:
    (honest,) = control(run, "honest", "--arm", "empty")
    copied = json.loads(Path("runs/honest.empty/results.json").read_text())["tasks"].values()
    assert [one["train"]["cell_accuracy"] for one in copied] == [one["train"]["copy_accuracy"] for one in copied]
    assert (honest["solved"], honest["exact"], honest["run_solved"]) == (0, 0, len(TASKS))
    (clever,) = control(run, "clever", "--arm", "empty")
    assert clever["solved"] > clever["run_solved"] / 2
    assert clever["exact"] > clever["run_exact"] / 2
    # and where it is shown no example it has nothing to cheat by
    shown_none = ("--set", "checker.shown=none", "--set", "policy.phases=[{births=2,overlap=2}]", "--no-live")
    run("solve", *(f"arc1:{task}" for task in TASKS), "--checker", "offline/checker-clever", "--run", "alone", *shown_none)
    (alone,) = control(run, "alone", "--arm", "empty")
    assert (alone["solved"], alone["exact"], alone["run_solved"]) == (0, 0, len(TASKS))


def test_every_arm_is_a_run_beside_the_run_and_is_told_wherever_the_run_is(run: Run) -> None:
    before = {file.name: file.read_bytes() for file in Path("runs/honest").iterdir()}
    _, told, _ = run("compare", "honest", "clever")
    assert "what the descriptions add is not known: nlevolve control honest and nlevolve control clever" in _flat(told)
    _, report, _ = run("report", "honest")
    assert "no control yet" in Path(report.strip()).read_text()
    found = {one["control"]: one for one in control(run, "honest")}
    assert set(found) == {"honest.empty", "honest.shuffled", "honest.direct-generator", "honest.direct-checker"}
    assert found["honest.shuffled"]["solved"] == 0
    # one idea of the embedded generator is enough for each of these
    assert found["honest.direct-generator"]["solved"] == len(TASKS)
    assert found["honest.direct-generator"]["calls"] == 2 * len(TASKS)
    assert {file.name: file.read_bytes() for file in Path("runs/honest").iterdir() if file.name in before} == before
    bare = "bare model offline/generator 4 of 4 · honest 4 of 4 · +0, 95% interval -1.3 to +1.3, p 1"
    assert bare in _flat(run("compare", "honest", "clever")[1])
    run("report", "honest")
    assert bare.replace("honest 4", "this run 4") in unescape(Path("runs/honest/report.html").read_text())
    # told again when the run is, and by a control of itself
    assert bare.replace("honest 4", "this run 4") in run("resume", "honest", "--no-live", "--cache-dir", "bank")[1]
    code, out, err = run("resume", "honest.empty", "--no-live", "--cache-dir", "bank")
    assert (code, "a description that says nothing 0 of 4 · honest 4 of 4 · +4" in out) == (0, True), err
    assert run("control", "honest.empty") == (2, "", "nlevolve: honest.empty is itself a control: name the run that it is of\n")


def test_a_control_is_replayed_and_resumed_to_the_same_answers(run: Run) -> None:
    chosen = ("--arm", "shuffled", "--arm", "direct", "--tasks", "3")
    control(run, "honest", *chosen)
    arms = [folder.name for folder in Path("runs").glob("honest.*")]
    first = {name: Path("runs", name, "submission.json").read_bytes() for name in arms}
    # what stands finished is not made again: it has to go first
    control(run, "honest", "--replay", *chosen)
    assert {folder.name for folder in Path("runs").glob("honest.*")} == set(arms)
    for name in arms:
        shutil.rmtree(Path("runs", name))
    control(run, "honest", "--replay", *chosen)
    for name in arms:
        assert Path("runs", name, "submission.json").read_bytes() == first[name]
        assert {e.source for e in read_events(Path("runs", name)) if isinstance(e, CallFinished)} == {"cache"}
        if name == "honest.direct-generator":
            continue
        # cut in its middle
        log = Path("runs", name, "events.jsonl")
        lines = log.read_bytes().splitlines(keepends=True)
        log.write_bytes(b"".join(lines[: len(lines) // 2]))
        assert run("resume", name, "--no-live", "--cache-dir", "bank")[0] == 0
        assert Path("runs", name, "submission.json").read_bytes() == first[name]


def test_what_a_control_may_cost_is_said_before_and_a_wrong_arm_or_cap_is_one_line(run: Run) -> None:
    code, out, _ = run("control", "honest", "--tasks", "2", "--dry-run")
    assert code == 0
    assert [line.split()[0] for line in out.splitlines()[2:6]] == [
        "honest.empty",
        "honest.shuffled",
        "honest.direct-generator",
        "honest.direct-checker",
    ]
    assert "2 tasks" in out
    assert not Path("runs/honest.empty").exists()
    code, out, _ = run("control", "honest", "--tasks", "2", "--dry-run", "--json", "--arm", "empty")
    told = json.loads(out)
    (empty,) = told["controls"]
    assert (code, told["dry_run"], empty["control"], empty["tasks"], empty["there"]) == (0, True, "honest.empty", 2, False)
    assert set(empty["roles"]) == {"checker", "answerer"}
    assert empty["model"] == "offline/checker"
    assert 0 < told["low"]["calls"] <= told["high"]["calls"]
    assert told["high"]["tokens"]["prompt"] > 0
    assert run("control", "honest", "--arm", "dircet")[::2] == (
        2,
        "nlevolve: --arm takes empty, shuffled or direct, got 'dircet'; nearest: direct\n",
    )
    assert run("control", "honest", "--tasks", "0")[0] == 2


def _flat(text: str) -> str:
    """Without the folds of a terminal."""
    return " ".join(text.split())


def test_a_control_that_was_cut_off_before_its_first_description_can_be_told(run: Run) -> None:
    control(run, "honest", "--arm", "empty")
    folder = Path("runs/honest.empty")
    cut = [event for event in read_events(folder) if not isinstance(event, CandidateChecked)]
    assert retell_all(json.loads((folder / "config.json").read_text()), cut, 100)


def test_a_control_stands_once_is_gone_on_with_and_gives_way_to_none_on_fewer_tasks(run: Run) -> None:
    """The same command again asks nobody; a smaller control is put beside a larger one, which is the one that is told of."""
    (whole,) = control(run, "honest", "--arm", "empty")
    folder = Path("runs/honest.empty")
    log = (folder / "events.jsonl").read_bytes()
    code, out, _ = run("control", "honest", "--arm", "empty", "--no-live", "--cache-dir", "bank")
    assert (code, "honest.empty is there already, and nothing is asked again" in out) == (0, True)
    assert (folder / "events.jsonl").read_bytes() == log
    # one that was cut off is gone on with where it is
    (folder / "events.jsonl").write_bytes(b"".join(log.splitlines(keepends=True)[:20]))
    _, out, _ = run("control", "honest", "--arm", "empty", "--no-live", "--cache-dir", "bank")
    assert "honest.empty, which is gone on with" in out
    assert sum(event.kind == "run_started" for event in read_events(folder)) == 2
    both = control(run, "honest", "--arm", "empty", "--tasks", "2")
    assert [(one["control"], one["tasks"]) for one in both] == [("honest.empty", 4), ("honest.empty-2", 2)]
    assert sorted(one.name for one in Path("runs").glob("honest.*")) == ["honest.empty", "honest.empty-2"]
    told = _flat(run("compare", "honest", "clever")[1])
    assert ("nothing 0 of 4 · honest 4 of 4" in told, "honest 2 of 2" in told) == (True, False)
    # the other way round the larger one takes the name, and the smaller one is kept beside it
    control(run, "clever", "--arm", "empty", "--tasks", "2")
    (larger,) = control(run, "clever", "--arm", "empty")
    assert (larger["control"], larger["tasks"], whole["tasks"]) == ("clever.empty", 4, 4)


def test_where_nothing_can_be_shuffled_the_other_arms_are_run_and_that_is_said(run: Run) -> None:
    """A run of one task has no other's description."""
    few = ("--set", "policy.phases=[{births=2,overlap=2}]", "--no-live", "--cache-dir", "bank")
    assert run("solve", f"arc1:{TASKS[0]}", "--run", "single", *few)[0] == 0
    why = "run single has no two tasks with descriptions of their own: there is nothing to shuffle"
    code, out, _ = run("control", "single", "--dry-run")
    assert (code, f"the arm shuffled is left out: {why}" in out, "single.empty" in out) == (0, True, True)
    told = json.loads(run("control", "single", "--dry-run", "--json")[1])
    assert [one["arm"] for one in told["controls"]] == ["empty", "direct", "direct"]
    assert told["left_out"] == {"shuffled": why}
    assert run("control", "single", "--arm", "shuffled") == (2, "", f"nlevolve: {why}\n")
