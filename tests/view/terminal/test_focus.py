"""Which task is looked at."""

from itertools import pairwise

from nlevolve.records import TaskAnswered
from nlevolve.view.terminal.focus import DWELL_OVER, DWELL_RUNNING, Focus
from nlevolve.view.terminal.summary import Summary
from tests.view.fake_run import FakeRun


def test_the_focus_stays_long_enough_to_be_read() -> None:
    summary, focus = Summary(), Focus()
    moves, last = [], ""
    events = FakeRun(tasks=30, at_once=6).events()
    for number, event in enumerate(events):
        summary.see(event)
        focus.follow(summary, seconds := number / 10)
        if focus.task != last:
            moves.append(seconds)
            last = focus.task
    assert len(moves) > 3
    assert min(b - a for a, b in pairwise(moves[1:])) >= DWELL_OVER


def test_the_focus_goes_on_to_a_task_that_runs() -> None:
    events = FakeRun(tasks=4, at_once=2).events()
    summary, focus = Summary(), Focus()
    for event in events:
        summary.see(event)
        if isinstance(event, TaskAnswered) and summary.running:
            focus.follow(summary, float("inf"))
            assert focus.task in summary.running


def test_a_held_focus_does_not_move() -> None:
    summary, focus = Summary(), Focus()
    events = FakeRun(tasks=3).events()
    summary.see(events[0])
    focus.step(summary, 1, 0.0)
    names = list(summary.history.tasks)
    assert (focus.task, focus.held) == (names[0], True)
    focus.step(summary, -1, 0.0)
    assert focus.task == names[-1]
    for event in events[1:]:
        summary.see(event)
        focus.follow(summary, 10 * DWELL_RUNNING)
    assert focus.task == names[-1]


def test_there_may_be_nothing_to_look_at() -> None:
    focus = Focus()
    focus.follow(Summary(), 0.0)
    focus.step(Summary(), 1, 0.0)
    assert focus.task == ""


def test_another_candidate_is_looked_at_until_the_task_changes() -> None:
    summary, focus = Summary(), Focus()
    for event in FakeRun(tasks=2).events():
        summary.see(event)
    focus.step(summary, 1, 0.0)
    ranks = [candidate.index for candidate in summary.ranked(focus.task)]
    focus.choose(summary, 1)
    assert focus.birth == ranks[1]
    for _ in ranks:
        focus.choose(summary, 1)
    assert focus.birth == ranks[-1]
    for _ in ranks:
        focus.choose(summary, -1)
    assert focus.birth is None
    focus.choose(summary, 1)
    focus.step(summary, 1, 0.0)
    assert focus.birth is None
