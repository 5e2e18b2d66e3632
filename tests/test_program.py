"""What messages tell a user to type works where he stands, spaces and all."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from nlevolve import program
from nlevolve.program import command, quoted


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """A checkout with a .venv, and a shell that knows of no nlevolve."""
    script = tmp_path / ".venv" / "bin" / "nlevolve"
    script.parent.mkdir(parents=True)
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m nlevolve "$@"\n')
    script.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(script.with_name("python")))
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    monkeypatch.delenv("UV", raising=False)
    monkeypatch.chdir(tmp_path)
    program._program.cache_clear()
    yield script
    program._program.cache_clear()


def test_from_a_checkout_it_is_the_path_and_a_shell_finds_it(elsewhere: Path) -> None:
    told = command("watch", "my runs/a b")
    assert told == ".venv/bin/nlevolve watch 'my runs/a b'"
    said = subprocess.run(
        ["sh", "-c", told], capture_output=True, text=True, check=False, env={**os.environ, "PATH": "/usr/bin:/bin"}
    )
    assert "no run 'my runs/a b'" in said.stderr


def test_it_is_the_bare_name_where_a_shell_finds_this_very_program_by_it(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"{elsewhere.parent}:/usr/bin:/bin")
    assert command("show", "a", "b") == "nlevolve show a b"
    program._program.cache_clear()
    monkeypatch.setenv("UV", "/usr/bin/uv")  # the path is longer for this command alone
    assert command("show", "a", "b") == ".venv/bin/nlevolve show a b"


def test_without_a_script_it_is_the_module(elsewhere: Path) -> None:
    elsewhere.unlink()
    assert command("report", "a") == ".venv/bin/python -m nlevolve report a"
    assert quoted([Path("my runs/report.html")]) == "'my runs/report.html'"
