"""Whole runs over servers in the manner of the providers, the embedded models behind them: the plumbing of a first hour."""

from __future__ import annotations

import asyncio
import itertools
import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import Any

import pytest

from nlevolve.api import Result, asolve
from nlevolve.records import CallFinished, CandidateChecked, Event, Followed, ReplyUnread, RunFinished
from tests.server import Asked, Provider, Said, Script
from tests.server.chatting import chatting, small
from tests.server.dialects import DIALECTS, Serving
from tests.server.dialects.dialect import prompt_tokens, room_asked
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
    name: str,
    folder: Path,
    script: Script,
    *,
    serving: dict[str, Any] | None = None,
    settings: dict[str, Any] | None = None,
    models: tuple[str, str | None] | None = None,
    selectors: Sequence[str] = (),
) -> tuple[Result, list[Event], Provider]:
    """A run over this dialect, with its model in every role, or with these as generator and checker (None: the generator)."""
    generator, path = ROUTES[name]
    generator, checker = models or (generator, generator)
    events: list[Event] = []
    own = Serving(**{"model": generator.split("/", 1)[1], **(serving or {})})
    with Provider(script, dialect=DIALECTS[name], serving=own) as server:
        at = {f"{role}.base_url": server.root + path for role in ("generator", "checker")[: 1 if checker is None else 2]}
        patient = {f"{role}.timeout": 60.0 for role in ("generator", "checker") if role == "generator" or checker}
        result = asyncio.run(
            asolve(
                selectors or task_files(folder),
                generator=generator,
                checker=checker,
                settings={**at, **patient, **(settings or {})},
                run="first",
                runs_dir=folder / "runs",
                cache_dir=folder / "bank",
                see=events.append,
                report=False,
            )
        )
    return result, events, server


README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
PROVIDERS = {
    "OpenAI": "openai",
    "Anthropic": "anthropic",
    "Gemini": "gemini",
    "OpenRouter": "openrouter",
    "Ollama": "ollama",
    "vLLM, or any OpenAI-compatible server": "vllm",
}
LINES = {
    PROVIDERS[name]: (generator, checker)
    for name, generator, checker in re.findall(
        r"^\| ([^|]+) \|[^|]+\| `.*GENERATOR=(\S+)(?: CHECKER=(\S+))?.*` \|$", README, re.M
    )
}
"""Dialect -> the models that the README's line for it names; one that is named alone plays every role."""


def test_the_readme_has_a_line_for_each_provider() -> None:
    assert LINES.keys() == set(PROVIDERS.values())


@pytest.mark.parametrize("name", LINES)
def test_the_readmes_line_solves_tasks_and_asks_as_its_provider_wants_it(name: str, tmp_path: Path) -> None:
    """As pasted, but for key and host."""
    generator, checker = LINES[name]
    result, events, server = solve_over(name, tmp_path, thinking(embedded), models=(generator, checker or None))
    assert [task.solved for task in result.tasks.values()] == [True, True]
    assert result.exit_code == 0
    assert {asked.model for asked in server.asked} == {one.split("/", 1)[1] for one in (generator, checker) if one}
    assert not [event for event in events if isinstance(event, ReplyUnread)]
    assert all(ASKS[name](asked) for asked in server.asked)


def test_a_llama_cpp_server_solves_what_the_embedded_models_solve_directly(tmp_path: Path) -> None:
    result, _, _ = solve_over("llama.cpp", tmp_path, embedded)
    assert [task.solved for task in result.tasks.values()] == [True, True]


def _untold(asked: Asked, *more: str) -> bool:
    """Whether nothing is sent that nobody set."""
    return not {"temperature", "top_p", "thinking", "reasoning_effort", *more} & asked.body.keys()


def _as_anthropic(asked: Asked) -> bool:
    """It thinks only when it is told to, with room beside the thinking."""
    body, thought = asked.body, asked.body["thinking"]["budget_tokens"]
    return asked.thinks and thought >= 8_000 and body["max_tokens"] >= thought + 6_000 and "temperature" not in body


def _as_ollama(asked: Asked) -> bool:
    """Its window holds the prompt and the reply; no form is forced on a model that may not think beforehand."""
    options = asked.body["options"]
    return bool(options["num_ctx"] >= prompt_tokens(asked) + options["num_predict"] and _untold(asked, "format"))


ASKS: dict[str, Callable[[Asked], bool]] = {
    "openai": lambda asked: asked.schema is not None and _untold(asked, "max_tokens"),
    "anthropic": _as_anthropic,
    "gemini": lambda asked: asked.schema is not None and "thinkingConfig" not in asked.body["generationConfig"],
    "openrouter": lambda asked: asked.schema is not None and _untold(asked, "reasoning"),
    "ollama": _as_ollama,
    "vllm": lambda asked: asked.schema is None and _untold(asked, "max_tokens", "chat_template_kwargs"),
}
"""How each is asked where nothing is set: OpenAI, Gemini and grok-4 think of their own accord, a server of one's own as its
template says."""


FREE: dict[str, Callable[[list[list[int]]], list[list[int]]]] = {
    "Picture a looking-glass to the right of the picture; what you would see in it is what you draw.": lambda rows: [
        row[::-1] for row in rows
    ],
    "Read the picture from its bottom line up to its top line and write the lines down in that order.": lambda rows: rows[::-1],
}
"""Right descriptions in English of a model's own, which the embedded checker cannot read -> what they say."""


def literal(asked: Asked) -> Said:
    """A model that finds the rule, says it in its own words, and follows such words to the letter."""
    text = "\n".join(asked.texts)
    found = [[[int(cell) for cell in row.split()] for row in grid.split("\n") if row] for grid in GRIDS.findall(text)]
    if "# Input grid" not in text:
        return Said(json.dumps({"bullets": [next(words for words, rule in FREE.items() if rule(found[0]) == found[1])]}))
    rule = next(rule for words, rule in FREE.items() if words in text)
    return Said(json.dumps({"grid": rule(found[-1]), "note": ""}))


GRIDS = re.compile(r"(?:^\d(?: \d)*$\n?)+", re.M)


@pytest.mark.parametrize("name", DIALECTS)
def test_a_right_rule_in_free_english_is_followed_by_the_same_model_where_only_the_generator_is_named(
    name: str, tmp_path: Path
) -> None:
    result, events, server = solve_over(name, tmp_path, chatting(literal), models=(ROUTES[name][0], None))
    assert [task.solved for task in result.tasks.values()] == [True, True]
    assert any("# Input grid" in "".join(asked.texts) for asked in server.asked)
    births = [event for event in events if isinstance(event, CandidateChecked)]
    assert {attempt.kind for event in births for attempt in event.attempts} == {"followed"}
    assert {attempt.accuracy for event in births for attempt in event.attempts if isinstance(attempt, Followed)} == {1.0}


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


SIX_BIRTHS = {"policy.phases": [{"births": 6, "moves": ["write", "revise"]}]}
"""Of each task: a model that never gets anywhere would be asked a hundred times, by hundreds of chunks each time."""


def test_a_small_model_that_mostly_fails_ends_in_an_orderly_way(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    quick = {"generator.max_tokens": 200, "checker.max_tokens": 200, **SIX_BIRTHS}
    result, events, server = solve_over("llama.cpp", tmp_path, small(embedded), settings=quick, selectors=task_files(tmp_path, 1))
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
    bound = {"generator.max_tokens": 300, "checker.max_tokens": 300, **SIX_BIRTHS}
    runaway = small(embedded, shares={"loops": 1.0})
    _, _, server = solve_over(name, tmp_path, runaway, settings=bound, selectors=task_files(tmp_path, 1))
    assert len(server.asked) > 6
    rooms = [room_asked(asked.body) for asked in server.asked]
    assert max(room or 0 for room in rooms) <= 600
    assert all(rooms)
    assert all(message["role"] != "assistant" or len(message["content"]) < 4_000 for a in server.asked for message in a.chat)
