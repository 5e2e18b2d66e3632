"""Single keys from a terminal, which is given back as it was whatever happens."""

from __future__ import annotations

import os
import select
import sys
from collections.abc import Iterator
from types import TracebackType
from typing import Any

_NAMES = {
    b"\x1b[A": "up",
    b"\x1bOA": "up",
    b"\x1b[B": "down",
    b"\x1bOB": "down",
    b"\x1b[C": "right",
    b"\x1bOC": "right",
    b"\x1b[D": "left",
    b"\x1bOD": "left",
}


class Keys:
    """While entered, the terminal hands over each key at once and echoes none. On anything but a terminal in the
    foreground it does nothing: `wait` only waits.

    `wait` may be called from one thread; `wake` from any.
    """

    def __init__(self, fd: int | None = None) -> None:
        self._fd = _stdin() if fd is None else fd
        self._saved: list[Any] | None = None
        self._woken, self._waker = -1, -1

    def __enter__(self) -> Keys:
        self._woken, self._waker = os.pipe()
        os.set_blocking(self._waker, False)
        self.take()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.give_back()
        os.close(self._waker)
        os.close(self._woken)

    def take(self) -> None:
        """Take the terminal over, also again after `give_back`."""
        if self._saved is not None or not _foreground(self._fd):
            return
        import termios
        import tty

        self._saved = termios.tcgetattr(self._fd)
        tty.setcbreak(self._fd, termios.TCSADRAIN)

    def give_back(self) -> None:
        if self._saved is None:
            return
        import termios

        saved, self._saved = self._saved, None
        termios.tcsetattr(self._fd, termios.TCSADRAIN, saved)

    def wake(self) -> None:
        """Let `wait` return at once."""
        try:
            os.write(self._waker, b".")
        except BlockingIOError:
            return  # the pipe is full of wake-ups already

    def wait(self, seconds: float) -> list[str]:
        """The keys pressed, as soon as there is one; none after `seconds` or when woken."""
        # in the background, reading would stop the whole process
        listening = self._saved is not None and _foreground(self._fd)
        ready, _, _ = select.select([self._woken, self._fd] if listening else [self._woken], [], [], max(0.0, seconds))
        if self._woken in ready:
            os.read(self._woken, 4096)
        if self._fd not in ready:
            return []
        pressed = os.read(self._fd, 256)
        if not pressed:
            self.give_back()  # the terminal has gone: listening on would spin
        return list(named(pressed))


def named(pressed: bytes) -> Iterator[str]:
    """Key names of raw input: "left", "right", "up", "down", or the character itself; other escape sequences are dropped."""
    at = 0
    while at < len(pressed):
        if pressed[at] != 0x1B:
            yield chr(pressed[at])
            at += 1
            continue
        end = at + 2
        while pressed[at + 1 : at + 2] in (b"[", b"O") and end < len(pressed) and not 0x40 <= pressed[end] <= 0x7E:
            end += 1
        sequence = pressed[at : end + 1]
        if sequence in _NAMES:
            yield _NAMES[sequence]
        at = end + 1 if pressed[at + 1 : at + 2] in (b"[", b"O") else at + 1


def _stdin() -> int:
    try:
        return sys.stdin.fileno()
    except (AttributeError, OSError, ValueError):
        return -1


def _foreground(fd: int) -> bool:
    """Whether `fd` is a terminal that listens to this process."""
    try:
        return fd >= 0 and os.isatty(fd) and os.tcgetpgrp(fd) == os.getpgrp()
    except OSError:
        return False
