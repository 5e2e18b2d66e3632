"""Replies that come piece by piece: read as whole ones are, stopped when they only go on, given up when they stall."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from nlevolve.llm.client import Client
from nlevolve.llm.estimate import pace
from nlevolve.llm.ledger import Caps
from nlevolve.llm.preflight import check_models
from nlevolve.llm.request import Label, Message, NoReply, ProviderDown, Reply, Request, TimedOut
from nlevolve.llm.room import looping
from nlevolve.llm.settings import RoleSettings
from nlevolve.records import CallRetried, CallSent, Noticed, Usage
from tests.llm.asking import ask_all, calls, request
from tests.server import Asked, Provider, Said
from tests.server.dialects import DIALECTS, Serving
from tests.server.http import Script
from tests.server.oddities import ODDITIES, STALLS
from tests.server.routes import KEYS, ROUTES

TEXT = '{"note": "Ünder the grid:\\n0 1 2"}'
USED = Usage(prompt=1000, prompt_cached=400, completion=200, reasoning=150)


@pytest.fixture(autouse=True)
def _keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in KEYS:
        monkeypatch.setenv(name, "sk-none")


@pytest.fixture(params=ROUTES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def ask(name: str, script: Script, notices: list[str] | None = None, **settings: Any) -> tuple[Reply, Provider]:
    """One reply in this dialect, by the client alone; and the server, closed. Raises NoReply."""
    model, path = ROUTES[name]
    with Provider(script, dialect=DIALECTS[name], serving=Serving(model=model.split("/", 1)[1])) as server:
        one = RoleSettings(model=model, base_url=server.root + path, **{"thinking": "auto", **settings})
        label = Label(task="t", role="checker", purpose="check")
        request = Request(settings=one, messages=(Message(role="user", text="Go on."),), label=label)

        async def run() -> Reply:
            client = Client(check_models([one]), (notices if notices is not None else []).append)
            try:
                return await client(request)
            finally:
                await asyncio.sleep(0.1)  # the server looks now and then whether anybody is there
                await client.close()

        return asyncio.run(run()), server


def test_a_streamed_reply_is_the_whole_one(name: str) -> None:
    said = Said(TEXT, reasoning="hm, let me see", usage=USED)
    streamed, server = ask(name, lambda asked: said)
    whole, _ = ask(name, lambda asked: said, stream=False)
    assert streamed.text == whole.text == TEXT
    assert streamed.reasoning.strip() == whole.reasoning.strip() == "hm, let me see"
    assert (streamed.finish, streamed.usage, streamed.cost_usd) == (whole.finish, whole.usage, whole.cost_usd)
    assert whole.first is None
    assert streamed.first is not None
    assert 0 < streamed.first <= streamed.seconds
    assert len(server.asked) == 1


def test_a_reply_that_repeats_itself_is_stopped_and_the_server_is_let_go(name: str) -> None:
    notices: list[str] = []
    reply, server = ask(name, lambda asked: Said("And then the next one. ", endless=True), notices, max_tokens=50_000)
    assert reply.finish == "length"
    assert 3_000 < len(reply.text) < 20_000
    assert looping(reply.text)
    assert reply.usage.estimated
    assert reply.usage.completion > 1_000
    assert server.hung_up == [1]
    assert reply.hung_up
    assert notices == [], "it could not say what it took, since we did not hear it out"


def test_what_nobody_bounds_is_bounded_here_where_the_server_cannot_be_told() -> None:
    numbers = " ".join(str(number * 7_919 % 10_007) for number in range(60_000))
    reply, server = ask("vllm", lambda asked: Said(numbers), thinking="off")
    assert "max_tokens" not in server.asked[0].body
    assert reply.finish == "length"
    assert len(reply.text) < len(numbers)


@pytest.mark.parametrize("stall", ["half a stream, then nothing", "a stream that is cut"])
def test_a_stream_that_stalls_or_breaks_is_no_reply(stall: str) -> None:
    with pytest.raises(NoReply) as caught:
        ask("vllm", lambda asked: STALLS[stall](Said("word " * 50)), idle_timeout=0.5)
    kind = TimedOut if "nothing" in stall else ProviderDown
    assert isinstance(caught.value, kind)
    assert ("stalled: nothing more for 0.5 s" if kind is TimedOut else "broke off") in str(caught.value)


def test_a_model_may_think_in_silence_for_longer_than_it_may_stall(name: str) -> None:
    reply, _ = ask(name, lambda asked: Said(TEXT, delay=0.6), idle_timeout=0.3)
    assert reply.text == TEXT


def test_tokens_a_second_are_known_of_a_stream() -> None:
    reply, _ = ask("vllm", lambda asked: Said("word " * 40, pause=0.002))
    assert (pace(reply) or 0) > 1
    assert pace(reply.model_copy(update={"first": None})) is None


@pytest.mark.parametrize("oddity", ODDITIES)
@pytest.mark.parametrize("name", ["openai", "vllm", "openrouter", "ollama"])
def test_an_answer_in_an_odd_shape_is_read(name: str, oddity: str) -> None:
    notices: list[str] = []
    reply, server = ask(name, lambda asked: ODDITIES[oddity](Said(TEXT, usage=USED)), notices)
    assert json.loads(reply.text) == json.loads(TEXT)
    assert reply.finish == "stop"
    assert reply.usage.prompt > 0
    assert reply.usage.completion > 0
    assert len(server.asked) == 1


@pytest.mark.parametrize("oddity", ["usage missing", "usage zero"])
def test_tokens_that_nobody_counted_are_estimated_and_cost_something(name: str, oddity: str) -> None:
    notices: list[str] = []
    reply, _ = ask(name, lambda asked: ODDITIES[oddity](Said(TEXT)), notices, price_in=1.0, price_out=10.0)
    assert (reply.cost_usd or 0) > 0
    assert reply.usage.completion > 0
    if reply.usage.estimated:
        assert any("does not say how many tokens" in said for said in notices)


def test_thinking_that_is_not_in_the_completion_is_counted_as_part_of_it() -> None:
    used = Usage(prompt=100, completion=5_000, reasoning=4_900)
    reply, _ = ask("llama.cpp", lambda asked: Said(TEXT, usage=used, thought_apart=True), price_in=1.0, price_out=10.0)
    assert reply.usage.completion >= reply.usage.reasoning


def test_a_single_garbled_body_changes_nothing_in_how_a_model_is_asked(tmp_path: Path) -> None:
    bodies = iter([b"<html>Bad gateway"])

    def script(asked: Asked) -> Said:
        return Said(raw=body) if (body := next(bodies, None)) else Said(TEXT)

    with Provider(script) as server:
        asked = request("one", model="hosted_vllm/some", base_url=server.url)
        (reply,), _ = ask_all(tmp_path, None, asked, cards=check_models([asked.settings]))
        assert reply.text == TEXT
        assert [bool(one.body.get("stream")) for one in server.asked] == [True, True]


def test_a_server_that_sends_no_stream_is_asked_for_whole_replies_that_is_said_once_and_every_request_is_a_try(
    tmp_path: Path,
) -> None:
    """What came in the stream's place may be billed: it is in the log, at what was reserved, before the next one leaves."""

    def script(asked: Asked) -> Said:
        if not asked.body.get("stream"):
            return Said(TEXT)
        return Said(raw=b'{"id": "1", "object": "chat.completion", "created": 1, "model": "some", "choices": []}', status=200)

    with Provider(script) as server:
        settings: dict[str, Any] = {"model": "hosted_vllm/some", "base_url": server.url, "price_in": 1.0, "price_out": 10.0}
        asked = request("one", **settings)
        cards = check_models([asked.settings])
        replies, events = ask_all(tmp_path, None, asked, caps=Caps(usd=9.0), cards=cards)
        assert replies[0].text == TEXT
        assert len(server.asked) == 3
    assert [event.tries for event in events if isinstance(event, CallSent)] == [1, 2, 3]
    assert all(lost.unknown_usd for lost in events if isinstance(lost, CallRetried))
    assert [call.tries for call in calls(events)] == [3]
    assert len([e for e in events if isinstance(e, Noticed) and "refuses stream: it is left out" in e.text]) == 1


@pytest.mark.parametrize(
    ("text", "loops"),
    [
        ("First step.\n" * 400, True),
        ("x" + "the " * 1_000, True),
        ("0 0 0 0 0 0 0 0 0 0\n" * 700, True),
        ("0 0 0 0 0 0\n" * 400, True),
        ("The output:\n" + (" 3 0 7 2\n" * 20 + "\n") * 60, True),
        (("[" + "0, " * 29 + "0],\n") * 30, False),
        ("[\n" + "      0,\n" * 900 + "]", False),
        ("Row by row.\n" + "".join(f"Row {n}: 0 0 0 0 0 0\n" for n in range(400)), False),
        ("First step.\n" * 100, False),
        ("First step.\n" * 400 + "And so it ends.", False),
        ("", False),
    ],
)
def test_a_loop_is_told_from_a_large_grid(text: str, loops: bool) -> None:
    assert looping(text) is loops


def test_every_try_that_is_meant_to_end_otherwise_has_a_seed_of_its_own_and_always_the_same(tmp_path: Path) -> None:
    label = Label(task="t", role="checker", purpose="check")
    first = Request(settings=RoleSettings(model="m"), messages=(), sample=3, label=label)
    others = [
        first.model_copy(update={"nudge": 1}),
        first.model_copy(update={"nudge": 2}),
        first.model_copy(update={"again": True}),
        first.model_copy(update={"label": label.model_copy(update={"repair": True})}),
    ]
    seeds = [request.seed for request in (first, *others)]
    assert seeds[0] == 3
    assert len(set(seeds)) == 5
    assert seeds == [request.seed for request in (first, *others)]
    assert {request.key for request in others[:2]} == {first.key}
    embedded = first.model_copy(update={"settings": RoleSettings(model="offline/checker"), "nudge": 2})
    assert embedded.seed == 3
