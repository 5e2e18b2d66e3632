"""What the tests of llm/ ask, and scripted models that answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

from nlevolve.llm.request import LLM, Label, Message, Reply, Request, RoleSettings
from nlevolve.llm.stack import open_door
from nlevolve.records import CallFinished, Event


def request(text: str = "hello", *, model: str = "m", sample: int = 0, task: str = "t", **settings: Any) -> Request:
    """A request of one message."""
    return Request(
        settings=RoleSettings(model=model, **settings),
        messages=(Message(role="user", text=text),),
        sample=sample,
        label=Label(task=task, role="generator", purpose="write"),
    )


def scripted(answer: Callable[[Request], Reply]) -> LLM:
    """A model that answers as the function says; it may raise."""

    async def ask(asked: Request) -> Reply:
        await asyncio.sleep(0)
        return answer(asked)

    return ask


def ask_all(folder: Path, live: LLM | None, *requests: Request, **options: Any) -> tuple[list[Any], list[Event]]:
    """Replies (or exceptions) through the whole door, asked all at once, and the events."""
    events: list[Event] = []

    async def run() -> list[Any]:
        async with open_door(**{"emit": events.append, "cards": {}, "cache_dir": folder, "live": live, **options}) as door:
            return await asyncio.gather(*(door(asked) for asked in requests), return_exceptions=True)

    return asyncio.run(run()), events


def calls(events: list[Event]) -> list[CallFinished]:
    """The accounts among the events."""
    return [event for event in events if isinstance(event, CallFinished)]
