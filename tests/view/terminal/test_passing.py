"""What is said while something takes its time, and only to who looks."""

from __future__ import annotations

import io

import pytest

from nlevolve.view.terminal.passing import passing


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def fails(screen: Terminal) -> None:
    with passing("one moment", screen):
        assert screen.getvalue() == "one moment"
        raise ValueError("no")


def test_a_word_on_a_terminal_is_gone_when_it_is_done_whatever_happened() -> None:
    screen, file = Terminal(), io.StringIO()
    with passing("one moment", file):
        pass
    with pytest.raises(ValueError, match="no"):
        fails(screen)
    assert screen.getvalue() == "one moment\r\x1b[2K"
    assert file.getvalue() == ""
