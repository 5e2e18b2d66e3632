"""Runs and set-up kept in order: ls, rm, note, presets, prompts, doctor, --version. Nothing that is no run's is ever removed."""

from __future__ import annotations

import json
import os
import shutil
import sys
from contextlib import closing
from pathlib import Path

import pytest

from nlevolve.cli.completing import EMBEDDED
from nlevolve.offline.provider import MODELS
from nlevolve.records import Paused, write_event
from nlevolve.run.store import Lock
from nlevolve.version import __version__
from tests.cli.conftest import Run

PAIR = {"input": [[1]], "output": [[2]]}


@pytest.fixture
def ran(nlevolve: Run, tmp_path: Path) -> Path:
    """A run that has ended, beside a folder that is none."""
    (tmp_path / "one.json").write_text(json.dumps({"train": [PAIR], "test": [PAIR]}))
    assert nlevolve("solve", "one.json", "--run=mine", "--no-live", "--set=policy.phases=[{births=1}]")[0] == 0
    (tmp_path / "runs" / "stranger").mkdir()
    (tmp_path / "runs" / "stranger" / "config.json").write_text('{"theirs": 1}')
    return tmp_path / "runs" / "mine"


def test_a_run_is_listed_with_its_note_and_compared_with_it(nlevolve: Run, ran: Path) -> None:
    assert nlevolve("note", "mine", "before the", "change #a")[0] == 0
    assert nlevolve("note", "mine")[1] == "before the change #a\n"
    (row,) = json.loads(nlevolve("ls", "--json")[1])
    assert (row["run"], row["tasks"], row["solved"], row["state"], row["note"]) == ("mine", 1, 1, "done", "before the change #a")
    assert row["models"] == {"generator": "offline/generator", "checker": "offline/checker"}
    shown = nlevolve("ls")[1].splitlines()
    assert [line.split()[0] for line in shown] == ["run", "mine"]
    assert "before the change #a" in shown[1]
    shutil.copytree(ran, ran.with_name("other"))
    told = nlevolve("compare", "mine", "other")[1]
    assert "mine: before the change #a" in told
    assert "put > x.csv behind the command" in nlevolve("compare", "mine", "other", "--csv", "x.csv")[2]
    assert "nearest: mine" in nlevolve("compare", "mine", "other", "mind")[2]
    shutil.rmtree(ran.with_name("other"))
    assert nlevolve("note", "mine", "")[0] == 0
    assert json.loads(nlevolve("ls", "--json")[1])[0]["note"] == ""
    os.utime(ran / "config.json", (2e9, 2e9))  # a budget that is changed writes it anew
    began = json.loads((ran / "events.jsonl").read_text().partition("\n")[0])["at"]
    assert json.loads(nlevolve("ls", "--json")[1])[0]["began"][:19] == began[:19]
    with closing(Lock(ran)), (ran / "events.jsonl").open("a") as log:
        for on, state in ((None, "running"), (True, "paused"), (False, "running")):
            log.write("" if on is None else write_event(Paused(on=on)) + "\n")
            log.flush()
            assert json.loads(nlevolve("ls", "--json")[1])[0]["state"] == state
    (ran / "results.json").write_text("{")
    assert json.loads(nlevolve("ls", "--json")[1])[0]["state"] == "unfinished"


def test_a_run_is_removed_after_asking_and_nothing_else_ever(nlevolve: Run, ran: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*arguments: str) -> str:
        code, _, err = nlevolve("rm", *arguments)
        assert (code, ran.is_dir(), err.count("\n")) == (2, True, 1)
        return err

    assert "--yes" in refused("mine")
    assert "is not a run's" in refused("stranger", "mine", "--yes")
    (ran / "mine.txt").write_text("notes of my own")
    assert "holds what is no run's (mine.txt)" in refused("mine", "--yes")
    (ran / "mine.txt").unlink()
    (ran.parent / "link").symlink_to("mine")
    assert "is a link" in refused("link", "--yes")
    with closing(Lock(ran)):
        assert "written by another process" in refused("mine", "--yes")
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("typer.confirm", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
    assert nlevolve("rm", "mine")[0] == 130
    assert ran.is_dir()
    monkeypatch.setattr("typer.confirm", lambda *_, **__: True)
    assert nlevolve("rm", "mine")[0] == 0
    assert not ran.exists()
    assert (ran.parent / "stranger").is_dir()
    assert (ran.parents[1] / ".nlevolve-cache").is_dir()


def test_what_ships_is_shown_and_copied_and_what_was_copied_is_taken(nlevolve: Run, tmp_path: Path) -> None:
    assert "thrifty  " in nlevolve("presets")[1]
    assert nlevolve("presets", "copy", "quick")[1] == "quick.toml\n"
    assert nlevolve("presets", "show", "quick")[1] == (tmp_path / "quick.toml").read_text()
    assert "quick.toml is there already" in nlevolve("presets", "copy", "quick")[2]
    assert "nearest: quick" in nlevolve("presets", "show", "quik")[2]
    assert nlevolve("prompts", "copy", "own")[1] == "own\n"
    assert "own is there already" in nlevolve("prompts", "copy", "own")[2]
    (tmp_path / "one.json").write_text(json.dumps({"train": [PAIR], "test": [PAIR]}))
    assert nlevolve("solve", "one.json", "--preset=quick.toml", "--prompts=own", "--no-live", "--run=mine")[0] == 0


def test_the_doctor_names_what_a_run_would_fail_of_and_shows_no_key(
    nlevolve: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-nobody-shall-see")
    (tmp_path / ".env").write_text("GEMINI_API_KEY=also-secret\n")
    code, out, _ = nlevolve("doctor")
    assert code == 0, out
    assert "GEMINI_API_KEY, " in out
    assert "OPENAI_API_KEY" in out
    assert "secret" not in out
    assert "nobody" not in out
    assert not (tmp_path / ".nlevolve-cache").exists(), "who looks changes nothing"
    (tmp_path / "bank").mkdir()
    (tmp_path / "bank" / "cache.db").write_bytes(b"no database" * 100)
    (tmp_path / "file").write_text("")
    code, out, _ = nlevolve("doctor", "--cache-dir=bank", "--runs-dir=file/runs")
    assert code == 1
    assert [line.split()[1] for line in out.splitlines() if line.startswith("✗")] == ["sample", "runs"]


def test_what_every_program_knows(nlevolve: Run) -> None:
    assert nlevolve("--version")[:2] == (0, f"nlevolve {__version__}\n")
    for typed in (["-h"], ["solve", "-h"], ["presets", "show", "-h"]):
        code, out, _ = nlevolve(*typed)
        assert (code, "Usage: " in out) == (0, True)


def test_a_shell_is_offered_runs_presets_and_embedded_models(nlevolve: Run, ran: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def offered(typed: str) -> list[str]:
        monkeypatch.setenv("_NLEVOLVE_COMPLETE", "complete_bash")
        monkeypatch.setenv("COMP_WORDS", f"nlevolve {typed}")
        monkeypatch.setenv("COMP_CWORD", str(typed.count(" ") + 1))
        told = nlevolve()[1].split()
        monkeypatch.delenv("_NLEVOLVE_COMPLETE")
        return told

    # as the command is started, whichever way pytest was
    monkeypatch.setattr(sys.modules["__main__"], "__package__", None)
    ran.parent.rename(ran.parents[1] / "kept")
    for typed in (
        "show --runs-dir kept m",
        "rm --runs-dir kept m",
        "compare --runs-dir kept m",
        "solve --runs-dir kept --from m",
    ):
        assert offered(typed) == ["mine"], typed
    assert offered("show m") == []
    assert offered("solve --preset be") == ["berman-shipped", "berman-v2"]
    assert offered("presets copy th") == ["thrifty"]
    assert offered("solve --checker offline/checker-") == ["offline/checker-clever", "offline/checker-weak"]
    assert set(EMBEDDED) == set(MODELS)


def test_an_option_that_is_given_twice_says_which_is_taken_and_a_switch_takes_nothing(nlevolve: Run, tmp_path: Path) -> None:
    (tmp_path / "one.json").write_text(json.dumps({"train": [PAIR], "test": [PAIR]}))
    twice = ("--run=a", "--run", "b", "--seed=1", "--seed=1", "--set=seed=1", "--set=seed=2")
    code, told, complaint = nlevolve("solve", "one.json", *twice, "--dry-run", "--max-calls=3")
    assert (code, complaint) == (0, "nlevolve: --run is given 2 times: the last is taken, b\n")
    assert "--max-calls 3 caps what reaches a provider: what offline/checker, offline/generator is asked reaches none" in told
    assert "<bool>" not in nlevolve("solve", "--help")[1]


def test_keys_that_cannot_be_any_and_an_env_file_that_is_a_folder_are_named(nlevolve: Run, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("OPENAI_API_KEY=“sk-shown-nowhere”\n", encoding="utf-8")
    code, told, _ = nlevolve("doctor")
    assert (code, "✗ key           OPENAI_API_KEY cannot be one, it has a typographic quote" in told) == (1, True), told
    assert "shown-nowhere" not in told
    (tmp_path / ".env").unlink()
    (tmp_path / ".env").mkdir()
    assert ".env is a folder" in nlevolve("doctor")[1]
    (tmp_path / "one.json").write_text(json.dumps({"train": [PAIR], "test": [PAIR]}))
    assert nlevolve("solve", "one.json")[2] == (
        "nlevolve: .env is a folder: keys are read from a file of that name, or from the environment\n"
    )
