"""Keys from a terminal, tried on a pseudo-terminal."""

import os
import pty
import termios
import threading
import time
from collections.abc import Iterator

import pytest

from nlevolve.view.terminal import keys
from nlevolve.view.terminal.keys import Keys, named


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[int, int]]:
    """(the user's end, our end). The foreground check needs a controlling terminal, which a test has not."""
    theirs, ours = pty.openpty()
    monkeypatch.setattr(keys, "_foreground", os.isatty)
    yield theirs, ours
    os.close(theirs)
    os.close(ours)


def test_keys_arrive_one_by_one_and_unechoed(terminal: tuple[int, int]) -> None:
    theirs, ours = terminal
    before = termios.tcgetattr(ours)
    with Keys(ours) as listening:
        assert not termios.tcgetattr(ours)[3] & (termios.ICANON | termios.ECHO)
        os.write(theirs, b"\x1b[Cf\x1b[5~\x1bOD\x1b[A?")
        assert listening.wait(5.0) == ["right", "f", "left", "up", "?"]
        assert listening.wait(0.0) == []
    assert termios.tcgetattr(ours) == before


def test_the_terminal_is_given_back_after_an_error(terminal: tuple[int, int]) -> None:
    before = termios.tcgetattr(terminal[1])
    with pytest.raises(RuntimeError), Keys(terminal[1]):
        raise RuntimeError
    assert termios.tcgetattr(terminal[1]) == before


def test_without_a_terminal_waiting_is_all_there_is() -> None:
    with Keys(-1) as listening:
        began = time.monotonic()
        assert listening.wait(0.05) == []
        assert time.monotonic() - began >= 0.04


def test_waiting_can_be_cut_short_from_another_thread() -> None:
    with Keys(-1) as listening:
        threading.Timer(0.05, listening.wake).start()
        began = time.monotonic()
        assert listening.wait(60.0) == []
        assert time.monotonic() - began < 30


def test_a_terminal_that_goes_away_does_not_make_it_spin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "_foreground", lambda fd: fd >= 0)
    gone, theirs = os.pipe()
    os.close(theirs)
    with Keys(-1) as listening:
        listening._fd, listening._saved = gone, None
        assert listening.wait(0.01) == []
    os.close(gone)


@pytest.mark.parametrize("raw", [b"\x1b", b"\x1b[", b"\x1b[1;5", b"\x1b\x1b[C", b"\xc3\xa9", b""])
def test_broken_input_is_survived(raw: bytes) -> None:
    assert isinstance(list(named(raw)), list)
