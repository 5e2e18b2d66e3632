"""`show --raw` and `cache show`: what was asked and answered."""

from __future__ import annotations

from pathlib import Path

import pytest

from nlevolve import api
from nlevolve.records import CallFinished
from nlevolve.run import store
from tests.cli.conftest import Run
from tests.run.test_retell import QUICK, clumsy


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("raw")
    settings = {**QUICK, "policy.phases": [{"births": 1, "moves": ["write"]}]}
    folders = {"runs_dir": home / "runs", "cache_dir": home / "cache"}
    api.solve(["arc1:67a3c6ac"], preset="quick", settings=settings, run="r", live=clumsy, **folders)
    return home


def test_raw_prints_request_thinking_reply_and_repair(home: Path, nlevolve: Run) -> None:
    code, told, _ = nlevolve("show", "r", "67a3c6ac", "--birth", "0", "--raw", "--runs-dir", str(home / "runs"))
    assert code == 0
    for piece in ("┌─ system", "You study grid puzzles", "┌─ thinking", "It turns, I think.", "┌─ reply\n│ Well.", "· repair ·"):
        assert piece in told
    assert "cannot be made again" not in told


def test_a_birth_without_calls_is_named(home: Path, nlevolve: Run) -> None:
    code, _, said = nlevolve("show", "r", "67a3c6ac", "--birth", "7", "--raw", "--runs-dir", str(home / "runs"))
    assert code == 2
    assert "it has calls of 0" in said


def test_a_reply_is_shown_by_the_beginning_of_its_key(home: Path, nlevolve: Run) -> None:
    calls = [event for event in store.read_events(home / "runs" / "r") if isinstance(event, CallFinished)]
    key = calls[0].request
    for given in (key, key[:8]):
        code, told, _ = nlevolve("cache", "show", given, "--cache-dir", str(home / "cache"))
        assert (code, told.splitlines()[0]) == (0, key)
        assert "│ Well." in told
    for unknown, why in (("0" * 12, "no reply whose key begins with"), ("abc", "too short")):
        code, _, said = nlevolve("cache", "show", unknown, "--cache-dir", str(home / "cache"))
        assert code == 2
        assert why in said
