"""A terminal for tests: what a process draws on it, and what it leaves behind."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import subprocess
import sys
import termios
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
ALT_SCREEN_ON, ALT_SCREEN_OFF, CURSOR_ON = "\x1b[?1049h", "\x1b[?1049l", "\x1b[?25h"


class Terminal:
    """A Python process in control of a pseudo-terminal of 80x24, as under a shell."""

    def __init__(self, *arguments: str, cwd: Path = ROOT, **env: str) -> None:
        self.theirs, ours = pty.openpty()
        termios.tcsetwinsize(ours, (24, 80))
        self.before = termios.tcgetattr(ours)
        self.ours = ours
        self.process = subprocess.Popen(
            [sys.executable, *arguments],
            stdin=ours,
            stdout=ours,
            stderr=ours,
            cwd=cwd,
            env={**os.environ, "TERM": "xterm-256color", "PYTHONPATH": str(ROOT), **env},
            preexec_fn=_take_control,
        )
        self.told = ""

    def until(self, pattern: str, seconds: float = 40.0) -> None:
        os.set_blocking(self.theirs, False)
        end = time.monotonic() + seconds
        while not re.search(pattern, self.told):
            assert time.monotonic() < end, f"never saw {pattern!r} in {self.told[-3000:]!r}"
            try:
                self.told += os.read(self.theirs, 65536).decode(errors="replace")
            except BlockingIOError:
                time.sleep(0.02)

    def press(self, keys: str) -> None:
        os.write(self.theirs, keys.encode())

    def end(self) -> int:
        code = self.process.wait(timeout=40)
        self.until(re.escape(ALT_SCREEN_OFF))
        assert termios.tcgetattr(self.ours) == self.before, "the terminal was not given back as it was"
        assert self.told.rindex(CURSOR_ON) > self.told.index(ALT_SCREEN_ON)
        os.close(self.ours)
        os.close(self.theirs)
        return code


def _take_control() -> None:
    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
