"""What several stations say makes one log: nothing missing, nothing twice, and an end for what a lost one had sent."""

from __future__ import annotations

from typing import Any

import pytest

from nlevolve.cluster.hearing import Gap, Hearing
from nlevolve.cluster.messages import Said
from nlevolve.llm.request import Reply
from nlevolve.records import CallFinished, CallSent, Event, Noticed, TrafficSeen, Usage, write_event

CALL: dict[str, Any] = {"task": "t", "role": "checker", "purpose": "check", "model": "openai/m", "birth": 0, "target": 1}


def said(number: int, event: Event, station: str = "a") -> Said:
    return Said(station, number, "event", write_event(event))


def bought(seconds: float) -> CallFinished:
    return CallFinished(
        **CALL, source="provider", usage=Usage(prompt=5, completion=2), cost_usd=0.1, seconds=seconds, request="r"
    )


def test_an_event_that_is_missing_is_noticed() -> None:
    hearing = Hearing(())
    assert hearing.heard(said(1, Noticed(text="one")))
    with pytest.raises(Gap):
        hearing.heard(said(3, Noticed(text="three")))


def test_what_is_no_line_of_a_log_is_not_taken_for_one() -> None:
    with pytest.raises(Gap):
        Hearing(()).heard(Said("a", 1, "event", '{"kind":"noticed","text":"x","crc":"00000000"}'))
    assert Said.of(["a", 1, "event"]) is None
    assert Said.of(["a", "1", "event", "x"]) is None


def test_a_notice_that_two_stations_give_is_told_once() -> None:
    hearing = Hearing(())
    assert hearing.heard(said(1, Noticed(text="one")))
    assert hearing.heard(said(1, Noticed(text="one"), "b")) is None


def test_the_calls_of_a_lost_station_end_as_lost_at_what_was_reserved_for_them() -> None:
    hearing = Hearing(())
    hearing.heard(said(1, CallSent(**CALL, request="r", tries=2, reserved_usd=0.5, reserved_tokens=70)))
    hearing.heard(said(2, CallSent(**CALL, request="over")))
    hearing.heard(said(3, CallFinished(**CALL, source="provider", cost_usd=0.1, request="over")))
    (end,) = hearing.lost("a", lambda key: None)
    assert isinstance(end, CallFinished)
    assert (end.request, end.source, end.finish, end.tries) == ("r", "failed", "abandoned", 2)
    assert (end.cost_usd, end.unknown_usd, end.unknown_tokens) == (None, 0.5, 70)
    assert list(hearing.lost("a", lambda key: None)) == []


def test_what_a_lost_station_had_handed_in_ends_as_the_reply_that_it_is_and_is_paid_once() -> None:
    hearing = Hearing(())
    hearing.heard(said(1, CallSent(**CALL, request="r", tries=2, reserved_usd=0.5, reserved_tokens=70)))
    assert list(hearing.open()) == ["r"]
    reply = Reply(text="x", usage=Usage(prompt=5, completion=2), cost_usd=0.1, seconds=1.5)
    (end,) = hearing.lost("a", {"r": reply}.get)
    assert isinstance(end, CallFinished)
    assert (end.source, end.finish, end.tries, end.cost_usd, end.usage) == ("provider", "stop", 2, 0.1, reply.usage)
    assert list(hearing.open()) == []
    again = hearing.heard(said(1, bought(1.5), "b"))
    assert isinstance(again, CallFinished)
    assert (again.source, again.cost_usd) == ("cache", 0.0), "who goes on with its task finds it in the bank"


def test_one_purchase_that_two_tasks_report_is_paid_once() -> None:
    hearing = Hearing(())
    first, again = (hearing.heard(said(1, bought(1.25), station)) for station in "ab")
    assert isinstance(first, CallFinished)
    assert isinstance(again, CallFinished)
    assert (first.source, again.source, again.cost_usd, again.tries) == ("provider", "cache", 0.0, 0)
    assert again.bought is not None
    assert again.bought.cost_usd == 0.1
    other = hearing.heard(said(2, bought(1.5)))
    assert isinstance(other, CallFinished)
    assert other.source == "provider"


def test_how_many_wait_is_told_of_all_stations_together() -> None:
    hearing = Hearing(())
    hearing.heard(said(1, TrafficSeen(model="m", waiting=3, tokens_per_second=1.5)))
    seen = hearing.heard(said(1, TrafficSeen(model="m", waiting=4, paced=True, tokens_per_second=2), "b"))
    assert isinstance(seen, TrafficSeen)
    assert (seen.waiting, seen.paced, seen.tokens_per_second) == (7, True, 3.5)
