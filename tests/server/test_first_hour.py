"""Whole runs over servers in the manner of the providers, the embedded models behind them: the plumbing of a first hour."""

from __future__ import annotations

import asyncio
import itertools
import json
from pathlib import Path
from random import Random
from typing import Any

import pytest

from nlevolve.api import Result, asolve
from nlevolve.records import CallFinished, Event, ReplyUnread, RunFinished
from tests.server import Asked, Provider, Said, Script
from tests.server.chatting import chatting, small
from tests.server.dialects import DIALECTS, Serving
from tests.server.dialects.dialect import room_asked
from tests.server.embedded import embedded, thinking
from tests.server.oddities import ODDITIES
from tests.server.routes import KEYS, ROUTES

LOCAL = ("vllm", "llama.cpp", "ollama")


@pytest.fixture(autouse=True)
def _keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in KEYS:
        monkeypatch.setenv(name, "sk-0123456789")


def task_files(folder: Path, count: int = 2) -> list[str]:
    """Tasks whose rule is a mirror, small enough for any window."""
    for number in range(count):
        rng = Random(number)

        def pair(rng: Random = rng, flip: bool = bool(number % 2)) -> dict[str, Any]:
            rows = [[rng.randrange(10) for _ in range(3)] for _ in range(3)]
            return {"input": rows, "output": rows[::-1] if flip else [row[::-1] for row in rows]}

        (folder / f"task{number}.json").write_text(json.dumps({"train": [pair() for _ in range(3)], "test": [pair()]}))
    return [str(folder / f"task{number}.json") for number in range(count)]


def solve_over(
    name: str, folder: Path, script: Script, *, serving: dict[str, Any] | None = None, settings: dict[str, Any] | None = None
) -> tuple[Result, list[Event], Provider]:
    """A run whose roles are all this dialect's model."""
    model, path = ROUTES[name]
    events: list[Event] = []
    own = Serving(**{"model": model.split("/", 1)[1], **(serving or {})})
    with Provider(script, dialect=DIALECTS[name], serving=own) as server:
        at = {f"{role}.base_url": server.root + path for role in ("generator", "checker")}
        result = asyncio.run(
            asolve(
                task_files(folder),
                generator=model,
                checker=model,
                settings={**at, "generator.timeout": 20.0, "checker.timeout": 20.0, **(settings or {})},
                run="first",
                runs_dir=folder / "runs",
                cache_dir=folder / "bank",
                see=events.append,
                report=False,
            )
        )
    return result, events, server


@pytest.mark.parametrize("name", DIALECTS)
def test_a_model_behind_every_dialect_solves_what_it_solves_directly(name: str, tmp_path: Path) -> None:
    result, _, server = solve_over(name, tmp_path, thinking(embedded))
    assert [task.solved for task in result.tasks.values()] == [True, True]
    assert result.exit_code == 0
    assert all(asked.model == ROUTES[name][0].split("/", 1)[1] for asked in server.asked)


@pytest.mark.filterwarnings("ignore:Pydantic serializer warnings:UserWarning")  # litellm's types
@pytest.mark.parametrize(("oddity", "name"), list(zip(ODDITIES, itertools.cycle(("openai", "vllm", "openrouter")), strict=False)))
def test_replies_in_an_odd_shape_solve_the_same_tasks_heard_as_they_come_and_whole(
    oddity: str, name: str, tmp_path: Path
) -> None:
    async def odd(asked: Asked) -> Said:
        return ODDITIES[oddity](await embedded(asked))

    result, _, _ = solve_over(
        name, tmp_path, odd, settings={"checker.stream": False, "checker.form": "schema", "generator.form": "schema"}
    )
    assert [task.solved for task in result.tasks.values()] == [True, True]


@pytest.mark.parametrize("obeys_schema", [True, False], ids=["held to the schema", "schema ignored"])
@pytest.mark.parametrize("name", LOCAL)
def test_a_model_that_chats_solves_the_same_tasks(name: str, obeys_schema: bool, tmp_path: Path) -> None:
    result, _, _ = solve_over(name, tmp_path, chatting(embedded, obeys_schema=obeys_schema))
    assert [task.solved for task in result.tasks.values()] == [True, True]


def test_a_small_model_that_mostly_fails_ends_in_an_orderly_way(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    quick = {
        "generator.max_tokens": 200,
        "checker.max_tokens": 200,
        "policy.phases": [{"births": 6, "moves": ["write", "revise"]}],
    }
    result, events, server = solve_over("llama.cpp", tmp_path, small(embedded), settings=quick)
    assert result.exit_code == 0
    assert isinstance(events[-1], RunFinished)
    assert len(server.asked) > 6
    unread = {event.request for event in events if isinstance(event, ReplyUnread)}
    assert unread
    assert unread <= {event.request for event in events if isinstance(event, CallFinished)}
    assert "length" in {event.finish for event in events if isinstance(event, CallFinished)}
    assert "Traceback" not in "".join(capfd.readouterr())


@pytest.mark.parametrize("name", LOCAL)
def test_the_users_bound_holds_for_a_model_that_runs_away(name: str, tmp_path: Path) -> None:
    """It loops in every reply: one asking gets twice the bound at most, and no runaway is sent back."""
    bound = {"generator.max_tokens": 300, "checker.max_tokens": 300}
    _, _, server = solve_over(name, tmp_path, small(embedded, shares={"loops": 1.0}), settings=bound)
    assert len(server.asked) > 1
    rooms = [room_asked(asked.body) for asked in server.asked]
    assert max(room or 0 for room in rooms) <= 600
    assert all(rooms)
    assert all(message["role"] != "assistant" or len(message["content"]) < 4_000 for a in server.asked for message in a.chat)
