"""A search that ends when rules agree on the test inputs: what it asks, in which order, and what it never asks."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from nlevolve.audit.audit import audit
from nlevolve.llm.request import LLM, Reply, Request
from nlevolve.records import BirthPlanned, CallFinished, CandidateChecked, Event, TaskAnswered
from nlevolve.run import store
from nlevolve.run.solve import solve
from nlevolve.view.publish import Publisher
from nlevolve.view.terminal.ending import closing
from nlevolve.view.terminal.palette import STANDARD
from nlevolve.view.terminal.sentences import of_answer
from nlevolve.view.terminal.show import show
from nlevolve.view.terminal.summary import Summary
from tests.run.contexts import A, B, Bench, a_task, bench, rule
from tests.scripted import bullets, chance, scripted
from tests.stories.test_resume import answers, cut, resume
from tests.stories.worlds import RULES, config, groping, jittery, prepare, task_file

AGREE = {"policy__stop_when": "agree", "policy__agree_cap": 4, "policy__after_perfect": []}
ONE_BY_ONE = [{"births": 9, "overlap": 1}]


def of(*rules: str, tests: int = 1, phases: object = ONE_BY_ONE, **changes: object) -> tuple[Bench, TaskAnswered]:
    """A task solved with births that write these rules."""
    at = bench(rules, policy__phases=phases, **{**AGREE, **changes})
    asyncio.run(solve(a_task(tests=tests), at.context))
    [end] = [e for e in at.events if isinstance(e, TaskAnswered)]
    return at, end


def waiting(model: LLM, waits: Callable[[], None]) -> LLM:
    """The model, with none of its replies in a bank."""

    async def ask(request: Request) -> Reply:
        waits()
        return await model(request)

    return ask


def planned(at: Bench) -> int:
    return sum(isinstance(e, BirthPlanned) for e in at.events)


def test_two_that_agree_end_it_and_their_grid_is_the_answer() -> None:
    at, end = of(rule("a", "xxx", "bb"), rule("b", "===", "aa"), rule("c", "===", "aa"), tests=2)
    assert planned(at) == 3
    assert (end.stopped, [a.attempt_1 for a in end.answers]) == ("perfect", [A, A])


def test_while_they_differ_it_goes_on_until_two_agree() -> None:
    at, end = of(rule("a", "===", "b"), rule("b", "===", "a"), rule("c", "xxx"), rule("d", "===", "a"))
    assert planned(at) == 4
    assert [(a.attempt_1, a.attempt_2) for a in end.answers] == [(A, B)]


@pytest.mark.parametrize("second", ["xxx", "==="])
def test_one_alone_and_two_that_differ_have_so_many_births_more(second: str) -> None:
    at, end = of(rule("a", "===", "a"), rule("b", second, "b"))
    assert planned(at) == 5
    assert (end.stopped, end.unfinished) == ("perfect", False)


def test_a_schedule_that_ends_before_them_has_still_found_a_rule() -> None:
    at, end = of(*[rule(k, "xxx") for k in range(7)], rule("z", "===", "a"))
    assert planned(at) == 9
    assert (end.stopped, end.best, end.unfinished) == ("perfect", 7, False)


def test_a_cap_that_is_reached_before_they_agree_leaves_the_search_unfinished() -> None:
    _, end = of(rule("a", "===", "a"), "B")
    assert (end.stopped, end.unfinished, end.answers[0].attempt_1) == ("budget", True, A)


def test_the_two_that_agree_first_are_followed_by_the_requests_that_answering_makes_and_nothing_else_is() -> None:
    """Births in flight arrive in the wrong order: what lies beyond the end is not followed, whatever came of it."""
    rules = [rule("a", "===", "a"), rule("b", "xxx"), rule("c", "===", "a"), rule("d", "===", "b"), rule("e", "===", "c")]
    apart = [{"births": 9, "overlap": 5}]
    at = bench(rules, policy__phases=apart, answers__imperfect=0, **AGREE)
    at.script.wait = lambda request: 0.02 if (request.label.birth or 0) < 3 else 0.0
    at.context = replace(at.context, telling=lambda waits: waiting(at.script, waits))
    asyncio.run(solve(a_task(), at.context))
    counted = bench(rules, policy__phases=ONE_BY_ONE, policy__stop_perfect=2, answers__imperfect=0)
    asyncio.run(solve(a_task(), counted.context))
    assert 4 in at.checked(), "a birth beyond the end was there before those that ended it"
    assert {one.key for one in at.script.of("follow")} == {one.key for one in counted.script.of("follow")}
    assert [one.label.birth for one in at.script.of("follow")] == [0, 2]


def test_a_follow_that_nobody_can_read_is_asked_once_more_as_answering_would() -> None:
    at, end = of(rule("a", "===", "g,a"), rule("b", "===", "a"))
    assert planned(at) == 2
    assert [(e.birth, e.sample, e.attempt.kind) for e in at.followed()] == [
        (0, 0, "garbled"),
        (0, 1, "followed"),
        (1, 0, "followed"),
    ]
    assert end.answers[0].attempt_1 == A


def test_what_cannot_be_followed_agrees_with_none_and_is_no_end() -> None:
    at, end = of(rule("a", "===", "?"), rule("b", "===", "?"))
    assert planned(at) == 5
    assert end.unreached == 2


STORY = config(
    policy__phases=[{"births": 2, "overlap": 2}, {"births": 6, "moves": ["revise", "recombine"], "overlap": 2}],
    policy__stop_when="agree",
    policy__agree_cap=3,
    policy__after_perfect=["restart", "alternative", "generalise"],
)


def lucky(request: Request) -> str:
    """A generator that finds the rule soon, whatever it is asked, and says it in other words each time."""
    if request.label.role in ("checker", "answerer"):
        return groping(request)
    rng = chance(request)
    return bullets([*RULES][0 if rng.random() < 0.6 else 1], f"Then look again {rng.randrange(30)} times.")


def test_it_resumes_to_the_same_answers_without_a_new_call_and_bears_an_audit(tmp_path: Path) -> None:
    task, settings = task_file(tmp_path, pairs=2), STORY
    session = prepare(tmp_path, task, scripted(lucky, jittery(5, 0.003)), settings=settings)
    asyncio.run(session.run([Publisher(session.folder, session.selection).see]))
    events = list(store.read_events(session.folder))
    first = min(e.birth.index for e in events if isinstance(e, CandidateChecked) and all(a.exact for a in e.attempts))
    last = max(e.birth.index for e in events if isinstance(e, CandidateChecked))
    assert first < last, "the story needs births after a perfect one"
    assert audited(session.folder) == []
    told(session.folder, events)
    data = (session.folder / "events.jsonl").read_bytes()
    kinds, ends = ("candidate_checked", "answer_followed", "birth_planned"), [0]
    for line in data.splitlines(keepends=True):
        ends.append(ends[-1] + len(line))
    # a cut after any event is a story of its own (tests/stories/test_resume.py); here a few will do
    cuts = [end for event, end in zip(events, ends[1:], strict=True) if event.kind in kinds][::4]
    for number, end in enumerate(cuts):
        copy = cut(session.folder, tmp_path / f"cut{number}", end)
        resumed = asyncio.run(resume(copy, task, tmp_path / "bank", settings))
        assert answers(resumed) == answers(events)
        asked = [e.request for e in resumed if isinstance(e, CallFinished) and e.source == "provider"]
        assert len(asked) == len(set(asked))
        assert {e.request for e in resumed if isinstance(e, CallFinished)} <= {
            e.request for e in events if isinstance(e, CallFinished)
        }


def told(folder: Path, events: list[Event]) -> None:
    """Who agreed stands in results.json, and whoever looks at the run is told."""
    [end] = [e for e in events if isinstance(e, TaskAnswered)]
    results = json.loads((folder / "results.json").read_text())
    assert len(end.agreed) == 2
    assert results["tasks"]["mirror"]["agreed"] == list(end.agreed)
    words = "births {} and {} agree on the test".format(*end.agreed)
    console = Console(width=150)
    with console.capture() as page:
        console.print(show(events, "mirror", console, STANDARD, solutions={}))
    assert words in page.get()
    summary = Summary()
    for event in events:
        summary.see(event)
    assert "agree on the test inputs of 1 task" in closing(summary, results, "story").plain
    assert words in of_answer(end, None, 3, 0.0).text


def audited(folder: Path) -> list[str]:
    """What an audit finds wrong."""
    return [str(one) for one in audit(folder, store.read_config(folder)).differs]
