"""What a provider refuses, loses or has no room for: which task it costs, how the run ends, and what it says."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nlevolve.api import Result, asolve
from nlevolve.ask.prompts import bundled
from nlevolve.config import validated
from nlevolve.options import Limits
from nlevolve.puzzle.datasets import load
from nlevolve.records import (
    AnswerFollowed,
    CallFinished,
    CandidateChecked,
    Event,
    ModelStopped,
    MoveFailed,
    Refused,
    RunFinished,
    ServerAway,
    ServerBack,
    TaskAnswered,
    Unreached,
)
from nlevolve.run import store
from nlevolve.run.session import reopen
from nlevolve.view.publish import Publisher
from tests.server.dialects import ANTHROPIC, OPENROUTER, VLLM, Dialect, Serving
from tests.server.http import Asked, Provider, Said, Script
from tests.server.routes import KEYS
from tests.stories.test_provider import model, tasks

Answer = Callable[[Asked], Said | None]
"""What is said in the place of a reply; None: the reply."""


@pytest.fixture(autouse=True)
def _keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in KEYS:
        monkeypatch.setenv(name, "sk-test")


def follows(asked: Asked) -> bool:
    """Whether it asks for an answer to the test input: all three pairs are shown then."""
    return checks(asked) and asked.texts[1].count("Output") > 2


def checks(asked: Asked) -> bool:
    return "# Input grid" in asked.texts[1]


def writing(instead: Answer = lambda asked: None) -> Script:
    """One model for both roles: it knows the rules."""

    def answer(asked: Asked) -> Said:
        said = instead(asked)
        if said is not None:
            return said
        return model(Asked(asked.number, asked.wire, "" if checks(asked) else "writer", asked.texts, asked.body, asked.headers))

    return answer


def run(
    folder: Path, server: Provider, name: str = "vllm", *, count: int = 2, path: str = "/v1", **options: Any
) -> tuple[Result, list[Event]]:
    """A run whose only model is this server's."""
    events: list[Event] = []
    settings = {f"{role}.base_url": server.root + path for role in ("generator", "checker")}
    settings |= {f"{role}.retries": 1 for role in ("generator", "checker")}
    places = {"runs_dir": folder / "runs", "cache_dir": folder / "bank"}
    chosen = {"generator": name, "checker": name, "tasks_at_once": 1, "preset": "quick"}
    solving = asolve(tasks(folder, count), settings=settings, see=events.append, report=False, **{**places, **chosen, **options})
    return asyncio.run(solving), events


def of(kind: type[Any], events: list[Event]) -> list[Any]:
    return [event for event in events if isinstance(event, kind)]


def served(dialect: Dialect, script: Script, **serving: Any) -> Provider:
    return Provider(script, dialect=dialect, serving=Serving(model="some", **serving))


def test_a_window_that_is_too_small_is_named_with_the_prompt_and_one_request_is_sent_a_birth(tmp_path: Path) -> None:
    with served(VLLM, writing(), window=300) as server:
        result, events = run(tmp_path, server, "hosted_vllm/some", count=1)
    ended = of(RunFinished, events)[0]
    assert result.exit_code == 4
    assert f"replies did not come: {len(server.asked)} × the prompt does not fit" in ended.why
    assert "the window 300" in ended.why
    assert "larger window" in ended.why
    assert not ended.resumable
    assert len(server.asked) == len(of(MoveFailed, events))


def test_credit_that_is_gone_is_told_in_the_providers_words_after_one_call(tmp_path: Path) -> None:
    gone = ANTHROPIC.fails["credit gone"]()
    with served(ANTHROPIC, writing(lambda asked: gone)) as server:
        result, events = run(tmp_path, server, "anthropic/claude-sonnet-4-5", path="", concurrency=1)
    assert (result.exit_code, len(server.asked)) == (4, 1)
    assert "credit balance is too low" in of(RunFinished, events)[0].why
    assert of(RunFinished, events)[0].resumable
    assert result.totals["calls"]["failed"] == 1


def test_moderation_of_one_request_costs_one_attempt_and_no_more(tmp_path: Path) -> None:
    filtered = OPENROUTER.fails["filtered"]()
    tenth: set[str] = set()

    def moderated(asked: Asked) -> Said | None:
        if len(tenth) < 1 and asked.number >= 4 and checks(asked) and not follows(asked):
            tenth.add(asked.texts[1])
        return filtered if asked.texts[1] in tenth else None

    with served(OPENROUTER, writing(moderated)) as server:
        result, events = run(tmp_path, server, "openrouter/some", path="/api/v1", count=4)
    refused = [a for e in of(CandidateChecked, events) for a in e.attempts if isinstance(a, Refused)]
    assert result.exit_code == 0
    assert refused
    assert "moderation" in refused[0].why
    assert not of(ModelStopped, events)
    assert all(event.stopped in ("perfect", "exhausted") for event in of(TaskAnswered, events))


def test_a_test_answer_that_is_lost_is_a_failure_and_a_resumed_run_brings_it(tmp_path: Path) -> None:
    with served(VLLM, writing(lambda asked: Said("busy", status=503) if follows(asked) else None)) as server:
        result, events = run(tmp_path, server, "hosted_vllm/some", count=1, run="r")
        port = server.port
    assert result.exit_code == 4
    assert "503 busy" in of(RunFinished, events)[0].why
    assert of(RunFinished, events)[0].resumable
    assert all(isinstance(event.attempt, Unreached) for event in of(AnswerFollowed, events))
    with Provider(writing(), port, dialect=VLLM, serving=Serving(model="some")) as server:
        again, events = resumed(tmp_path / "runs" / "r")
    assert again.exit_code == 0
    assert all(follows(asked) for asked in server.asked)
    assert of(TaskAnswered, events)[-1].answers[0].attempt_1


def resumed(folder: Path) -> tuple[RunFinished, list[Event]]:
    old = store.read_config(folder)
    session = reopen(
        folder,
        load(old["tasks"]),
        validated(old["settings"]),
        Limits(),
        prompts=bundled(),
        cache_dir=Path(old["cache_dir"]),
    )
    events: list[Event] = []
    publisher = Publisher(session.folder, session.selection, session.known)
    return asyncio.run(session.run([events.append, publisher.see])), events


def test_a_test_answer_that_is_refused_for_its_content_is_final_and_named(tmp_path: Path) -> None:
    filtered = Said("flagged", status=400, code="content_filter")
    with served(VLLM, writing(lambda asked: filtered if follows(asked) else None)) as server:
        result, events = run(tmp_path, server, "hosted_vllm/some", count=1, run="r")
        before, port = len(server.asked), server.port
    assert result.exit_code == 4, "a task is left without an answer"
    assert all(isinstance(event.attempt, Refused) for event in of(AnswerFollowed, events))
    (answered,) = of(TaskAnswered, events)
    assert [(loss.failure, loss.why) for loss in answered.losses] == [("filtered", "400 flagged")]
    assert before
    with Provider(writing(), port) as server:
        ended, _ = resumed(tmp_path / "runs" / "r")
    assert ended.exit_code == 4
    assert server.asked == []


def test_a_server_that_goes_away_in_mid_run_costs_no_birth_and_no_call(tmp_path: Path) -> None:
    """It is stopped after some replies, and comes back at the same address while the run waits.

    Every request it heard is a try; what it took without hearing it, at most one a place, may have been billed and is one too.
    """
    asked: list[Asked] = []
    places = 2

    def noting(one: Asked) -> Said | None:
        asked.append(one)
        return None

    first = served(VLLM, writing(noting)).__enter__()
    back: list[Provider] = []

    def away() -> None:
        while len(asked) < 6:
            time.sleep(0.01)
        first.__exit__(None, None, None)
        time.sleep(2.5)
        back.append(Provider(writing(noting), first.port, dialect=VLLM, serving=Serving(model="some")).__enter__())

    absence = threading.Thread(target=away)
    absence.start()
    try:
        result, events = run(tmp_path, first, "hosted_vllm/some", count=6, concurrency=places)
    finally:
        absence.join()
        back[0].__exit__(None, None, None)
    assert result.exit_code == 0
    assert of(ServerAway, events)
    assert of(ServerAway, events)[0].address == first.root
    assert of(ServerBack, events)
    assert not [event for event in of(MoveFailed, events) if event.reason == "unreached"]
    assert 0 <= sum(call.tries for call in of(CallFinished, events)) - len(asked) <= places
