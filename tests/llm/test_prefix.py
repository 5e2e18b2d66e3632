"""The first call of a prefix goes ahead of the rest."""

from __future__ import annotations

import asyncio

import pytest

from nlevolve.llm.call import Call
from nlevolve.llm.prefix import led, stable_prefix
from nlevolve.llm.request import Label, Message, ProviderDown, Reply, Request
from nlevolve.llm.settings import RoleSettings


def request(prefix: str, tail: str, lead: bool = True) -> Request:
    return Request(
        settings=RoleSettings(model="m", lead=lead),
        messages=(Message(role="system", text=prefix, stable=True), Message(role="user", text=tail)),
        label=Label(task="t", role="checker", purpose="check"),
    )


async def sent(requests: list[Request], fail_first: bool = False) -> list[list[str]]:
    """The tails that were in flight together, a list a moment at which something was sent."""
    flying: list[str] = []
    moments: list[list[str]] = []

    async def provider(call: Call) -> Reply:
        asked = call.request
        flying.append(asked.messages[1].text)
        moments.append(list(flying))
        await asyncio.sleep(0.001)
        flying.remove(asked.messages[1].text)
        if fail_first and asked.messages[1].text == "1":
            raise ProviderDown("down")
        return Reply(text="")

    deliver = led(provider)
    await asyncio.gather(*(deliver(Call(r)) for r in requests), return_exceptions=True)
    return moments


@pytest.mark.parametrize("fails", [False, True])
def test_one_leads_and_the_rest_follow_together(fails: bool) -> None:
    moments = asyncio.run(sent([request("p", tail) for tail in "1234"], fail_first=fails))
    assert moments == [["1"], ["2"], ["2", "3"], ["2", "3", "4"]]


def test_other_prefixes_and_other_roles_do_not_wait() -> None:
    assert len(asyncio.run(sent([request("p", "1"), request("q", "2")]))[-1]) == 2
    assert len(asyncio.run(sent([request("p", tail, lead=False) for tail in "12"]))[-1]) == 2


def test_the_prefix_ends_at_the_last_stable_message() -> None:
    assert stable_prefix(request("p", "1")) == stable_prefix(request("p", "2"))
    assert stable_prefix(request("p", "1")) != stable_prefix(request("q", "1"))
