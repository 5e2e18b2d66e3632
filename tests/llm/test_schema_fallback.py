"""Forms of a reply, room for a long one, and models that cannot go on."""

from __future__ import annotations

import asyncio
import contextlib
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import pytest

from nlevolve.llm.catalogue import ModelCard
from nlevolve.llm.preflight import check_models
from nlevolve.llm.request import NoReply, ProviderDown, RateLimited, Rejected, Reply, Request, TooLong, Unusable
from nlevolve.llm.retries import LONGEST_IN_ALL, backoff
from nlevolve.llm.settings import RoleSettings
from nlevolve.llm.wire import ANY_OBJECT, chat
from nlevolve.records import CallRetried, Event, ModelStopped, Noticed, Usage
from tests.llm.asking import ask_all, calls, delivering, request, scripted
from tests.llm.virtual import run_virtually
from tests.server import Asked, Provider, Said

SCHEMA: dict[str, Any] = {"type": "object", "properties": {"grid": {"type": "array"}}}


def formal(text: str = "hello", **fields: Any) -> Request:
    return request(text, **fields).model_copy(update={"reply_schema": SCHEMA})


def test_the_strongest_form_that_passes_is_remembered(tmp_path: Path) -> None:
    forms: list[object] = []

    def answer(asked: Request) -> Reply:
        forms.append(asked.reply_schema)
        if asked.reply_schema is not None:
            raise Rejected("400", status=400)
        return Reply(text="ok")

    live = scripted(answer)
    (first,), events = ask_all(tmp_path, live, formal())
    assert (first.tries, forms) == (3, [SCHEMA, ANY_OBJECT, None])
    assert [call.tries for call in calls(events)] == [3]
    assert any("plain text" in event.text for event in events if isinstance(event, Noticed))
    assert not [event for event in events if isinstance(event, CallRetried)]


def test_a_form_that_passed_once_is_not_doubted(tmp_path: Path) -> None:
    asked: list[str] = []

    def answer(sent: Request) -> Reply:
        asked.append(sent.messages[0].text)
        if sent.messages[0].text == "bad":
            raise Rejected("400", status=400)
        return Reply(text="ok")

    (good, bad), _ = ask_all(tmp_path, scripted(answer), formal("good"), formal("bad", sample=1), concurrency=1)
    assert isinstance(good, Reply)
    assert isinstance(bad, Rejected)
    assert asked == ["good", "bad"]


@pytest.mark.parametrize("error", [TooLong("too long", status=400), ProviderDown("503"), Unusable("401", status=401)])
def test_other_failures_are_not_blamed_on_the_form(tmp_path: Path, error: NoReply) -> None:
    asked: list[object] = []

    def answer(sent: Request) -> Reply:
        asked.append(sent.reply_schema)
        raise error

    ask_all(tmp_path, scripted(answer), formal(retries=0))
    assert asked == [SCHEMA]


def test_a_server_without_schemas_is_asked_for_an_object_with_the_schema_in_the_prompt(tmp_path: Path) -> None:
    def script(asked: Asked) -> Said:
        wanted = asked.body.get("response_format", {}).get("type")
        return Said("unknown response_format", status=400) if wanted == "json_schema" else Said('{"grid": []}')

    with Provider(script) as server:
        settings = RoleSettings(model="hosted_vllm/x", base_url=server.url)
        questions = [formal(str(n)).model_copy(update={"settings": settings}) for n in range(3)]
        replies, _ = ask_all(tmp_path, None, *questions, cards=check_models([settings]), concurrency=1)
    assert [reply.text for reply in replies] == ['{"grid": []}'] * 3
    assert len(server.asked) == 4
    assert '"properties": {"grid"' in server.asked[-1].texts[-1]


def test_a_reply_cut_at_its_length_is_asked_for_once_more_with_room(tmp_path: Path) -> None:
    limits: list[int | None] = []

    def answer(asked: Request) -> Reply:
        limits.append(asked.settings.max_tokens)
        cut = asked.settings.max_tokens in (None, 100)
        return Reply(text="…", finish="length" if cut else "stop", usage=Usage(completion=30_000), cost_usd=1.0)

    for settings in ({}, {"max_tokens": 100}):
        (reply,), events = ask_all(tmp_path, scripted(answer), request(**settings))
        assert reply.finish == "stop"
        assert [call.finish for call in calls(events)] == ["length", "stop"]
    assert limits == [None, 60_000, 100, 200]  # the user's bound is passed once, and at most twofold


def test_there_is_no_more_room_than_the_model_has(tmp_path: Path) -> None:
    def answer(asked: Request) -> Reply:
        return Reply(text="…", finish="length", usage=Usage(completion=min(asked.settings.max_tokens or 20_000, 20_000)))

    cards = {"m": ModelCard(model="m", provider="p", longest_reply=20_000)}
    (reply,), events = ask_all(tmp_path, scripted(answer), request(), cards=cards)
    assert (reply.finish, len(calls(events))) == ("length", 1)


def test_a_refused_key_stops_the_model_at_once(tmp_path: Path) -> None:
    asked: list[str] = []

    def answer(sent: Request) -> Reply:
        asked.append(sent.model)
        if sent.model == "bad":
            raise Unusable("401 key refused", status=401)
        return Reply(text="ok")

    questions = [request(model="bad", sample=n) for n in range(9)] + [request(model="good")]
    outcomes, events = ask_all(tmp_path, scripted(answer), *questions, concurrency=1)
    assert asked.count("bad") == 1
    assert all(isinstance(outcome, Unusable) for outcome in outcomes[:9])
    assert isinstance(outcomes[9], Reply)
    assert [(event.model, event.why) for event in events if isinstance(event, ModelStopped)] == [("bad", "401 key refused")]


def test_a_quota_that_comes_back_tomorrow_stops_the_model(tmp_path: Path) -> None:
    def answer(sent: Request) -> Reply:
        raise RateLimited("429", status=429, retry_after=36_000.0)

    (outcome,), events = ask_all(tmp_path, scripted(answer), request())
    assert isinstance(outcome, RateLimited)
    assert [event.why for event in events if isinstance(event, ModelStopped)] == ["it asks us to wait for 36000 s: 429"]


@pytest.mark.parametrize(("every", "sent"), [(1.0, 60), (20.0, 10)], ids=["not within a minute", "not before ten"])
def test_a_provider_that_is_down_for_good_is_given_up(every: float, sent: int) -> None:
    events: list[Event] = []
    asked = 0

    async def provider(request: Request) -> Reply:
        nonlocal asked
        asked += 1
        await asyncio.sleep(every)
        raise ProviderDown("503")

    async def run() -> None:
        llm = delivering(provider, emit=events.append)
        for _ in range(100):
            with contextlib.suppress(NoReply):
                await llm(request(retries=0))

    run_virtually(run())
    assert asked == sent
    assert len([event for event in events if isinstance(event, ModelStopped)]) == 1


def patience(settings: dict[str, Any], error: NoReply) -> tuple[int, float]:
    """(tries, seconds waited) until one call is given up."""
    events: list[Event] = []
    asked = 0

    def answer(sent: Request) -> Reply:
        nonlocal asked
        asked += 1
        raise error

    async def run() -> None:
        with pytest.raises(type(error)):
            await delivering(scripted(answer), emit=events.append)(request(**settings))

    run_virtually(run())
    return asked, sum(event.wait for event in events if isinstance(event, CallRetried))


def test_only_what_can_pass_is_sent_again_and_not_for_ever() -> None:
    assert patience({"retries": 3}, ProviderDown("503"))[0] == 4
    assert patience({"retries": 3}, Rejected("400"))[0] == 1
    assert patience({"retries": 0}, ProviderDown("503"))[0] == 1
    assert patience({"retries": 50}, ProviderDown("503"))[1] <= LONGEST_IN_ALL
    assert patience({"retries": 3}, ProviderDown("503", retry_after=3 * LONGEST_IN_ALL)) == (1, 0.0)


def test_waits_grow_spread_and_are_never_shorter_than_asked_for() -> None:
    rng = Random(0)
    waits = [[backoff(tries, None, rng) for _ in range(200)] for tries in range(1, 9)]
    assert all(max(later) > max(sooner) for sooner, later in pairwise(waits[:5]))
    assert max(map(max, waits)) <= 60
    assert min(waits[5]) < 5  # full jitter
    asked_for = [backoff(1, 20.0, rng) for _ in range(100)]
    assert min(asked_for) >= 20
    assert len(set(asked_for)) > 90


def test_pictures_go_before_the_text_they_belong_to() -> None:
    messages = request().messages[0].model_copy(update={"images": ("aGk=",)}), request("more").messages[0]
    (message,) = chat(messages)
    assert [part["type"] for part in message["content"]] == ["image_url", "text", "text"]
    assert message["content"][0]["image_url"]["url"] == "data:image/png;base64,aGk="
