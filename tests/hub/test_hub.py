"""Several runs and one hub: real HTTP on loopback, a real bank and a real ledger, and a model that counts what reaches it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from nlevolve.hub.joined import Joined
from nlevolve.hub.service import Hub
from nlevolve.hub.status import status_of
from nlevolve.llm.catalogue import ModelCard, Price
from nlevolve.llm.ledger import Caps
from nlevolve.llm.request import Label, Message, NoReply, OverBudget, Reply, Request
from nlevolve.llm.settings import RoleSettings
from nlevolve.llm.stack import OpenStack, Stack
from nlevolve.records import CallFinished, Event, Usage

PRICE = Price(prompt=0.0, completion=1_000.0, source="user")
CARDS = {"m": ModelCard(model="m", provider="openai", price=PRICE, longest_reply=1_000)}
"""A tenth of a cent a token, a thousand tokens at most: a call is at most a dollar."""


def request(text: str = "hello", **settings: Any) -> Request:
    return Request(
        settings=RoleSettings(model="m", **settings),
        messages=(Message(role="user", text=text),),
        label=Label(task="t", role="generator", purpose="write"),
    )


class Model:
    """Answers each question in its words, for ten cents, and counts. Where `gate` is set it waits for that."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.gate: asyncio.Event | None = None

    async def __call__(self, asked: Request) -> Reply:
        self.asked.append(asked.messages[0].text)
        if self.gate is not None:
            await self.gate.wait()
        return Reply(text=f"to {asked.messages[0].text}", usage=Usage(prompt=3, completion=100), cost_usd=0.1)


@asynccontextmanager
async def joined(
    hub: Hub, folder: Path, live: Model, run: str = "one", **options: Any
) -> AsyncIterator[tuple[Stack, list[Event]]]:
    """A run's stack that shares by the hub, and its events."""
    events: list[Event] = []
    means = Joined(options.pop("url", hub.url), options.pop("token", hub.token))
    given = {"emit": events.append, "cards": CARDS, "cache_dir": folder / run, "live": live, "patience": 60.0, **options}
    async with OpenStack(means=means, run=run, run_id=run, **given) as stack:
        yield stack, events


def story(told: Callable[[], Awaitable[None]]) -> None:
    async def within() -> None:
        async with asyncio.timeout(60.0):
            await told()

    asyncio.run(within())


async def until(holds: Callable[[], bool]) -> None:
    for _ in range(10_000):
        if holds():
            return
        await asyncio.sleep(0.005)
    raise TimeoutError


def calls(events: list[Event]) -> list[CallFinished]:
    return [event for event in events if isinstance(event, CallFinished)]


@pytest.mark.parametrize("caps", [Caps(calls=7), Caps(usd=1.55), Caps(tokens=800)], ids=["calls", "dollars", "tokens"])
def test_the_hubs_caps_hold_over_two_runs_to_the_call(tmp_path: Path, caps: Caps) -> None:
    async def told() -> None:
        model = Model()
        async with Hub.started(tmp_path / "hub", caps=caps) as hub, AsyncExitStack() as runs:
            stacks = [(await runs.enter_async_context(joined(hub, tmp_path, model, name)))[0] for name in ("one", "two")]
            asked = [stack(request(f"{n}")) for n, stack in enumerate(stacks * 20)]
            replies = await asyncio.gather(*asked, return_exceptions=True)
            passed = [reply for reply in replies if isinstance(reply, Reply)]
            refused = {str(reply) for reply in replies if isinstance(reply, OverBudget)}
            assert len(passed) == len(model.asked) == 40 - len([one for one in replies if isinstance(one, OverBudget)])
            assert len(passed) == 7 if caps.calls else 1 <= len(passed) <= 15
            assert all(why.startswith("at the hub: ") for why in refused)
            spent = status_of(hub.desk)["spent"]
        assert spent["calls"] == len(passed)
        assert spent["usd"] == pytest.approx(0.1 * len(passed))
        assert spent["tokens"] == 103 * len(passed)
        assert caps.usd is None or spent["usd"] <= caps.usd
        assert caps.tokens is None or spent["tokens"] <= caps.tokens

    story(told)


def test_two_runs_that_ask_the_same_share_one_purchase(tmp_path: Path) -> None:
    async def told() -> None:
        model = Model()
        model.gate = asyncio.Event()
        async with (
            Hub.started(tmp_path / "hub") as hub,
            joined(hub, tmp_path, model, "one") as (one, first),
            joined(hub, tmp_path, model, "two") as (two, second),
        ):
            asked = [asyncio.create_task(stack(request())) for stack in (one, two)]
            await until(lambda: len(hub.desk.purchases) == 1 and any(w.running for w in hub.desk.workers.values()))
            model.gate.set()
            replies = await asyncio.gather(*asked)
            assert (await one(request())).cached
        assert model.asked == ["hello"]
        assert {reply.text for reply in replies} == {"to hello"}
        assert sorted(call.source for call in calls(first + second)) == ["cache", "cache", "provider"]
        async with Hub.started(tmp_path / "hub") as hub, joined(hub, tmp_path, model, "three", replay=True) as (replay, _):
            assert (await replay(request())).cached
            with pytest.raises(NoReply, match="task t"):
                await replay(request("something else"))

    story(told)
