"""The summary is a fold over events."""

from datetime import timedelta
from typing import Any, Literal

import pytest

from nlevolve.evolve.population import population
from nlevolve.records import (
    Birth,
    BirthPlanned,
    CallFinished,
    CallRetried,
    CallSent,
    CandidateChecked,
    Event,
    LimitChanged,
    ReplyUnread,
    RunFinished,
    RunStarted,
    TaskAnswered,
    TaskStarted,
    Unreached,
)
from nlevolve.view.terminal.summary import Summary
from tests.view.fake_run import START, FakeRun


def fold(events: list[Event]) -> Summary:
    summary = Summary()
    for event in events:
        summary.see(event)
    return summary


def test_populations_are_those_of_the_search() -> None:
    events = FakeRun().events()
    summary = fold(events)
    for task in summary.history.tasks:
        own = [e for e in events if getattr(e, "task", None) == task]
        assert summary.ranked(task) == population(own).ranked()
        assert summary.history.tasks[task].best is summary.ranked(task)[0]


def test_an_event_read_twice_changes_nothing() -> None:
    events = FakeRun(tasks=4, failing=(1,)).events()
    once, twice = fold(events), fold([event for event in events for _ in range(2)])
    assert twice.history == once.history
    assert twice.credits == once.credits
    assert twice.account == once.account
    assert twice.phases() == once.phases()


def test_a_best_candidate_that_is_checked_again_is_judged_anew() -> None:
    events = FakeRun(tasks=1, seed=2).events()
    summary = fold(events)
    task = summary.history.started.tasks[0] if summary.history.started else ""
    best = summary.history.tasks[task].leader
    assert best is not None
    event = next(e for e in events if isinstance(e, CandidateChecked) and e.birth.index == best.index)
    summary.see(event.model_copy(update={"attempts": tuple(Unreached(pair=a.pair, why="503") for a in event.attempts)}))
    assert summary.ranked(task)[0].index != best.index
    assert summary.history.tasks[task].leader is summary.ranked(task)[0]


def test_every_task_is_in_one_phase() -> None:
    events = FakeRun(tasks=9, failing=(2,)).events()
    for at in range(0, len(events), 37):
        assert fold(events[: at + 1]).phases().total() == 9
    assert fold(events).phases()["failed"] == 1


def sent(request: str, task: str = "t", birth: int = 0) -> CallSent:
    return CallSent(at=START, task=task, role="checker", purpose="check", model="m", birth=birth, target=0, request=request)


def finished(request: str, source: Literal["provider", "cache", "failed"] = "provider", task: str = "t") -> CallFinished:
    return CallFinished(at=START, task=task, role="checker", purpose="check", model="m", request=request, source=source)


def in_flight(events: list[Event]) -> list[int | None]:
    """After each event."""
    summary, seen = Summary(), []
    for event in events:
        summary.see(event)
        seen.append(summary.calls.in_flight)
    return seen


def test_a_call_is_in_flight_from_when_it_is_sent_until_it_is_finished_or_retried() -> None:
    again = CallRetried(at=START, task="t", model="m", failure="timeout", request="a", why="timeout: 60 s", wait=1.0)
    told = [sent("a"), sent("b"), again, sent("a"), finished("b"), finished("a", "failed")]
    assert in_flight(told) == [1, 2, 1, 2, 1, 0]


def test_what_was_never_sent_was_never_in_flight() -> None:
    told = [sent("a"), finished("z", "cache"), finished("a", "cache"), finished("z", "failed"), finished("a"), finished("a")]
    assert in_flight(told) == [1, 1, 1, 1, 0, 0]


def test_a_call_that_goes_out_once_more_is_one_call() -> None:
    """As where a provider refuses a schema and is asked without it at once; and where an event is read twice."""
    assert in_flight([sent("a"), sent("b"), sent("a"), finished("a"), finished("b")]) == [1, 2, 2, 1, 0]


def test_a_call_that_is_let_go_is_over_with_its_task_or_its_session() -> None:
    over = TaskAnswered(at=START, task="t", answers=(), stopped="perfect", best=None)
    assert in_flight([sent("a"), sent("b", task="u"), over]) == [1, 2, 1]
    assert in_flight([sent("a"), RunFinished(at=START, reason="interrupted", exit_code=130)]) == [1, 0]


def test_calls_in_flight_come_down_to_none() -> None:
    seen = [number or 0 for number in in_flight(FakeRun(tasks=4, at_once=4, throttled=0.2).events())]
    assert max(seen) > 3
    assert min(seen) == 0
    assert seen[-1] == 0


def test_an_old_log_does_not_say_what_is_in_flight() -> None:
    events = FakeRun(tasks=2, tells_sending=False, cached=0.0).events()
    first = next(n for n, event in enumerate(events) if isinstance(event, CallFinished))
    assert in_flight(events[: first + 1]) == [0] * first + [None]
    assert set(in_flight(events)[first:-1]) == {None}


def test_a_resumed_session_tells_what_the_old_one_did_not() -> None:
    old = [event for event in FakeRun(tasks=1, tells_sending=False).events() if not isinstance(event, RunFinished)]
    again = old[0].model_copy(update={"at": old[-1].at + timedelta(hours=1), "resumed": True})
    assert in_flight([*old, again, sent("a"), finished("a")])[-4:] == [None, 0, 1, 0]


def test_a_birth_is_awaited_until_it_is_checked() -> None:
    events = FakeRun(tasks=1).events()
    place = next(n for n, e in enumerate(events) if isinstance(e, BirthPlanned))
    started = next(e for e in events if isinstance(e, TaskStarted))
    summary = fold(events[: place + 1])
    checked = next(n for n, e in enumerate(events) if isinstance(e, CandidateChecked))
    seen = []
    for event in events[place + 1 : checked + 1]:
        seen += [(c.birth.index, c.written, len(c.back)) for c in summary.calls.coming(started.task)]
        summary.see(event)
    back = [(0, True, pairs) for pairs in range(len(started.pairs) + 1)]
    assert list(dict.fromkeys(seen)) == [(0, False, 0), *back]
    assert summary.calls.coming(started.task) == []


def test_spending_is_split_by_what_it_was_for() -> None:
    summary = fold(FakeRun().events())
    spent = summary.spent()
    assert all(usd > 0 for usd in spent.values())
    assert sum(spent.values()) == pytest.approx(summary.account.cost_usd)


def test_credits_count_each_birth_once_a_kind() -> None:
    events = FakeRun(tasks=8).events()
    summary = fold(events)
    births = sum(isinstance(e, BirthPlanned) for e in events)
    for kind in ("operator", "view", "model"):
        assert sum(its.tried for (of, _), its in summary.credits.items() if of == kind) == births
    perfect = summary.phases()["perfect"]
    assert sum(its.perfect for (of, _), its in summary.credits.items() if of == "operator") == perfect > 0


def test_a_break_between_sessions_is_no_running_time() -> None:
    first, *rest = FakeRun(tasks=1).events()
    half = rest[:20]
    assert isinstance(first, RunStarted)
    later = half[-1].at + timedelta(hours=9)
    summary = fold([first, *half, first.model_copy(update={"at": later, "resumed": True})])
    assert summary.elapsed(later + timedelta(seconds=5)) == pytest.approx((half[-1].at - first.at).total_seconds() + 5)
    assert summary.calls.in_flight == 0
    assert not summary.running


def test_a_resumed_task_runs_again_without_being_started_again() -> None:
    first, *rest = FakeRun(tasks=1).events()
    assert isinstance(first, RunStarted)
    place = next(n for n, e in enumerate(rest) if isinstance(e, CandidateChecked))
    told = rest[: place + 1]
    cut = TaskAnswered(at=told[-1].at, task=first.tasks[0], answers=(), stopped="interrupted", best=0)
    gap = timedelta(minutes=9)
    again = first.model_copy(update={"at": cut.at + gap, "resumed": True})
    summary = fold([first, *told, cut, RunFinished(at=cut.at, reason="interrupted", exit_code=130), again])
    task = summary.history.task(first.tasks[0])
    assert summary.phase(task) == "stopped"
    late = next(e for e in rest[place + 1 :] if isinstance(e, BirthPlanned))
    summary.see(late.model_copy(update={"at": again.at + timedelta(seconds=3)}))
    assert summary.phase(task) == "running"
    assert summary.when(again.at + timedelta(seconds=3)) == pytest.approx((cut.at - first.at).total_seconds() + 3)
    summary.see(cut.model_copy(update={"at": again.at + timedelta(seconds=4)}))
    summary.see(late.model_copy(update={"at": again.at + timedelta(seconds=5)}))
    assert summary.phase(task) == "stopped"


def test_the_rest_is_guessed_from_this_session() -> None:
    events = [e for e in FakeRun(tasks=10, at_once=1).events() if isinstance(e, RunStarted | TaskStarted | TaskAnswered)]
    half = next(n for n, e in enumerate(events) if isinstance(e, TaskAnswered) and e.task == events[9].task)
    summary = fold(events[: half + 1])
    now = events[half].at
    done = summary.share_done
    assert summary.eta(now) == pytest.approx((now - events[0].at).total_seconds() * (1 - done) / done)
    eta = summary.eta(now)
    assert eta is not None
    assert summary.eta(now + timedelta(seconds=11)) == pytest.approx(eta - 11), "it runs down while nothing comes"
    assert summary.eta(now + timedelta(hours=9)) is None, "it says nothing rather than grow"
    assert fold(events[:1]).eta(now) is None
    assert fold([*events, RunFinished(at=now, reason="done", exit_code=0)]).eta(now) is None


def test_rate_limits_and_waits_are_counted() -> None:
    first = FakeRun(tasks=1).events()[0]
    why = "too many requests"
    retried = [CallRetried(at=START, task="t", model="m", failure="rate_limit", why=why, wait=n) for n in (2.0, 30.0)]
    down = CallRetried(at=START, task="t", model="m", failure="provider_down", why="503", wait=2.0)
    summary = fold([first, *retried, down, LimitChanged(at=START, model="m", in_flight=3, why="429")])
    assert summary.calls.rate_limits == 2
    assert summary.calls.retried.total() == 3
    assert summary.calls.backing_off(START + timedelta(seconds=10)) == 1
    assert summary.calls.limits == {"m": 3}
    assert summary.calls.throttled == {"m"}
    summary.see(LimitChanged(at=START, model="m", in_flight=4, why="it keeps up"))
    assert not summary.calls.throttled


def test_the_rate_is_of_the_last_seconds() -> None:
    events = FakeRun(cached=0.0).events()
    summary = fold(events)
    assert summary.latest is not None
    assert summary.rate(summary.latest) > 0
    assert summary.rate(summary.latest + timedelta(minutes=2)) == 0
    assert sum(summary.calls.pulse(summary.latest)) > 0


def test_what_waits_for_a_repair_is_not_being_checked() -> None:
    """Stage by stage, as the log tells it."""
    told: list[tuple[bool, bool, float]] = []
    summary = Summary()
    base: dict[str, Any] = {"task": "t", "role": "generator", "purpose": "write", "model": "m", "birth": 0}

    def at(seconds: float) -> dict[str, Any]:
        return {**base, "at": START + timedelta(seconds=seconds)}

    birth = Birth(index=0, operator="write", model="m")
    for event in (
        BirthPlanned(at=START, task="t", birth=birth),
        CallSent(**at(1), request="a"),
        CallFinished(**at(5), source="provider", request="a"),
        ReplyUnread(**at(5.5), request="a", why="it holds no bullets"),
        CallSent(**at(6), request="b", repair=True),
        CallFinished(**at(9), source="provider", request="b", repair=True),
    ):
        summary.see(event)
        (coming,) = summary.calls.coming("t")
        told.append((coming.written, coming.repairing, (coming.since - START).total_seconds()))
    assert told == [
        (False, False, 0.0),
        (False, False, 1.0),
        (True, False, 5.0),
        (False, True, 5.5),
        (False, True, 6.0),
        (True, False, 9.0),
    ]
