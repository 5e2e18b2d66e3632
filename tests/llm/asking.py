"""What the tests of llm/ ask, and scripted models that answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random
from typing import Any

from nlevolve.llm.absence import Absences
from nlevolve.llm.breaker import Breaker
from nlevolve.llm.budget import Budget
from nlevolve.llm.call import Call
from nlevolve.llm.catalogue import ModelCard
from nlevolve.llm.concessions import Concessions
from nlevolve.llm.deliver import Delivery
from nlevolve.llm.ledger import Caps, Ledger, Spent
from nlevolve.llm.limits import Lanes
from nlevolve.llm.pausing import Pause
from nlevolve.llm.places import Places
from nlevolve.llm.request import LLM, Label, Message, Reply, Request
from nlevolve.llm.schema_fallback import Forms
from nlevolve.llm.settings import RoleSettings
from nlevolve.llm.stack import OpenStack
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


def ignore(_: object) -> None:
    pass


def delivering(
    llm: LLM,
    most: int = 10_000,
    *,
    emit: Callable[[Event], None] = ignore,
    ledger: Ledger | None = None,
    cards: Mapping[str, ModelCard] | None = None,
    seed: int = 0,
    absences: Absences | None = None,
    lanes: Places | None = None,
) -> LLM:
    """The loop around a call, without bank and accounts: `most` in flight. One asker waits for each."""
    stopping = asyncio.Event()
    deliver = Delivery(
        llm,
        breaker=Breaker(emit),
        absences=absences or Absences(emit, stopping),
        pause=Pause(stopping),
        lanes=lanes or Lanes(most, emit, stopping),
        budget=Budget(ledger or Ledger(Caps(), Spent()), cards or {}, ignore),
        forms=Forms(ignore),
        concessions=Concessions(ignore),
        emit=emit,
        rng=Random(seed),
        stopping=stopping,
    )

    async def ask(asked: Request) -> Reply:
        return await deliver(Call(asked, askers=1))

    return ask


def ask_all(folder: Path, live: LLM | None, *requests: Request, **options: Any) -> tuple[list[Any], list[Event]]:
    """Replies (or exceptions) through the whole stack, asked all at once, and the events."""
    events: list[Event] = []

    async def run() -> list[Any]:
        async with OpenStack(**{"emit": events.append, "cards": {}, "cache_dir": folder, "live": live, **options}) as stack:
            return await asyncio.gather(*(stack(asked) for asked in requests), return_exceptions=True)

    return asyncio.run(run()), events


def calls(events: list[Event]) -> list[CallFinished]:
    """The accounts among the events."""
    return [event for event in events if isinstance(event, CallFinished)]
