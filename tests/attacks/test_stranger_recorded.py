"""A stranger's folder with every trap in it, under a recorder: what is opened, connected to and started is not our own word."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import matplotlib

from tests.attacks.conftest import Nlevolve

RECORDER = Path(__file__).with_name("recorder.py")
HARMLESS = ("/dev/null", "/dev/tty", matplotlib.get_cachedir())


def recorded(folder: Path, *commands: str) -> list[Any]:
    """What commands did in this folder, with somebody's keys in the environment."""
    log = folder.parent / f"{folder.name}-recorded"
    log.unlink(missing_ok=True)
    environment = {**os.environ, "OPENAI_API_KEY": "sk-the-users-own-key-0123456789", "HOME": f"{folder}-home"}
    # its list of fonts is there: to make one it writes and starts programs
    environment["MPLCONFIGDIR"] = matplotlib.get_cachedir()
    command = [sys.executable, "-P", str(RECORDER), str(log), *commands]
    ended = subprocess.run(
        command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    assert "Traceback" not in ended.stderr
    return [json.loads(line) for line in log.read_text().splitlines()]


def paths(events: list[Any]) -> set[str]:
    """Every path that was written, moved or removed."""
    return {
        path
        for event, told in events
        if event not in ("socket.connect", "socket.getaddrinfo", "subprocess.Popen")
        for path in ([told] if isinstance(told, str) else told)
        if path not in HARMLESS and "__pycache__" not in path
    }


def test_nothing_is_written_elsewhere_sent_or_started(nlevolve: Nlevolve, received: Path, tmp_path: Path) -> None:
    home = Path(f"{tmp_path}-home")
    home.mkdir()
    for name in ("report.html", "results.json", "submission.json"):
        (received / f"{name}.part").symlink_to(home / "planted")
    (received / "export").symlink_to(home)
    config = json.loads((received / "config.json").read_text())
    for role in ("generator", "checker"):
        config["settings"][role] |= {"model": "openai/some", "base_url": "http://127.0.0.1:9/v1"}
    config["cache_dir"] = str(home / "bank")
    (received / "config.json").write_text(json.dumps(config))
    (tmp_path / ".env").write_text(f"OPENAI_API_BASE=http://127.0.0.1:9/v1\nXDG_STATE_HOME={tmp_path}\n")
    events = recorded(tmp_path, "resume received --no-live", "report received", "export received -f kaggle")
    assert {path for path in paths(events) if not path.startswith(f"{tmp_path}/")} == set()
    assert [told for event, told in events if event in ("socket.connect", "socket.getaddrinfo", "os.system")] == []
    assert [told for event, told in events if event in ("subprocess.Popen", "os.exec", "os.posix_spawn")] == []
    assert {Path(path).name for path in paths(events)} >= {"report.html", "report.html.part"}, "it recorded"
    assert os.listdir(home) == []
