"""A run told in plain lines."""

import io
import os
import time
from datetime import timedelta
from typing import Any

from nlevolve.records import CallFinished, CallSent, Event, RunStarted, Usage
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
    late = [call.model_copy(update={"at": START + timedelta(seconds=s), "task": call.task}) for s in (4, 11, 15, 22)]
    lines = told([started, *late])
    assert len(lines) == 3
    assert all("6 waiting" in line for line in lines[1:])


def sent(request: str, seconds: float, **more: Any) -> CallSent:
    label: dict[str, Any] = {"task": "t", "role": "checker", "purpose": "check", "birth": 0, "model": "openrouter/x/slow"}
    return CallSent(at=START + timedelta(seconds=seconds), request=request, **{**label, **more})


def test_while_nothing_happens_it_says_who_is_waited_for_and_how_long() -> None:
    started = next(e for e in FakeRun().events() if isinstance(e, RunStarted))
    stream = io.StringIO()
    lines = Lines(stream)
    for event in (started, sent("a", 1), sent("b", 2), sent("c", 3, role="generator", purpose="write", model="y/quick")):
        lines.see(event)
    lines.tick(START + timedelta(seconds=9.9))
    assert len(stream.getvalue().splitlines()) == 1
    lines.tick(START + timedelta(seconds=43))
    lines.tick(START + timedelta(seconds=44))
    told = stream.getvalue().splitlines()[1:]
    assert len(told) == 1
    assert "checker openrouter/x/slow: waiting for 2 replies, the longest 0:42" in told[0]
    assert "generator y/quick: waiting for 1 reply 0:40" in told[0]
    done = {"task": "t", "role": "checker", "purpose": "check", "birth": 0, "target": 0, "model": "openrouter/x/slow"}
    usage = Usage(completion=300)
    lines.see(CallFinished(at=START + timedelta(seconds=44), source="provider", request="a", usage=usage, seconds=10.0, **done))
    lines.tick(START + timedelta(seconds=60))
    assert "waiting for 1 reply 0:58 (about 30 tokens/s)" in stream.getvalue().splitlines()[-1]


def test_it_has_a_clock_of_its_own() -> None:
    late = START
    stream = io.StringIO()
    with Lines(stream, clock=lambda: late) as lines:
        lines.see(next(e for e in FakeRun().events() if isinstance(e, RunStarted)))
        late = START + timedelta(seconds=11)
        deadline = time.monotonic() + 60
        while "…" not in stream.getvalue() and time.monotonic() < deadline:
            time.sleep(0.05)
    assert "… 0 tasks running" in stream.getvalue()


def test_asked_to_stop_it_says_how_many_are_in_flight_and_for_how_long_at_most() -> None:
    stream = io.StringIO()
    lines = Lines(stream, clock=lambda: START + timedelta(seconds=61), timeouts={"checker": 120.0, "generator": 1800.0})
    for event in (sent("a", 1), sent("b", 31)):
        lines.see(event)
    lines.stopping()
    lines.see(sent("c", 50, role="generator", purpose="write"))
    lines.stopping()
    assert stream.getvalue().splitlines() == [
        "stopping: finishing 2 calls in flight, 1:30 at most; once more stops at once",
        "stopping: finishing 3 calls in flight, 29:49 at most; once more stops at once",
    ]


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
