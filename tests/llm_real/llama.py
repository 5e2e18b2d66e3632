"""llama.cpp's server as a process that a story can start and stop, and `nlevolve` as a process beside it."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nlevolve.ask.prompts import bundled

CHECKOUT = Path(__file__).parents[2]
MODEL = "openai/smollm2"
SLOTS, WINDOW = 4, 2_048
"""Room for every prompt of these stories and its repair. The server rounds a window up to a multiple of 256."""
BOUND = 24
"""Tokens of a reply: enough to be cut, and little to wait for where the machine is busy."""
PATIENCE = 120.0
"""Seconds for the server to come up."""


@dataclass
class LlamaCpp:
    """llama.cpp's server as a process, at one port for all its lives."""

    port: int
    slots: int = SLOTS
    window: int = WINDOW
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def ask(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """The JSON of a GET, or of a POST of this body."""
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data), timeout=60) as told:
            return json.load(told)

    def start(self) -> None:
        """Start it and wait until it serves."""
        command = [sys.executable, "-m", "tests.llm_real.server", str(self.port), str(self.slots), str(self.window)]
        quiet = subprocess.DEVNULL
        self.process = subprocess.Popen(command, cwd=CHECKOUT, stdin=quiet, stdout=quiet, stderr=quiet)
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and self.process.poll() is None:
            with contextlib.suppress(OSError):
                if self.ask("/health").get("status") == "ok":
                    return
            time.sleep(0.2)
        self.stop()
        raise AssertionError("llama.cpp's server did not come up")

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait(20)
            self.process = None


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def running(slots: int = SLOTS, window: int = WINDOW) -> Iterator[LlamaCpp]:
    server = LlamaCpp(free_port(), slots, window)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def short_prompts(folder: Path) -> Path:
    """The bundled prompts without the advice that a model of this size cannot follow: reading it takes most of the time."""
    for file in bundled().rglob("*.md"):
        copy = folder / file.relative_to(bundled())
        copy.parent.mkdir(parents=True, exist_ok=True)
        head, system, rest = file.read_text(encoding="utf-8").partition("=== system\n")
        _, how, tail = rest.partition("How to reply.")
        copy.write_text(head + (system + "Find the rule of the grids.\n\n" + how + tail if how else system + rest))
    return folder


def tiny_task(folder: Path, pairs: int = 2, side: int = 2) -> Path:
    """So many pairs of square grids, mirrored."""

    def pair(number: int) -> dict[str, Any]:
        rows = [[(number + row + column * column) % 10 for column in range(side)] for row in range(side)]
        return {"input": rows, "output": [row[::-1] for row in rows]}

    path = folder / "tiny.json"
    path.write_text(json.dumps({"train": [pair(number) for number in range(pairs)], "test": [pair(pairs)]}))
    return path


@dataclass
class Shell:
    """Runs `nlevolve` in a folder with a tiny task and short prompts."""

    folder: Path

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "nlevolve", *arguments],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def solving(self, server: LlamaCpp, *more: str, run: str = "real", births: int = 1) -> list[str]:
        """The arguments of a small run that asks for few and short replies; no imperfect description is followed on the test."""
        phases = f'policy.phases=[{{births = {births}, moves = ["write"], overlap = 2}}]'
        called = (f"base_url={server.url}", "timeout=300", f"max_tokens={BOUND}")
        roles = [f"{role}.{what}" for role in ("generator", "checker") for what in called]
        sets = [argument for setting in (*roles, phases, "answers.imperfect=0") for argument in ("--set", setting)]
        models = ["--generator", MODEL, "--checker", MODEL, "--prompts", "prompts", "--concurrency", "2", "--no-ping"]
        return ["solve", "tiny.json", "--run", run, *models, *sets, *more]

    def events(self, run: str = "real") -> list[dict[str, Any]]:
        file = self.folder / "runs" / run / "events.jsonl"
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []

    def of(self, kind: str, run: str = "real") -> list[dict[str, Any]]:
        """The events of a kind."""
        return [event for event in self.events(run) if event["kind"] == kind]

    def wait_for(self, kind: str, process: subprocess.Popen[str], run: str = "real") -> None:
        """Return when the run's log holds such an event."""
        until = time.monotonic() + 300
        while time.monotonic() < until and process.poll() is None:
            if self.of(kind, run):
                return
            time.sleep(0.05)
        raise AssertionError(f"no {kind}: {process.communicate(timeout=30)}")
