"""How far a run is: a block that a notebook keeps up to date, lines elsewhere."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Any

import pytest

from nlevolve.records import Noticed
from nlevolve.view.progress import Progress
from tests.view.fake_run import FakeRun
from tests.view.story import clock, hostile_events

EVENTS = FakeRun(tasks=4, births=6).events()


def test_outside_a_notebook_it_is_lines_of_which_the_last_has_all_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    progress = Progress()
    for event in EVENTS:
        progress(event)
    lines = capsys.readouterr().err.splitlines()
    assert 1 < len(lines) < 30
    assert ": 0 of 4 tasks done" in lines[0]
    assert ": 4 of 4 tasks done" in lines[-1]
    assert repr(progress) == lines[-1]


def test_in_a_notebook_one_block_is_kept_up_to_date(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []
    told = SimpleNamespace(update=lambda one: shown.append(one._repr_html_()))

    def display(one: Any, display_id: bool) -> Any:
        shown.append(one._repr_html_())
        return told

    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: SimpleNamespace(kernel=1)))
    monkeypatch.setitem(sys.modules, "IPython.display", SimpleNamespace(display=display))
    progress = Progress()
    for event in EVENTS:
        progress(event)
    assert "width:0%" in shown[0]
    assert "width:100%" in shown[-1]
    assert len(shown) < len(EVENTS) / 2
    again = len(shown)
    for event in EVENTS:
        progress(event)
    assert "width:0%" in shown[again], "it may serve another run, which begins anew"


def test_no_word_from_outside_is_markup() -> None:
    progress = Progress()
    assert "no run yet" in progress._repr_html_() + repr(progress)
    for event in [*hostile_events(), Noticed(at=clock(20), text="<img src=x>")]:
        progress(event)
    assert "<img" not in progress._repr_html_()
    assert "<script" not in progress._repr_html_()
