"""A reproduction kit: a run's folder and the replies that it used, told again where there is nothing else."""

from __future__ import annotations

import gzip
import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

import nlevolve as package
from nlevolve.llm.disk import FILE
from tests.cli.conftest import Run

TASKS = ["arc1:67a3c6ac", "arc1:25d487eb", "arc1:74dd1130"]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a run was made, in a bank that holds more than it used."""
    place = tmp_path_factory.mktemp("home")
    kept: dict[str, Any] = {"runs_dir": place / "runs", "cache_dir": place / "bank", "report": False}
    package.solve(["arc1:68b16354"], run="other", **kept)
    package.solve(TASKS, run="first", **kept)
    return place


def timeless(run: Path) -> Any:
    return json.loads(re.sub(r'"(reply_)?seconds":[\d.e-]+', '"seconds":0', (run / "results.json").read_text()))


def kit(home: Path, nlevolve: Run) -> None:
    """The run's folder under `received`, the replies in `kit.jsonl.gz`, and nothing of where it was made."""
    code, out, err = nlevolve("cache", "export", str(home / "runs" / "first"), "kit.jsonl.gz")
    assert f"replies are read from {(home / 'bank').resolve()}, where the run was made; --cache-dir names another" in err
    used = len(gzip.decompress(Path("kit.jsonl.gz").read_bytes()).splitlines())
    assert (code, out) == (0, f"{used:,} replies that run first used written to kit.jsonl.gz\n")
    shutil.copytree(home / "runs" / "first", "received/first")
    content = json.loads(Path("received/first/config.json").read_text())
    Path("received/first/config.json").write_text(
        json.dumps(content | {"cache_dir": "/nowhere/bank", "prompts_dir": "/nowhere/p"})
    )


def test_a_kit_has_the_replies_that_the_run_used_and_tells_it_again_to_the_byte(home: Path, nlevolve: Run) -> None:
    kit(home, nlevolve)
    keys = {json.loads(line)["key"] for line in gzip.decompress(Path("kit.jsonl.gz").read_bytes()).splitlines()}
    calls = [json.loads(line) for line in Path("received/first/events.jsonl").read_text().splitlines()]
    assert keys == {one["request"] for one in calls if one["kind"] == "call_finished" and one["source"] != "failed"}
    assert nlevolve("cache", "import", "kit.jsonl.gz")[0] == 0
    code, out, err = nlevolve("solve", "--from", "received/first", "--replay", "--no-live")
    assert code == 0, err
    assert "run first is told again from the bank: nothing is sent" in out
    assert Path("runs/first/submission.json").read_bytes() == Path("received/first/submission.json").read_bytes()
    assert timeless(Path("runs/first")) == timeless(Path("received/first"))
    assert nlevolve("audit", "first")[::2] == (0, "")
    # where the run was made on this very machine, its old bank is read: that is said
    code, _, err = nlevolve("audit", str(home / "runs" / "first"))
    assert (code, "where the run was made; --cache-dir names another sample bank" in err) == (0, True)
    assert nlevolve("audit", "received/first")[0] == 0


def test_what_is_missing_of_a_kit_is_said_and_nothing_is_sent_for_it(home: Path, nlevolve: Run) -> None:
    kit(home, nlevolve)
    lines = gzip.decompress(Path("kit.jsonl.gz").read_bytes()).splitlines(keepends=True)
    Path("part.jsonl").write_bytes(b"".join(lines[:-5]))
    assert nlevolve("cache", "import", "part.jsonl")[0] == 0
    code, _, err = nlevolve("solve", "--from", "received/first", "--replay", "--no-live")
    assert code == 4
    assert "not in the cache" in err
    assert f'"{FILE}"' not in err


def test_an_import_takes_the_place_of_nothing(home: Path, nlevolve: Run) -> None:
    kit(home, nlevolve)
    assert nlevolve("cache", "import", "kit.jsonl.gz")[0] == 0
    rows = [json.loads(line) for line in gzip.decompress(Path("kit.jsonl.gz").read_bytes()).splitlines()]
    for row in rows:
        row["reply"]["text"] = "something else"
    Path("other.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert nlevolve("cache", "import", "other.jsonl")[1] == f"{len(rows)} replies read, 0 of them new\n"
    assert "something else" not in nlevolve("cache", "show", rows[0]["key"])[1]


def test_a_repetition_lists_what_is_changed(home: Path, nlevolve: Run) -> None:
    where = ["--from", str(home / "runs" / "first"), "--no-live"]
    code, out, _ = nlevolve("solve", *where, "--run", "same")
    assert code == 0
    assert "repeats run first; nothing is changed" in out
    changes = ["--checker", "offline/checker-weak", "--seed", "3", "--max-calls", "9", "arc1:67a3c6ac"]
    code, out, _ = nlevolve("solve", *where, "--run", "else", *changes)
    assert code == 0
    told = json.loads(Path("runs/else/config.json").read_text())["origin"]
    assert (told["run"], told["told_again"]) == ("first", False)
    assert told["changes"] == [
        "tasks: 3 -> 1",
        'settings.checker.model: "offline/checker" -> "offline/checker-weak"',
        "settings.seed: 0 -> 3",
        "limits.max_calls: null -> 9",
    ]
    assert all(line in " ".join(out.split()) for line in told["changes"])


def test_a_replay_with_changes_is_a_run_of_its_own(home: Path, nlevolve: Run) -> None:
    code, out, _ = nlevolve(
        "solve", "--from", str(home / "runs" / "first"), "--replay", "--no-live", "--run", "r", "arc1:67a3c6ac"
    )
    assert code == 0
    assert "repeats run first with other settings: tasks: 3 -> 1" in out
    assert json.loads(Path("runs/r/results.json").read_text())["totals"]["calls"]["provider"] == 0


def test_nothing_to_solve_and_nothing_to_repeat_is_one_line(nlevolve: Run) -> None:
    code, _, err = nlevolve("solve")
    assert code == 2
    assert err.startswith("nlevolve: ")
    assert err.count("\n") == 1
    assert "--from RUN" in err
    assert nlevolve("solve", "--from", "nothing")[0] == 2
    assert nlevolve("cache", "export", "a", "b", "c")[0] == 2


def test_a_received_run_is_repeated_at_no_address_that_nobody_chose(home: Path, nlevolve: Run) -> None:
    kit(home, nlevolve)
    content = json.loads(Path("received/first/config.json").read_text())
    for role in ("checker", "answerer"):
        content["settings"][role] |= {"model": "hosted_vllm/some", "base_url": "http://127.0.0.1:9/v1"}
    content["limits"]["budget_file"] = str(Path("theirs.toml").resolve())
    Path("received/first/config.json").write_text(json.dumps(content))
    code, _, err = nlevolve("solve", "--from", "received/first", "--no-live")
    assert code == 2
    assert "nobody has chosen this here: hosted_vllm at http://127.0.0.1:9/v1" in err
    assert not Path("runs").exists()
    assert not Path("theirs.toml").exists()


def test_controls_are_audited_and_told_again_too(home: Path, nlevolve: Run) -> None:
    where = ["--runs-dir", str(home / "runs"), "--no-live"]
    assert nlevolve("control", "other", "--arm", "empty", "--arm", "direct", *where)[0] == 0
    controls = [run.name for run in (home / "runs").iterdir() if run.name.startswith("other.")]
    assert len(controls) > 1
    for control in controls:
        assert nlevolve("audit", control, *where[:2])[0] == 0
        assert nlevolve("solve", "--from", str(home / "runs" / control), "--replay", "--no-live")[0] == 0
        assert timeless(Path("runs") / control) == timeless(home / "runs" / control)
