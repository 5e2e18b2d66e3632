"""Four routes of litellm over real HTTP: what is sent, what comes back, what a failure means."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from nlevolve.errors import UsageError
from nlevolve.llm import quiet_import
from nlevolve.llm.catalogue import ModelCard, listed_card
from nlevolve.llm.client import Client
from nlevolve.llm.preflight import check_models
from nlevolve.llm.quiet_import import load_litellm
from nlevolve.llm.request import (
    BrokeOff,
    Doubtful,
    Filtered,
    Label,
    Message,
    NoReply,
    ProviderDown,
    RateLimited,
    Rejected,
    Reply,
    Request,
    TimedOut,
    TooLong,
    Unusable,
)
from nlevolve.llm.settings import RoleSettings
from nlevolve.llm.stack import OpenStack
from nlevolve.records import Noticed, Usage
from tests.llm.asking import ask_all, calls
from tests.server import Asked, Provider, Said
from tests.server.http import Script

SECRET = "sk-this-must-not-be-seen"
SCHEMA = {"type": "object", "properties": {"note": {"type": "string"}}, "required": ["note"], "additionalProperties": False}
ROUTES = {
    "openai/some": "/v1",
    "hosted_vllm/some": "/v1",
    "anthropic/claude-sonnet-4-5": "",
    "gemini/gemini-2.5-flash": "/v1beta",
}
USED = Usage(prompt=1000, prompt_cached=400, completion=200, reasoning=150)


@pytest.fixture(autouse=True)
def _keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "HOSTED_VLLM_API_KEY", "ANTHROPIC_API_KEY", "GEMINI_API_KEY"):
        monkeypatch.setenv(name, SECRET)


@pytest.fixture(params=ROUTES)
def model(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def asked_of(model: str, server: Provider, **settings: Any) -> Request:
    return Request(
        settings=RoleSettings(model=model, base_url=server.root + ROUTES[model], **settings),
        messages=(
            Message(role="system", text="Be exact."),
            Message(role="user", text="The pairs.", stable=True),
            Message(role="user", text="Your turn."),
        ),
        label=Label(task="t", role="generator", purpose="write"),
    )


def ask(script: Script, model: str, notices: list[str] | None = None, **settings: Any) -> tuple[Reply, Asked]:
    """One reply by this route, and what the server was asked."""
    with Provider(script) as server:
        request = asked_of(model, server, **settings)

        async def run() -> Reply:
            one = Client(check_models([request.settings]), (notices if notices is not None else []).append)
            try:
                return await one(request)
            finally:
                await one.close()

        return asyncio.run(run()), server.asked[-1]


def failing(model: str, said: Said, **settings: Any) -> NoReply:
    with pytest.raises(NoReply) as caught:
        ask(lambda asked: said, model, **settings)
    return caught.value


def test_text_reasoning_and_usage_arrive(model: str) -> None:
    reply, _ = ask(lambda asked: Said("pong", reasoning="hm", usage=USED), model)
    assert (reply.text, reply.reasoning, reply.finish) == ("pong", "hm", "stop")
    assert (reply.usage.prompt, reply.usage.prompt_cached, reply.usage.completion) == (1000, 400, 200)
    if "anthropic" not in model:  # its wire does not say
        assert reply.usage.reasoning == 150
    assert 0 < reply.seconds < 60


def test_neighbours_of_one_role_are_one_message_and_the_stable_part_is_marked_where_that_is_wanted(model: str) -> None:
    _, asked = ask(lambda asked: Said(), model)
    assert [text.split() for text in asked.texts] == [["Be", "exact."], ["The", "pairs.", "Your", "turn."]]
    parts = asked.body["messages"][-1]["content"] if "messages" in asked.body else []
    marks = [part.get("cache_control") for part in parts if isinstance(part, dict)]
    assert marks == ([{"type": "ephemeral"}, None] if "anthropic" in model else [])


def test_cost_is_counted_with_cached_tokens(model: str) -> None:
    reply, _ = ask(lambda asked: Said("x", usage=USED), model)
    listed = {"anthropic": 600 * 3e-6 + 400 * 0.3e-6 + 200 * 15e-6, "gemini": 600 * 0.3e-6 + 400 * 0.03e-6 + 200 * 2.5e-6}
    expected = listed.get(model.split("/")[0])
    assert reply.cost_usd == (None if expected is None else pytest.approx(expected))
    reply, _ = ask(lambda asked: Said("x", usage=USED), model, price_in=2.0, price_cached=1.0, price_out=3.0)
    assert reply.cost_usd == pytest.approx((600 * 2 + 400 * 1 + 200 * 3) / 1e6)


@pytest.mark.parametrize(
    ("said", "finish"),
    [
        (Said("cut", finish="length"), "length"),
        (Said("", finish="content_filter"), "filtered"),
        (Said(""), "empty"),
    ],
    ids=["length", "filtered", "empty"],
)
def test_how_a_reply_ended_is_named(model: str, said: Said, finish: str) -> None:
    assert ask(lambda asked: said, model)[0].finish == finish


def test_a_refusal_is_named() -> None:
    reply, _ = ask(lambda asked: Said(None, refusal="I cannot help with that."), "openai/some")
    assert (reply.text, reply.finish) == ("", "refused")


FAILURES: list[tuple[Said, type[NoReply]]] = [
    (Said("no", status=400, code="bad"), Rejected),
    (Said("no", status=422, code="bad"), Rejected),
    (Said("no", status=413, code="bad"), Rejected),
    (Said("no", status=401, code="bad"), Doubtful),
    (Said("no", status=403, code="bad"), Doubtful),
    (Said("no", status=404, code="bad"), Doubtful),
    (Said("no", status=408, code="bad"), TimedOut),
    (Said("no", status=429, code="slow"), RateLimited),
    (Said("no", status=500, code="bad"), ProviderDown),
    (Said("no", status=503, code="bad"), ProviderDown),
    (Said("no", status=529, code="bad"), ProviderDown),
    (Said(reset=True), BrokeOff),
    (Said("x" * 5000, cut=True), BrokeOff),
]


@pytest.mark.parametrize(("said", "kind"), FAILURES, ids=lambda value: str(getattr(value, "status", "")))
def test_a_failure_is_known_by_its_status(model: str, said: Said, kind: type[NoReply]) -> None:
    error = failing(model, said)
    assert type(error) is kind
    assert SECRET not in str(error)
    assert "\n" not in str(error)


@pytest.mark.parametrize("model", ["openai/some", "hosted_vllm/some", "anthropic/claude-sonnet-4-5"])
def test_a_body_that_nobody_can_read_is_an_outage(model: str) -> None:
    assert type(failing(model, Said(raw=b"<html>Bad gateway"))) is ProviderDown


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (429, "insufficient_quota", Unusable),
        (400, "context_length_exceeded", TooLong),
        (400, "content_policy_violation", Filtered),
    ],
)
@pytest.mark.parametrize("model", ["openai/some", "hosted_vllm/some", "anthropic/claude-sonnet-4-5"])
def test_a_body_code_says_more_than_the_status(model: str, status: int, code: str, kind: type[NoReply]) -> None:
    assert type(failing(model, Said("no", status=status, code=code))) is kind


def test_retry_after_is_read_in_seconds_and_as_a_date(model: str) -> None:
    assert failing(model, Said("slow", status=429, headers={"retry-after": "7"})).retry_after == 7
    assert failing(model, Said("slow", status=503, headers={"retry-after": "2.5"})).retry_after == 2.5
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    assert failing(model, Said("slow", status=429, headers={"retry-after": date})).retry_after == pytest.approx(30, abs=10)


@pytest.mark.parametrize(
    "headers",
    [
        {"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "1m30s"},
        {"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "90s"},
    ],
)
def test_rate_limit_headers_ask_for_a_rest(headers: dict[str, str]) -> None:
    assert ask(lambda asked: Said(headers=headers), "openai/some")[0].rest == 90
    assert failing("openai/some", Said(status=429, headers=headers)).retry_after == 90
    assert ask(lambda asked: Said(headers=dict.fromkeys(headers, "1")), "openai/some")[0].rest == 0


def test_an_echoed_key_is_hidden_also_in_a_reply(model: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATEWAY_PASS", "another-secret-value")
    settings = {"extra_headers": {"x-gateway": "env:GATEWAY_PASS"}}

    def echo(asked: Asked) -> Said:
        assert asked.headers["x-gateway"] == "another-secret-value"
        return Said(f"bad key {SECRET} {asked.headers['x-gateway']}", status=401)

    with pytest.raises(Doubtful) as caught:
        ask(echo, model, **settings)
    assert "secret" not in str(caught.value)
    assert "not-be-seen" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert "***" in ask(lambda asked: Said(f"your key is {SECRET}"), model)[0].text


def test_a_hanging_server_is_given_up_in_time(model: str) -> None:
    assert isinstance(failing(model, Said(delay=3600.0), timeout=0.3), TimedOut)


def test_settings_are_sent_and_those_not_taken_are_said(model: str) -> None:
    notices: list[str] = []
    _, asked = ask(lambda asked: Said(), model, notices, temperature=0.7, top_p=0.9, max_tokens=321)
    sent = str(asked.body)
    assert "0.7" in sent
    assert "0.9" in sent
    assert "321" in sent
    assert ("seed" in asked.body) == (model in ("openai/some", "hosted_vllm/some"))
    assert notices == []


def test_a_setting_that_the_model_does_not_take_is_left_out_and_said_once(tmp_path: Path) -> None:
    with Provider(lambda asked: Said("ok")) as server:
        settings = RoleSettings(model="openai/gpt-5", base_url=server.url, top_p=0.5)
        label = Label(task="t", role="generator", purpose="write")
        questions = [Request(settings=settings, messages=(Message(role="user", text=str(n)),), label=label) for n in range(3)]
        _, events = ask_all(tmp_path, None, *questions, cards=check_models([settings]))
    assert [event.text for event in events if isinstance(event, Noticed)] == ["openai/gpt-5 does not take top_p: it is left out"]
    assert all("top_p" not in asked.body for asked in server.asked)


def test_a_server_of_ones_own_needs_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    assert ask(lambda asked: Said("pong"), "openai/some")[0].text == "pong"


def test_an_endpoint_of_the_environment_is_called_and_is_part_of_what_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = RoleSettings(model="hosted_vllm/some")
    label = Label(task="t", role="generator", purpose="write")
    request = Request(settings=settings, messages=(Message(role="user", text="x"),), label=label)
    said = []
    for name in ("one", "another"):
        with Provider(lambda asked, name=name: Said(name)) as server:
            monkeypatch.setenv("HOSTED_VLLM_API_BASE", server.url)
            (reply,), _ = ask_all(tmp_path, None, request, cards=check_models([settings]))
            (again,), _ = ask_all(tmp_path, None, request, cards=check_models([settings]))
        said.append((reply.text, again.text, again.cached))
    assert said == [("one", "one", True), ("another", "another", True)]


def test_faults_of_a_connection_are_sent_again_and_counted(tmp_path: Path) -> None:
    def script(asked: Asked) -> Said:
        faults = [Said(reset=True), Said("slow", status=429, headers={"retry-after": "0"}), Said("x" * 99, cut=True)]
        return faults[asked.number - 1] if asked.number <= 3 else Said("pong")

    with Provider(script) as server:
        request = asked_of("hosted_vllm/some", server)
        (reply,), events = ask_all(tmp_path, None, request, cards=check_models([request.settings]))
    assert (reply.text, reply.tries, len(server.asked)) == ("pong", 4, 4)
    assert [(call.source, call.tries) for call in calls(events)] == [("provider", 4)]


def test_runs_in_one_event_loop_do_not_close_each_others_connections(model: str, tmp_path: Path) -> None:
    with Provider(lambda asked: Said("pong")) as server:
        request = asked_of(model, server)
        cards = check_models([request.settings])
        places = (tmp_path / str(number) for number in range(9))

        def stack() -> Any:
            return OpenStack(emit=lambda event: None, cards=cards, cache_dir=next(places))

        async def run() -> list[str]:
            texts = []
            async with stack() as first:
                texts.append((await first(request)).text)
                async with stack() as second:
                    texts.append((await second(request)).text)
                texts.append((await first(request.model_copy(update={"sample": 1}))).text)
            async with stack() as third:
                texts.append((await third(request)).text)
            return texts

        assert asyncio.run(run()) == ["pong"] * 4
        assert len(server.asked) == 4


def test_an_event_of_a_call_holds_what_it_took(tmp_path: Path) -> None:
    with Provider(lambda asked: Said("pong", usage=USED, reasoning="hm", delay=0.05)) as server:
        request = asked_of("openai/some", server, price_in=1.0, price_out=1.0)
        _, events = ask_all(tmp_path, None, request, cards=check_models([request.settings]))
    (call,) = calls(events)
    assert (call.usage, call.cost_usd, call.reasoning, call.request) == (USED, 0.0012, "hm", request.key)
    assert 0.05 <= call.seconds < 60


@pytest.fixture
def version_of(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    def pretend(version: str) -> None:
        monkeypatch.setattr(quiet_import, "version", lambda package: version)

    return pretend


@pytest.mark.parametrize("version", ["1.82.8", "1.90.1", "1.102.4", "2.0.0"])
def test_a_version_of_litellm_with_known_faults_is_refused(version: str, version_of: Any) -> None:
    version_of(version)
    with pytest.raises(UsageError, match="known faults"):
        load_litellm()


def test_what_is_done_to_the_garbage_collection_is_undone() -> None:
    before = gc.get_threshold()

    async def one_call(server: Provider) -> tuple[int, int, int]:
        one, other = (Client({}, print, own_process=True) for _ in range(2))
        for each in (one, other):
            await each(asked_of("openai/some", server))
        await one.close()
        during = gc.get_threshold()
        await other.close()
        return during

    with Provider(lambda asked: Said("ok")) as server:
        during = asyncio.run(one_call(server))
    assert during != before
    assert (gc.get_threshold(), gc.get_freeze_count()) == (before, 0)


def test_litellm_is_silent_and_asks_nobody_for_prices() -> None:
    litellm = load_litellm()
    from litellm.litellm_core_utils.get_model_cost_map import get_model_cost_map_source_info

    assert "local" in str(get_model_cost_map_source_info()).lower()
    assert litellm.suppress_debug_info


@pytest.mark.parametrize("model", ["openai/gpt-9-super", "openai/unheard-of"])
def test_a_model_that_nobody_listed_has_no_price(model: str) -> None:
    card: ModelCard = listed_card(load_litellm(), model, None)
    assert card.price is None
