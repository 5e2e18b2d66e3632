"""A run told in plain lines."""

import io
import os
from datetime import timedelta

from nlevolve.records import CallFinished, Event, RunStarted
from nlevolve.view.terminal.lines import Lines
from nlevolve.view.terminal.summary import Summary
from tests.view.fake_run import START, FakeRun


def told(events: list[Event]) -> list[str]:
    stream = io.StringIO()
    with Lines(stream) as lines:
        for event in events:
            lines.see(event)
    return stream.getvalue().splitlines()


def test_each_headline_is_a_line() -> None:
    events = FakeRun(failing=(1,)).events()
    summary = Summary()
    headlines = [m.text for e in events if (m := summary.see(e)) is not None and m.headline]
    lines = [line for line in told(events) if "… " not in line]
    assert len(lines) == len(headlines)
    assert all(text in line for text, line in zip(headlines, lines, strict=True))
    assert lines[-2].endswith("[6/6]")


def test_a_silent_stretch_is_broken_by_how_the_run_stands() -> None:
    started = next(e for e in FakeRun().events() if isinstance(e, RunStarted))
    call = next(e for e in FakeRun().events() if isinstance(e, CallFinished))
    late = [call.model_copy(update={"at": START + timedelta(seconds=s), "task": call.task}) for s in (10, 31, 40, 62)]
    lines = told([started, *late])
    assert len(lines) == 3
    assert all("6 waiting" in line for line in lines[1:])


def test_a_reader_that_goes_away_does_not_end_the_run() -> None:
    reading, writing = os.pipe()
    events = FakeRun().events()
    with os.fdopen(writing, "w") as stream, Lines(stream) as lines:
        lines.see(events[0])
        os.close(reading)
        for event in events[1:]:
            lines.see(event)
        assert lines.broken
        assert lines.summary.events == len(events)
        print("and what else is printed there", file=stream, flush=True)


def test_earlier_sessions_are_not_told_again() -> None:
    events = FakeRun(tasks=1).events()
    stream = io.StringIO()
    lines = Lines(stream)
    lines.recall(events[:-1])
    assert stream.getvalue() == ""
    lines.see(events[-1])
    assert "the run is done" in stream.getvalue()
    assert lines.summary.events == len(events)
