"""Replies that nobody can read: what is asked then, and how often."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from nlevolve.llm.request import Request
from nlevolve.records import AnswerFollowed, CandidateChecked, Event, Followed, Garbled, MoveFailed, RunFinished, TaskAnswered
from nlevolve.run.answering import GARBLED_SAMPLES
from tests.scripted import bullets
from tests.stories.worlds import config, groping, play, scripted, task_file

RAGGED = '{"grid": [[1, 2, 3], [1, 2]], "note": ""}'


def story(folder: Path, says: Callable[[Request], str]) -> tuple[list[Event], list[Request]]:
    """The events of a run with such a model, and what it was asked."""
    asked: list[Request] = []

    def say(request: Request) -> str:
        asked.append(request)
        return says(request)

    return asyncio.run(play(folder, task_file(folder), scripted(say), cache="bank")), asked


def judged(events: list[Event]) -> list[CandidateChecked]:
    return [event for event in events if isinstance(event, CandidateChecked)]


def test_what_cannot_be_read_gets_one_repair_request_that_says_what_was_wrong(tmp_path: Path) -> None:
    events, asked = story(tmp_path, lambda r: RAGGED if r.label.purpose == "check" else groping(r, luck=0.0))
    attempts = [attempt for event in judged(events) for attempt in event.attempts if attempt.kind != "skipped"]
    assert attempts
    assert all(isinstance(attempt, Garbled) for attempt in attempts)
    checks = [request for request in asked if request.label.purpose == "check"]
    repairs = [request for request in checks if request.label.repair]
    assert 2 * len(repairs) == len(checks)
    assert all("row 2 has 2 cells, row 1 has 3" in request.messages[-1].text for request in repairs)
    assert all(request.messages[-2].text == RAGGED for request in repairs)


def test_a_repaired_reply_counts_as_any_other(tmp_path: Path) -> None:
    events, _ = story(tmp_path, lambda r: groping(r) if r.label.repair or r.label.purpose != "check" else RAGGED)
    attempts = [attempt for event in judged(events) for attempt in event.attempts if attempt.kind != "skipped"]
    assert attempts
    assert all(isinstance(attempt, Followed) for attempt in attempts)


def test_a_checker_that_can_be_read_is_asked_once_more_after_bad_luck(tmp_path: Path) -> None:
    def says(request: Request) -> str:
        unlucky = request.label.purpose == "check" and request.label.target == 1 and not request.again
        return RAGGED if unlucky else groping(request)

    events, asked = story(tmp_path, says)
    attempts = [event.attempts[1] for event in judged(events) if event.attempts[1].kind != "skipped"]
    assert attempts
    assert all(isinstance(attempt, Followed) for attempt in attempts)
    assert max(Counter(request.key for request in asked).values()) == 1


def test_a_generator_that_could_be_read_before_is_asked_once_more(tmp_path: Path) -> None:
    def says(request: Request) -> str:
        late = request.label.role != "checker" and (request.label.birth or 0) > 9
        return "no idea" if late and not request.again else groping(request, luck=0.0)

    events, _ = story(tmp_path, says)
    assert [event for event in judged(events) if event.birth.index > 9]
    assert not [event for event in events if isinstance(event, MoveFailed)]


def test_a_generator_that_can_never_be_read_is_asked_once_more_only_while_that_is_not_known(tmp_path: Path) -> None:
    events, asked = story(tmp_path, lambda request: "no idea")
    births = Counter(request.label.birth for request in asked)
    early = [birth for birth in births if not config().policy.sees(birth or 0)]
    assert early
    assert {births[birth] for birth in early} == {4}
    assert {count for birth, count in births.items() if birth not in early} == {2}
    assert len([event for event in events if isinstance(event, MoveFailed)]) == len(births)
    assert "replies of the generator " in ended(events).why
    assert 'could not be read, such as "no idea" (' in ended(events).why


def ended(events: list[Event]) -> RunFinished:
    """The end of a run that was carried out to its end, and has no answer."""
    last = events[-1]
    assert isinstance(last, RunFinished)
    assert (last.reason, last.exit_code, last.resumable) == ("done", 4, False)
    assert last.why.startswith("1 of 1 task has no answer (")
    return last


def follows(events: list[Event]) -> list[AnswerFollowed]:
    return [event for event in events if isinstance(event, AnswerFollowed)]


def test_a_garbled_follow_on_a_test_input_is_asked_again_with_another_sample(tmp_path: Path) -> None:
    def says(request: Request) -> str:
        unlucky = request.label.purpose == "follow" and request.sample == 0
        return RAGGED if unlucky else groping(request)

    events, asked = story(tmp_path, says)
    first, *later = follows(events)
    assert isinstance(first.attempt, Garbled)
    assert isinstance(later[0].attempt, Followed)
    assert (later[0].birth, later[0].sample) == (first.birth, max(first.sample, later[0].sample))
    assert later[0].sample > first.sample
    (answered,) = [event for event in events if isinstance(event, TaskAnswered)]
    assert answered.stopped == "perfect"
    assert answered.answers[0].attempt_1 is not None
    assert max(Counter(request.key for request in asked).values()) == 1


def test_a_follow_that_can_never_be_read_is_given_up(tmp_path: Path) -> None:
    events, _ = story(tmp_path, lambda request: RAGGED if request.label.purpose == "follow" else groping(request))
    attempts = Counter((event.birth, event.view, event.attempt.pair) for event in follows(events))
    assert attempts
    assert all(count % GARBLED_SAMPLES == 0 for count in attempts.values())
    assert all(isinstance(event.attempt, Garbled) for event in follows(events))
    assert "replies of the answerer " in ended(events).why
    assert "another checker.form" in ended(events).why


def test_an_answerer_that_can_never_be_read_is_asked_once_where_a_program_has_answered(tmp_path: Path) -> None:
    def says(request: Request) -> str:
        if request.label.purpose == "code":
            return "```python\ndef transform(grid):\n    return [row[::-1] for row in grid]\n```"
        return bullets("Mirror every row.") if request.label.purpose == "write" else "no idea"

    asked: list[Request] = []

    def say(request: Request) -> str:
        asked.append(request)
        return says(request)

    settings = config(coder__model="offline/coder", coder__seconds=30, policy__read="both", answers__fill=4)
    events = asyncio.run(play(tmp_path, task_file(tmp_path), scripted(say), settings=settings, cache="bank"))
    assert [request.label.repair for request in asked if request.label.purpose == "follow"] == [False, True]
    last = events[-1]
    assert isinstance(last, RunFinished)
    assert last.exit_code == 0
