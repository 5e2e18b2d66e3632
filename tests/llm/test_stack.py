"""The whole way to a model, over scripted replies and over litellm's custom provider."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from nlevolve.llm.catalogue import embedded_card
from nlevolve.llm.client import Client
from nlevolve.llm.ledger import Caps
from nlevolve.llm.request import LLM, Label, Message, OverBudget, ProviderDown, Reply, Request
from nlevolve.llm.settings import RoleSettings
from nlevolve.llm.stack import OpenStack
from nlevolve.records import CallFinished, CallRetried, Event


def request(text: str = "hello", *, model: str = "offline/generator", sample: int = 0, **settings: Any) -> Request:
    return Request(
        settings=RoleSettings(model=model, **settings),
        messages=(Message(role="user", text=text),),
        sample=sample,
        label=Label(task="t", role="generator", purpose="write"),
    )


def scripted(answer: Callable[[Request], Reply]) -> LLM:
    async def ask(asked: Request) -> Reply:
        await asyncio.sleep(0)
        return answer(asked)

    return ask


def ask_all(folder: Path, live: LLM, *requests: Request, **options: Any) -> tuple[list[Reply | BaseException], list[Event]]:
    events: list[Event] = []

    async def run() -> list[Reply | BaseException]:
        async with OpenStack(emit=events.append, cards={}, cache_dir=folder, live=live, **options) as stack:
            return await asyncio.gather(*(stack(asked) for asked in requests), return_exceptions=True)

    return asyncio.run(run()), events


def sources(events: list[Event]) -> list[str]:
    return [event.source for event in events if isinstance(event, CallFinished)]


def test_the_same_question_is_paid_once(tmp_path: Path) -> None:
    live = scripted(lambda asked: Reply(text=asked.messages[0].text, cost_usd=1.0))
    first, events = ask_all(tmp_path, live, request(), request(), request(sample=1))
    assert sorted(sources(events)) == ["cache", "provider", "provider"]
    again, events = ask_all(tmp_path, live, request(), request(sample=1))
    assert sources(events) == ["cache", "cache"]
    assert {reply.text for reply in [*first, *again] if isinstance(reply, Reply)} == {"hello"}


def test_a_cap_on_calls_counts_failed_tries(tmp_path: Path) -> None:
    asked = 0

    def fail(_: Request) -> Reply:
        nonlocal asked
        asked += 1
        raise ProviderDown("503", retry_after=0.0)

    (reply,), events = ask_all(tmp_path, scripted(fail), request(), caps=Caps(calls=3))
    assert isinstance(reply, OverBudget)
    assert asked == 3
    assert len([event for event in events if isinstance(event, CallRetried)]) == 3


@dataclass
class Said:
    text: str
    prompt_tokens: int = 7
    completion_tokens: int = 3


@pytest.fixture(scope="module")
def embedded() -> Callable[..., Awaitable[Said]]:
    async def complete(model: str, messages: list[dict[str, Any]], seed: int, schema: dict[str, Any] | None) -> Said:
        if "bad" in messages[-1]["content"]:
            raise ValueError("a bug")
        return Said(f"{model} {seed} {messages[-1]['content']} {schema}")

    return complete


def test_embedded_models_are_reached_through_litellm(tmp_path: Path, embedded: Callable[..., Awaitable[Said]]) -> None:
    live = Client({"offline/generator": embedded_card("offline/generator")}, print, embedded)
    asked = request(sample=4).model_copy(update={"reply_schema": {"type": "object", "properties": {}}})
    try:
        (good, bad), events = ask_all(tmp_path, live, asked, request("bad"))
    finally:
        asyncio.run(live.close())  # an open one leaves its marks on the whole process
    assert isinstance(good, Reply)
    assert good.text == "generator 4 hello {'type': 'object', 'properties': {}}"
    assert (good.cost_usd, good.usage.prompt, good.usage.completion) == (0.0, 7, 3)
    assert getattr(bad, "kind", "") == "rejected"
    assert not [event for event in events if isinstance(event, CallRetried)]
