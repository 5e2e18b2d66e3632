"""The log of a merged run: whole sessions in the order in which they began, each a run's own, and how all of it stands."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from nlevolve.config import configure
from nlevolve.options import Limits
from nlevolve.records import Noticed, RunFinished, RunStarted, TaskAnswered, read_event, write_event
from nlevolve.run.merging import log
from nlevolve.run.parts import Part, Session

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)


def session(begins: int, ends: int, *answers: str) -> Session:
    """In seconds; a task that is answered was not cut short."""
    began = RunStarted(
        at=NOON + timedelta(seconds=begins), run="own", models={}, preset="quick", tasks=(), concurrency=1, max_calls=7
    )
    last = NOON + timedelta(seconds=ends)
    told = [TaskAnswered(at=last, task=task, answers=(), stopped="exhausted", best=None) for task in answers]
    return Session(began, [write_event(event).encode() for event in (*told, Noticed(at=last, text=f"from {begins}"))])


def merged(*parts: Part) -> list[Any]:
    config = {
        "run": "all",
        "preset": "quick",
        "settings": configure("quick").model_dump(mode="json"),
        "limits": Limits(max_calls=14).model_dump(mode="json"),
        "merged": {"parts": [{"run": part.name, "id": part.name, "tasks": []} for part in parts], "missing": []},
    }
    return [read_event(line) for line in "".join(log(parts, config, ["x", "y"])).splitlines()]


def part(name: str, *sessions: Session) -> Part:
    return Part(name, Path(name), {}, sessions)


def test_sessions_stand_whole_in_the_order_in_which_they_began() -> None:
    # the clock of `c` was set back between its sessions
    parts = (
        part("c", session(10, 20), session(5, 90)),
        part("a", session(0, 50, "x"), session(100, 130)),
        part("b", session(20, 70, "y")),
    )
    events = merged(*parts)
    told = [event.text for event in events if isinstance(event, Noticed)]
    assert told == ["from 0", "from 10", "from 5", "from 20", "from 100", "merged from c, a, b"]
    began = [event for event in events if isinstance(event, RunStarted)]
    assert [event.part for event in began] == ["a", "c", "c", "b", "a", ""]
    assert [event.resumed for event in began] == [False, *[True] * 5]
    assert {(event.run, event.tasks, event.max_calls) for event in began} == {("all", ("x", "y"), 14)}
    assert events[-1].at == max(event.at for event in events)
    assert (events[-1].reason, events[-1].exit_code) == ("done", 0)


def test_a_task_that_no_run_has_ended_leaves_the_merged_run_unfinished() -> None:
    last = merged(part("a", session(0, 50, "x")), part("b"))[-1]
    assert isinstance(last, RunFinished)
    assert (last.reason, last.exit_code, last.why[:27]) == ("interrupted", 130, "1 of 2 tasks are not over: ")
