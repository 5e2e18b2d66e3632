"""An address that a command names and nobody answers at is told first of all; one that only a file names is not touched."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import pytest

from nlevolve.cli import main
from tests.run.contexts import a_file

PRESET = """
[generator]
model = "hosted_vllm/some"
base_url = "{address}"

[policy]
phases = [{{ births = 1, moves = ["write"] }}]
"""


@pytest.fixture
def listener() -> socket.socket:
    """Somebody who listens, and never waits for a caller."""
    door = socket.create_server(("127.0.0.1", 0))
    door.setblocking(False)
    return door


def said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: Path, *more: str) -> str:
    """What a run that cannot begin, since a price is not known, says on stderr."""
    monkeypatch.chdir(folder)
    command = ["nlevolve", "solve", str(a_file(folder)), "--run", "r", "--budget", "1", "--cache-dir", "bank", *more]
    monkeypatch.setattr(sys, "argv", command)
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    return capsys.readouterr().err


def test_a_dead_address_in_the_command_is_named_first(
    listener: socket.socket, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    address = f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
    listener.close()
    told = said(monkeypatch, capsys, tmp_path, "--generator", "hosted_vllm/some", "--set", f"generator.base_url={address}")
    assert told.startswith(f"nlevolve: nothing answers at {address} (connection refused): is the server running?\n")


def test_an_address_that_only_a_preset_names_is_not_knocked_at(
    listener: socket.socket, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    preset = tmp_path / "received.toml"
    preset.write_text(PRESET.format(address=f"http://127.0.0.1:{listener.getsockname()[1]}/v1"))
    said(monkeypatch, capsys, tmp_path, "--preset", str(preset))
    with listener, pytest.raises(BlockingIOError):
        listener.accept()
