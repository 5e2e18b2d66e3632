"""A run's real models are asked one small question before it begins."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from nlevolve.api import solve
from nlevolve.config import configure
from nlevolve.llm.request import LLM, CallFailed, NoReply, ProviderDown, Reply, Request, TooLong, Unusable
from nlevolve.options import Options
from nlevolve.puzzle.datasets import load
from nlevolve.records import BirthPlanned, CallFinished, Event, Noticed, RunFinished
from nlevolve.run.session import begin
from tests.run.contexts import a_file

REAL, OTHER = "hosted_vllm/some", "hosted_vllm/other"
MODELS = {"generator": REAL, "checker": OTHER}
ONE = {"policy.phases": [{"births": 1, "moves": ["write"]}], "generator.retries": 0}
Said = Callable[[Request], str]


def run(folder: Path, said: Said, *, ping: bool = True, **models: str) -> tuple[list[Event], list[Request]]:
    """The events of a run with these models and the requests that were sent."""
    sent: list[Request] = []

    async def live(request: Request) -> Reply:
        sent.append(request)
        return Reply(text=said(request), cost_usd=0.0)

    return ran(folder, live, ping=ping, models=models or {"generator": REAL}), sent


def ran(folder: Path, live: LLM, *, models: Mapping[str, str], ping: bool = True) -> list[Event]:
    """The events of a run with these models, behind which is `live`."""
    events: list[Event] = []
    folder.mkdir(exist_ok=True)
    config = configure("quick", models=models, changes=ONE)
    options = Options(preset="quick", runs_dir=folder / "runs", cache_dir=folder / "bank", run="r")
    session = begin(load([str(a_file(folder, "a"))]), config, options, live=live)
    asyncio.run(replace(session, ping=ping).run([events.append]))
    return events


def speaking(request: Request) -> str:
    if request.label.purpose == "write":
        return '{"bullets": ["Mirror every row from left to right."]}'
    return '{"grid": [[1, 2], [3, 4]], "note": ""}'


def failing(failure: type[NoReply]) -> Said:
    def say(request: Request) -> str:
        raise failure("no way")

    return say


def rehearsed(request: Request) -> bool:
    return "5 0\n6 7" in "\n".join(message.text for message in request.messages)


def test_each_way_of_calling_a_model_is_tried_once_before_the_first_birth(tmp_path: Path) -> None:
    events, sent = run(tmp_path, speaking)
    assert [rehearsed(request) for request in sent][:2] == [True, False]
    kinds: list[Any] = [type(event) for event in events]
    assert kinds.index(CallFinished) < kinds.index(BirthPlanned)
    events, sent = run(tmp_path / "two", speaking, generator=REAL, checker="hosted_vllm/other")
    assert [request.model for request in sent if rehearsed(request)] == [REAL, "hosted_vllm/other"]


def test_embedded_models_and_no_ping_ask_nobody(tmp_path: Path) -> None:
    _, sent = run(tmp_path, speaking, generator="offline/generator")
    assert not any(map(rehearsed, sent))
    _, sent = run(tmp_path / "two", speaking, ping=False)
    assert not any(map(rehearsed, sent))


@pytest.mark.parametrize(
    ("failure", "words", "resumable"), [(Unusable, ": no", True), (TooLong, "serve the model with a larger window", False)]
)
def test_what_cannot_pass_ends_the_run_before_it_begins(
    failure: type[CallFailed], words: str, resumable: bool, tmp_path: Path
) -> None:
    events, sent = run(tmp_path, failing(failure))
    assert len({request.key for request in sent}) == 1
    last = events[-1]
    assert isinstance(last, RunFinished)
    assert last.exit_code == 4
    assert "the generator cannot answer, so nothing was begun" in last.why
    assert words in last.why
    assert last.resumable is resumable
    assert not any(isinstance(event, BirthPlanned) for event in events)


def test_models_are_asked_side_by_side_and_told_of_in_the_order_of_their_roles(tmp_path: Path) -> None:
    """The second answers first, and neither before both were asked."""
    asked: list[str] = []
    both, second = asyncio.Event(), asyncio.Event()

    async def live(request: Request) -> Reply:
        if not rehearsed(request):
            return Reply(text=speaking(request), cost_usd=0.0)
        asked.append(request.model)
        if len(asked) == len(MODELS):
            both.set()
        await (both if request.model == OTHER else second).wait()
        second.set()
        return Reply(text="Hm.", cost_usd=0.0)

    events = ran(tmp_path, live, models=MODELS)
    assert asked == [REAL, OTHER]
    said = [event.text for event in events if isinstance(event, Noticed) and "was not understood" in event.text]
    assert [model in text for model, text in zip([REAL, OTHER], said, strict=True)] == [True, True]


def test_who_is_slow_does_not_keep_back_that_another_cannot_answer_at_all(tmp_path: Path) -> None:
    async def live(request: Request) -> Reply:
        if request.model == OTHER:
            raise Unusable("no way")
        await asyncio.Event().wait()
        raise AssertionError

    last = ran(tmp_path, live, models=MODELS)[-1]
    assert isinstance(last, RunFinished)
    assert last.exit_code == 4
    assert "the checker cannot answer, so nothing was begun: hosted_vllm/other" in last.why


def test_what_may_pass_is_left_to_the_run(tmp_path: Path) -> None:
    events, _ = run(tmp_path, failing(ProviderDown))
    assert any(isinstance(event, BirthPlanned) for event in events)


def test_a_ping_that_nobody_can_read_is_said(tmp_path: Path) -> None:
    events, _ = run(tmp_path, lambda request: "Hm." if rehearsed(request) else speaking(request))
    said = [event.text for event in events if isinstance(event, Noticed) and "was not understood" in event.text]
    assert len(said) == 1
    assert REAL in said[0]


def test_from_python_a_ping_is_an_option(tmp_path: Path) -> None:
    sent: list[Request] = []

    async def live(request: Request) -> Reply:
        sent.append(request)
        return Reply(text=speaking(request))

    for ping in (None, True):
        places: dict[str, Any] = {"runs_dir": tmp_path / str(ping), "cache_dir": tmp_path / f"bank {ping}"}
        solve(
            [str(a_file(tmp_path, "a"))],
            generator=REAL,
            preset="quick",
            settings=ONE,
            report=False,
            live=live,
            ping=ping,
            **places,
        )
        assert any(map(rehearsed, sent)) is bool(ping)
