"""The live dashboard, on a pseudo-terminal: what it draws, how it ends, what it leaves behind."""

import os
import re
import signal
import termios
import time

import pytest
from rich.console import Console

from nlevolve.view.terminal import dashboard
from nlevolve.view.terminal.dashboard import INTERVAL, LONGEST, Dashboard, pause
from tests.view.emulator import ALT_SCREEN_OFF, ALT_SCREEN_ON, Terminal
from tests.view.fake_run import FakeRun

SCRIPT = """
import sys, time
from tests.view.fake_run import FakeRun
from nlevolve.view.terminal.dashboard import Dashboard
asked = []
with Dashboard(stop_requested=lambda: asked.append(True)) as view:
    for number, event in enumerate(FakeRun().events()):
        view.see(event)
        time.sleep(0.01)
        if number == 60 and {fail!r}:
            raise RuntimeError("the run broke")
        if asked:
            break
    while not asked:
        time.sleep(0.01)
print("asked to stop", len(asked))
"""


def view(*, fail: bool = False, **env: str) -> Terminal:
    """A dashboard of a fake run, in a process of its own; the run waits for `q`."""
    return Terminal("-c", SCRIPT.format(fail=fail), **env)


def test_it_draws_pages_and_stops_when_asked() -> None:
    terminal = view()
    terminal.until("first bullet")
    terminal.press("?")
    terminal.until("hold the focus where it is")
    terminal.press("?\t\t")
    terminal.until("description 3/6")
    terminal.press("\x1b[C")
    terminal.until("f follow")
    terminal.press("q")
    terminal.until("asked to stop 1")
    assert terminal.end() == 0


HOLD = """
import time
from nlevolve.records import Paused, RunFinished
from tests.view.fake_run import FakeRun
from nlevolve.view.terminal.dashboard import Dashboard
asked = []
view = Dashboard(stop_requested=lambda: asked.append(True), hold=lambda on: view.see(Paused(on=on)))
view.recall(event for event in FakeRun().events() if not isinstance(event, RunFinished))
with view:
    while not asked:
        time.sleep(0.01)
print("asked to stop", len(asked))
"""


def test_p_pauses_the_run_and_lets_it_go_on() -> None:
    terminal = Terminal("-c", HOLD)
    terminal.until("p pause")
    terminal.press("p")
    terminal.until("■ paused")
    terminal.until("p go on")
    terminal.press("p")
    terminal.until("p go on(.|\n)*p pause")
    terminal.press("q")
    terminal.until("asked to stop 1")
    assert terminal.end() == 0


def test_the_terminal_is_clean_after_an_error() -> None:
    terminal = view(fail=True)
    terminal.until("RuntimeError: the run broke")
    assert terminal.end() == 1


def test_the_terminal_is_clean_after_a_sigterm() -> None:
    terminal = view()
    terminal.until("births")
    terminal.process.send_signal(signal.SIGTERM)
    assert terminal.end() == 128 + signal.SIGTERM


def test_the_terminal_is_lent_back_while_suspended() -> None:
    terminal = view()
    terminal.until("births")
    terminal.process.send_signal(signal.SIGTSTP)
    terminal.until(re.escape(ALT_SCREEN_OFF))
    deadline = time.monotonic() + 20
    while termios.tcgetattr(terminal.ours) != terminal.before:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    terminal.told = ""
    terminal.process.send_signal(signal.SIGCONT)
    terminal.until(re.escape(ALT_SCREEN_ON) + "(.|\n)*births")
    terminal.press("q")
    terminal.until("asked to stop 1")
    assert terminal.end() == 0


def test_no_color_leaves_no_colour() -> None:
    terminal = view(NO_COLOR="1")
    terminal.until("births")
    terminal.press("q")
    terminal.end()
    assert not re.search(r"\x1b\[[\d;]*[34]8;[25]", terminal.told)


def test_a_resized_terminal_is_filled_again() -> None:
    terminal = view()
    terminal.until("births")
    termios.tcsetwinsize(terminal.ours, (40, 130))
    terminal.until("fitness over births")
    terminal.press("q")
    assert terminal.end() == 0


def test_a_drawing_error_ends_the_drawing_and_not_the_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("a panel divides by zero")

    monkeypatch.setattr(dashboard, "draw", broken)
    events = FakeRun().events()
    with Dashboard(console=Console()) as view:
        for event in events:
            view.see(event)
    assert isinstance(view.error, ZeroDivisionError)
    assert view.summary.events == len(events)
    assert "the dashboard stopped drawing (ZeroDivisionError: a panel divides by zero); the run went on" in (
        " ".join(capsys.readouterr().out.split())
    )


def test_every_event_is_folded_however_short_the_run() -> None:
    events = FakeRun().events()
    with Dashboard(console=Console(file=open(os.devnull, "w"))) as view:
        view.recall(events[:50])
        for event in events[50:]:
            view.see(event)
    assert view.summary.events == len(events)
    assert view.summary.finished is not None


@pytest.mark.parametrize(("cost", "seconds"), [(0.0, INTERVAL), (0.003, INTERVAL), (0.03, 1.0), (9.0, LONGEST)])
def test_slow_drawing_is_done_less_often(cost: float, seconds: float) -> None:
    assert pause(cost) == pytest.approx(seconds)
