"""What a run waits for is told apart: a provider, a server that is away, a place, the pace, another try, a repair, a turn."""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from typing import Any

from nlevolve.records import (
    Birth,
    BirthPlanned,
    CallFinished,
    CallRetried,
    CallSent,
    CandidateChecked,
    Event,
    Followed,
    LimitChanged,
    Paused,
    Refused,
    ReplyUnread,
    RunStarted,
    ServerAway,
    ServerBack,
    TaskStarted,
    TrafficSeen,
)
from nlevolve.view.terminal.lines import Lines
from nlevolve.view.terminal.panels.look import Look
from nlevolve.view.terminal.panels.screen import draw
from nlevolve.view.terminal.summary import Summary
from tests.view.fake_run import START, FakeRun

MODEL = "hosted_vllm/qwen3"
ADDRESS = "http://127.0.0.1:8000"
GRID = ((1, 2), (3, 4))
AWAY = {"model": MODEL, "address": ADDRESS}


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def begun() -> list[Event]:
    """A task with three births on their way, at the first second."""
    run = RunStarted(
        at=START, run="r", models={"generator": MODEL, "checker": MODEL}, preset="quick", tasks=("t",), concurrency=8, reads=True
    )
    task = TaskStarted(at=START, task="t", pairs=((GRID, GRID),) * 3, tests=(GRID,), copy_accuracy=0.5, births=8)
    births = [BirthPlanned(at=at(1), task="t", birth=Birth(index=k, operator="write", model=MODEL)) for k in range(3)]
    return [run, task, *births]


def label(birth: int, target: int | None = None) -> dict[str, Any]:
    role, purpose = ("generator", "write") if target is None else ("checker", "check")
    request = f"{birth}/{target}"
    return {"task": "t", "role": role, "purpose": purpose, "model": MODEL, "birth": birth, "target": target, "request": request}


def sent(seconds: float, birth: int, target: int | None = None, **more: Any) -> CallSent:
    return CallSent(at=at(seconds), **label(birth, target), **more)


def came(seconds: float, birth: int, target: int | None = None, **more: Any) -> CallFinished:
    return CallFinished(**{"at": at(seconds), "source": "provider", **label(birth, target), **more})


def screen(events: list[Event], seconds: float, width: int = 80, height: int = 24) -> str:
    summary = Summary()
    for event in events:
        summary.see(event)
    look = Look(summary, at(seconds), focus="t", colour=False)
    return "\n".join(row.plain.rstrip() for row in draw(look, width, height).rows)


def spoken(events: list[Event], seconds: float) -> str:
    stream = io.StringIO()
    lines = Lines(stream)
    for event in events:
        lines.see(event)
    lines.tick(at(seconds))
    return stream.getvalue().splitlines()[-1]


def test_a_server_that_is_away_is_named_and_what_waits_for_it_is_not_in_flight() -> None:
    before = [*begun(), sent(2, 0), sent(2, 1)]
    away = [*before, ServerAway(at=at(3), why="refused", patience=900.0, **AWAY)]
    assert "in flight 2/8" in screen(before, 3)
    told = screen(away, 63)
    assert f"■ nobody at {ADDRESS} for 1:00; 2 calls wait, for 14:00 more  qwen3" in told
    assert "in flight 0/8" in told
    assert told.count("waits for the server 1:0") == 3
    assert f"nothing answers at {ADDRESS} for 1:00, waited for 14:00 more by 2 calls" in spoken(away, 63)
    assert "no longer waited for" in screen(away, 1000)
    back = [*away, ServerBack(at=at(70), seconds=67.0, **AWAY), sent(71, 0), sent(71, 1), came(75, 1)]
    assert "in flight 1/8" in screen(back, 76)
    assert "nobody at" not in screen(back, 76)
    assert all(len(line) <= 80 for line in told.splitlines())


def test_a_call_given_up_while_its_server_is_away_waits_no_longer() -> None:
    away = [*begun(), sent(2, 0), sent(2, 1), ServerAway(at=at(3), why="refused", patience=9.0, **AWAY)]
    given_up = [*away, came(12, 0, source="failed", finish="away", tries=0)]
    assert "1 call waits, for 0:01 more" in screen(given_up, 11)


def test_in_flight_waiting_for_a_place_and_held_by_the_pace_are_told_apart() -> None:
    queued = [*begun(), sent(2, 0), TrafficSeen(at=at(5), model=MODEL, waiting=40)]
    assert "in flight 1/8 (40 queued)" in screen(queued, 6)
    assert "in flight 1/8 (40 wait for a place)" in screen(queued, 6, width=160)
    paced = [
        *queued,
        LimitChanged(at=at(6), model=MODEL, in_flight=4, per_minute=24.0, why="about 24"),
        TrafficSeen(at=at(10), model=MODEL, waiting=30, paced=True),
    ]
    assert "in flight 1/8 (≤4; 30 paced 24/min)" in screen(paced, 11)
    assert "30 wait for the pace of 24 a minute" in spoken(paced, 21)
    noise = [
        *paced,
        LimitChanged(at=at(20), model=MODEL, in_flight=64, why="by chance"),
        TrafficSeen(at=at(20), model=MODEL, waiting=0),
    ]
    assert "in flight 1/8  cached" in screen(noise, 21)


def test_how_fast_it_is_written_is_told_while_it_is_heard_and_no_longer() -> None:
    writing = [*begun(), sent(2, 0), TrafficSeen(at=at(10), model=MODEL, waiting=0, writing=1, tokens_per_second=34.2)]
    assert "34 tok/s  in flight 1/8" in screen(writing, 12)
    assert "waiting for 1 reply 0:18 (34 tokens/s in all)" in spoken(writing, 20)
    assert "tok/s" not in screen(writing, 40)
    stalled = [*writing, TrafficSeen(at=at(15), model=MODEL, waiting=0, writing=1)]
    assert "(nothing has come for some seconds)" in spoken(stalled, 21)


def test_a_birth_says_what_it_waits_for() -> None:
    unread = ReplyUnread(at=at(5), **label(1), why="no bullets")
    events = [*begun(), sent(2, 0), sent(2, 1), came(4, 0), came(5, 1), unread, sent(6, 0, 0), came(8, 0, 0)]
    told = screen(events, 10, width=120)
    assert "being checked, 1 of 3 pairs back 0:06" in told
    assert "being repaired 0:05" in told
    assert "waits for its turn 0:09" in told
    mended = [*events, ReplyUnread(at=at(8), **label(0, 0), why="no grid")]
    assert "being checked, 0 of 3 pairs back, 1 being repaired" in screen(mended, 10)


def test_a_refused_pair_has_a_mark_of_its_own_and_a_note_and_a_smaller_prompt_are_said() -> None:
    attempts = (
        Followed(pair=0, grid=GRID, accuracy=1.0, note="bullet 2 makes no sense"),
        Refused(pair=1, why="content_filter"),
        Followed(pair=2, grid=GRID, accuracy=1.0),
    )
    born = next(e.birth for e in begun() if isinstance(e, BirthPlanned))
    script = next(e for e in FakeRun().events() if isinstance(e, CandidateChecked))
    checked = script.model_copy(update={"at": at(9), "task": "t", "birth": born, "attempts": attempts})
    smaller = came(4, 0, trimmed="the parents' grids")
    told = screen([*begun(), sent(2, 0), smaller, checked], 10, width=240)
    assert "█!█ 2/3" in told
    assert "; 1 grid with a note (asked for without the parents' grids)" in told.replace("\n", "")


def asked_first(seconds: float, tries: int = 1) -> CallSent:
    """The small question before a run begins: of no birth."""
    return sent(seconds, 0).model_copy(update={"birth": None, "tries": tries})


def again(seconds: float, birth: int, failure: str, why: str, wait: float) -> CallRetried:
    told: dict[str, Any] = {"request": f"{birth}/None", "failure": failure, "why": f"{failure}: {why}", "wait": wait}
    return CallRetried(at=at(seconds), task="t", model=MODEL, **told)


def test_a_small_question_that_takes_its_time_is_named_as_one_with_the_flag_that_begins_without_it() -> None:
    told = spoken([begun()[0], asked_first(1)], 21)
    assert "before the run begins, generator hosted_vllm/qwen3 was asked a small question and has not answered for 0:20" in told
    assert "slow, or still loading" in told
    assert "--no-ping begins without it" in told
    assert "task" not in told
    down = again(2, 0, "provider_down", "503 busy", 30)
    told = spoken([begun()[0], asked_first(1), down], 21)
    assert "a small question: 1 of 1 try failed (503 busy); tried again in 0:11" in told
    writing = TrafficSeen(at=at(20), model=MODEL, waiting=0, writing=1, tokens_per_second=3.0)
    assert "it is writing" in spoken([begun()[0], asked_first(1), writing], 21)


def test_while_refusals_hold_a_run_up_the_line_says_so_with_what_was_learned() -> None:
    refused = [
        event
        for birth in range(3)
        for event in (
            sent(2, birth),
            again(3, birth, "rate_limit", "429 slow down", 40),
        )
    ]
    why = "it refuses more than is usual: one at a time until it lets one through"
    learned = LimitChanged(at=at(4), model=MODEL, in_flight=1, why=why)
    told = spoken([*begun(), *refused, learned], 21)
    assert "3 wait to be sent again, the first in 0:22" in told
    assert f"qwen3: 3 of 3 tries refused (429 slow down): {why}" in told


def test_a_paused_run_says_so_until_it_goes_on_or_another_session_begins() -> None:
    paused, on = Paused(at=at(2), on=True), Paused(at=at(3), on=False)
    told = [spoken([*begun(), *more], 60) for more in ([paused], [paused, on], [paused, *begun()[:1]])]
    assert ["… paused: nothing new is sent; " in line for line in told] == [True, False, False]


def test_a_paused_run_counts_what_was_sent_alone_and_promises_no_end() -> None:
    """A call of a birth that nobody needs is over; births whose calls wait are held; nothing else holds anything back."""
    over = came(8, 1, source="failed", finish="abandoned", tries=0)
    queue = TrafficSeen(at=at(9), model=MODEL, waiting=18)
    events = [*begun(), sent(2, 0), sent(2, 1), over, queue, Paused(at=at(10), on=True)]
    told = spoken(events, 60)
    assert "1 in flight" in told
    assert "waiting for 1 reply 0:58" in told
    shown = screen(events, 60, 120, 40)
    assert "in flight 1/8" in shown
    assert "being written 0:58" in shown, "its call was sent, and ends"
    assert shown.count("held, the run is paused") == 1, "birth 2 was never sent, birth 1 is over"
    for word in ("wait for a place", "to go", "queued", "running 1:00"):
        assert word not in told + shown
