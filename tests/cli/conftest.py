"""The command line in this process."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest

from nlevolve.cli import main

Run = Callable[..., tuple[int, str, str]]
"""Arguments -> exit code, stdout, stderr."""


@pytest.fixture
def nlevolve(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Call a command; nobody is there to answer a question."""

    def call(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["nlevolve", *arguments])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        return int(ended.value.code or 0), *capsys.readouterr()

    return call
