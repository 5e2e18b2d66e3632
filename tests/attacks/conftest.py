"""The command line in this process, a run of one's own that attacks start from; what is meant for `make fuzz` waits for it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from nlevolve.cli import main

SMALL = ["--set", "policy.phases=[{births=1, overlap=1}]", "--no-live"]


class Ended(NamedTuple):
    code: int
    out: str
    err: str


Nlevolve = Callable[..., Ended]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Minutes of random input run when they are asked for."""
    if "fuzz" not in (config.option.markexpr or ""):
        for item in items:
            if item.get_closest_marker("fuzz"):
                item.add_marker(pytest.mark.skip(reason="only by `make fuzz`"))


@pytest.fixture
def nlevolve(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Nlevolve:
    """Call a command; nobody is there to answer a question."""

    def call(*arguments: str) -> Ended:
        monkeypatch.setattr(sys, "argv", ["nlevolve", *arguments])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        return Ended(int(ended.value.code or 0), *capsys.readouterr())

    return call


@pytest.fixture
def task(tmp_path: Path) -> str:
    """A task's file in the working folder: every row is mirrored."""
    pairs = [{"input": [[a, b], [c, d]], "output": [[b, a], [d, c]]} for a, b, c, d in ((1, 2, 3, 4), (5, 6, 7, 8), (1, 5, 5, 0))]
    (tmp_path / "turned.json").write_text(json.dumps({"train": pairs[:2], "test": pairs[2:]}))
    return "turned.json"


@pytest.fixture
def received(nlevolve: Nlevolve, task: str, tmp_path: Path) -> Path:
    """A run's folder, whole and harmless so far."""
    assert nlevolve("solve", task, *SMALL, "--run", "received").code == 0
    return tmp_path / "runs" / "received"
