"""`--seeds`: what is given is checked first, spares the rest where it fits, is nobody's find, and needs no file later."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest

from nlevolve.records import CallFinished, CandidateChecked
from nlevolve.run.store import read_config, read_events
from tests.audited import differences
from tests.cli.conftest import Run

SMALL = ["--set", "policy.phases=[{births=1}]", "--set", "answers.second=0", "--no-live"]


@pytest.fixture
def solve(nlevolve: Run, tmp_path: Path) -> Run:
    """Call `nlevolve solve` on two tasks, turned (a run solves it) and odd (none does)."""
    turned = [
        {"input": [[a, b], [c, d]], "output": [[b, a], [d, c]]} for a, b, c, d in ((1, 2, 3, 4), (5, 6, 7, 8), (1, 5, 5, 0))
    ]
    odd = [{"input": [[a, b]], "output": [[b, c]]} for a, b, c in ((1, 2, 7), (5, 6, 0), (3, 4, 9), (8, 1, 4))]
    for name, pairs in (("turned", turned), ("odd", odd)):
        (tmp_path / f"{name}.json").write_text(json.dumps({"train": pairs[:-1], "test": pairs[-1:]}))
    return partial(nlevolve, "solve", "turned.json", "odd.json")


def test_a_run_begins_with_what_another_one_found(solve: Run, nlevolve: Run) -> None:
    assert solve(*SMALL, "--run", "first")[0] == 0
    code, out, _ = solve(*SMALL, "--run", "warm", "--seeds", "first", "--cache-dir", "apart", "--set", "seed=5")
    assert code == 0
    assert "given description" in out, out
    assert "of 2 tasks, from first" in out, out
    assert "1 of the solved by a description that was given, and not found by this run" in out
    events = read_events(Path("runs/warm"))
    born = {task: [e.birth for e in events if isinstance(e, CandidateChecked) and e.task == task] for task in ("turned", "odd")}
    # it fits, so nobody is asked for another; it does not, and the schedule comes behind it, all of it
    assert [(one.index, one.operator, one.model) for one in born["turned"]] == [(0, "given", "")]
    assert sorted((one.index, one.operator) for one in born["odd"])[0] == (0, "given")
    assert len(born["odd"]) == 2
    asked = {e.task for e in events if isinstance(e, CallFinished) and e.role == "generator"}
    assert asked == {"odd"}
    told = json.loads(nlevolve("compare", "first", "warm", "--json")[1])
    assert [side["solved_given"] for side in told["runs"]] == [0, 1]
    # from here on the run needs neither the other one nor a file
    first = Path("runs/warm/submission.json").read_bytes()
    Path("runs/first/config.json").unlink()
    assert nlevolve("solve", "--from", "warm", "--replay", "--no-live", "--run", "again", "--cache-dir", "apart")[0] == 0
    assert Path("runs/again/submission.json").read_bytes() == first
    log = Path("runs/warm/events.jsonl")
    lines = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(b"".join(lines[: len(lines) // 2]))
    assert nlevolve("resume", "warm", "--no-live", "--cache-dir", "apart")[0] == 0
    assert Path("runs/warm/submission.json").read_bytes() == first


@pytest.mark.forged
def test_what_was_given_cannot_be_changed_afterwards(solve: Run, nlevolve: Run) -> None:
    Path("mine.json").write_text(json.dumps({"odd": ["Keep the input."], "other": ["Nothing."]}))
    out = solve(*SMALL, "--run", "mine", "--seeds", "mine.json")[1]
    assert "begins with 1 given description of 1 task, from mine.json; those of 1 other task there are left out" in out
    assert differences(Path("runs/mine")) == []
    file = Path("runs/mine/config.json")
    config = read_config(file.parent)
    config["given"]["odd"][0]["bullets"] = ["Something else."]
    file.write_text(json.dumps(config))
    assert any("seeds" in line for line in differences(file.parent))
    assert nlevolve("resume", "mine", "--seeds", "mine.json")[0] == 2
    assert solve(*SMALL, "--seeds", "none.json")[2].startswith("nlevolve: --seeds: there is no file 'none.json'")


def test_a_dry_run_counts_what_is_given(solve: Run) -> None:
    Path("mine.json").write_text(json.dumps({"odd": ["Keep the input."], "turned": ["Turn the rows."]}))
    cold, warm = (json.loads(solve(*SMALL, *more, "--dry-run", "--json")[1]) for more in ((), ("--seeds", "mine.json")))
    assert warm["high"]["calls"] == cold["high"]["calls"] + 3 + 2
    assert (warm["roles"]["generator"]["low"]["calls"], cold["roles"]["generator"]["low"]["calls"]) == (0, 2)
