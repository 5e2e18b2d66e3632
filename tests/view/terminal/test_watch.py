"""Runs watched from their log: as it grows, and played again."""

import io
import threading
import time
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from rich.console import Console

from nlevolve.records import AnyEvent, Event, RunStarted, write_event
from nlevolve.run.store import Lock
from nlevolve.view.terminal import watch
from nlevolve.view.terminal.palette import STANDARD
from nlevolve.view.terminal.watch import Player, Tail
from tests.view.fake_run import FakeRun


class FromTheFuture(Event):
    kind: str = "from the future"


FUTURE = write_event(FromTheFuture())


def events(**like: int) -> list[AnyEvent]:
    return FakeRun(**like).events()


def write(path: Path, told: list[Event] | list[AnyEvent]) -> None:
    with path.open("a") as file:
        file.writelines(write_event(event) + "\n" for event in told)


def test_a_log_is_read_as_it_grows(tmp_path: Path) -> None:
    path, told = tmp_path / "events.jsonl", events()
    tail = Tail(path)
    assert list(tail.new()) == []
    write(path, told[:5])
    assert list(tail.new()) == told[:5]
    line = write_event(told[5]) + "\n"
    with path.open("a") as file:
        file.write(line[:20])
    assert list(tail.new()) == []
    with path.open("a") as file:
        file.write(line[20:] + FUTURE + "\n")
    write(path, told[6:8])
    assert list(tail.new()) == told[5:8]


def test_whether_somebody_writes_the_log(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    assert not Tail(path).being_written()
    with closing(Lock(tmp_path)):
        assert Tail(path).being_written()
    assert not Tail(path).being_written()


def test_lines_are_followed_until_the_run_ends(tmp_path: Path) -> None:
    path, told, stream = tmp_path / "events.jsonl", events(tasks=2), io.StringIO()
    write(path, told[:10])
    with closing(Lock(tmp_path)):
        following = threading.Thread(target=watch.follow_lines, args=(path, stream))
        following.start()
        while "started" not in stream.getvalue():
            time.sleep(0.01)
        write(path, told[10:])
        following.join(timeout=30)
    assert not following.is_alive()
    assert "the run is done" in stream.getvalue()


def test_lines_of_a_killed_run_come_to_an_end(tmp_path: Path) -> None:
    path, stream = tmp_path / "events.jsonl", io.StringIO()
    write(path, events()[:30])
    watch.follow_lines(path, stream)
    assert "run demo started" in stream.getvalue()


class Clock:
    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def test_a_replay_keeps_the_runs_time() -> None:
    told, clock = events(), Clock()
    player = Player(told, at=0.0, speed=10.0, paused=False, clock=clock)
    assert list(player.due()) == [told[0]]
    clock.seconds += 3.0
    due = list(player.due())
    assert due == [e for e in told[1:] if (e.at - told[0].at).total_seconds() <= 30.0]
    assert player.now() == told[0].at + timedelta(seconds=30)
    clock.seconds += 1e6
    assert [told[0], *due, *player.due()] == told
    assert player.note() == f"replay ×10 at 100% of {watch.duration(player.length)}"


def test_a_replay_can_be_paused_and_sped_up() -> None:
    clock = Clock()
    player = Player(events(), at=0.5, speed=1.0, paused=True, clock=clock)
    half = player.length / 2
    clock.seconds += 50
    assert player.position == pytest.approx(half)
    player.pause()
    clock.seconds += 2
    player.faster()
    clock.seconds += 3
    assert player.position == pytest.approx(half + 2 + 6)
    player.slower()
    player.slower()
    clock.seconds += 4
    assert player.position == pytest.approx(half + 8 + 2)


def test_a_replay_leaves_out_the_break_between_sessions() -> None:
    first, *rest = events(tasks=1)
    assert isinstance(first, RunStarted)
    gap = timedelta(hours=9)
    again = first.model_copy(update={"at": rest[9].at + gap, "resumed": True})
    later = [e.model_copy(update={"at": e.at + gap}) for e in rest[10:]]
    whole = Player([first, *rest], at=1.0, speed=1.0, paused=True)
    broken = Player([first, *rest[:10], again, *later], at=1.0, speed=1.0, paused=True)
    assert broken.length == pytest.approx(whole.length)


def test_one_frame_of_any_moment() -> None:
    console = Console(file=io.StringIO(), width=80, height=24)
    told = events()
    early, late = (watch.still(told, console, STANDARD, at=at) for at in (0.1, 1.0))
    assert "tasks 0/6" in early.rows[3].plain
    assert "done" in late.rows[0].plain
    assert "waiting for the run" in watch.still([], console, STANDARD).rows[0].plain


def test_headlines_of_a_replay_end_where_they_are_told_to() -> None:
    told = events()
    half, whole = io.StringIO(), io.StringIO()
    watch.replay_lines(told, half, at=0.5)
    watch.replay_lines(told, whole)
    assert whole.getvalue().startswith(half.getvalue())
    assert 0 < len(half.getvalue()) < len(whole.getvalue())
