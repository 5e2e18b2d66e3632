"""What servers tell of themselves, what comes of it, and that nothing else is asked or believed."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from nlevolve.llm.catalogue import ModelCard, embedded_card
from nlevolve.llm.request import Message, TooLong
from nlevolve.llm.serving import Served, served, understood, understood_of_ollama
from nlevolve.llm.settings import RoleSettings
from nlevolve.llm.slots import FIRST_IN_FLIGHT, Slots
from nlevolve.llm.stack import OpenStack
from nlevolve.llm.windows import Windows, tokens
from tests.llm.asking import request
from tests.server import Provider, Said
from tests.server.dialects import DIALECTS, Serving
from tests.server.routes import ROUTES


def ask(url: str, model: str = "hosted_vllm/some", **settings: Any) -> dict[Any, Served]:
    card = ModelCard(model=model, provider=model.partition("/")[0], keys=("SOME_API_KEY",))
    return asyncio.run(served([RoleSettings(model=model, base_url=url, **settings)], {model: card}))


@pytest.mark.parametrize(
    ("name", "path", "told"),
    [("vllm", "/v1", Served(8192, None)), ("llama.cpp", "/v1", Served(8192, 4)), ("openrouter", "/api/v1", Served(8192, None))],
)
def test_servers_tell_their_window_and_their_slots(name: str, path: str, told: Served) -> None:
    with Provider(lambda asked: Said(), dialect=DIALECTS[name], serving=Serving(window=8192, slots=4)) as server:
        assert list(ask(server.root + path).values()) == [told]
    assert not server.asked


@pytest.mark.parametrize(("model", "path"), [ROUTES[name] for name in ("ollama", "anthropic", "gemini")])
def test_servers_with_ways_of_their_own_are_asked_in_these(model: str, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_API_KEY", "sk-some")
    serving = Serving(model=model.partition("/")[2], window=8192)
    dialect = next(DIALECTS[name] for name, route in ROUTES.items() if route == (model, path))
    with Provider(lambda asked: Said(), dialect=dialect, serving=serving) as server:
        assert list(ask(server.root + path, model).values()) == [Served(8192)]
    assert len(server.looked_at) == 1


@pytest.mark.parametrize("shown", [None, [], {"model_info": 3}, {"model_info": {"x.context_length": "8192"}}])
def test_nonsense_of_ollamas_tells_nothing(shown: Any) -> None:
    assert understood_of_ollama(shown) == Served()


def test_a_server_that_is_away_tells_nothing_and_raises_nothing() -> None:
    assert ask("http://127.0.0.1:9/v1") == {}


def test_the_endpoint_may_be_named_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    with Provider(lambda asked: Said(), dialect=DIALECTS["vllm"], serving=Serving(window=8192)) as server:
        monkeypatch.setenv("HOSTED_VLLM_API_BASE", server.url)
        card = ModelCard(model="hosted_vllm/some", provider="hosted_vllm")
        told = asyncio.run(served([RoleSettings(model=card.model)], {card.model: card}))
    assert told == dict.fromkeys(((card.model, server.url), (card.model, None)), Served(8192))


def test_nobody_is_asked_but_who_was_named() -> None:
    embedded = embedded_card("offline/checker")
    hosted = ModelCard(model="openai/gpt-5", provider="openai")
    roles = [RoleSettings(model=embedded.model, base_url="http://127.0.0.1:9"), RoleSettings(model=hosted.model)]
    assert asyncio.run(served(roles, {embedded.model: embedded, hosted.model: hosted})) == {}


@pytest.mark.parametrize(
    ("listed", "props"),
    [
        (None, None),
        ("text", 3),
        ({"data": "no"}, {"total_slots": "4"}),
        ({"data": [{"id": "other", "max_model_len": 1}, {"id": "another", "max_model_len": 1}]}, []),
        ({"data": [{"id": "some", "max_model_len": True, "meta": []}]}, {"total_slots": 0, "default_generation_settings": 1}),
    ],
)
def test_nonsense_tells_nothing(listed: Any, props: Any) -> None:
    assert understood("hosted_vllm/some", listed, props) == Served()


def test_what_one_slot_has_is_the_window() -> None:
    listed = {"data": [{"id": "x.gguf", "meta": {"n_ctx": 8192, "n_ctx_train": 131_072}}]}
    props = {"default_generation_settings": {"n_ctx": 2048}, "total_slots": 4}
    assert understood("openai/some", listed, props) == Served(2048, 4)
    assert understood("openai/some", listed, None) == Served(8192)


def test_a_run_begins_with_as_many_calls_as_there_are_slots_and_goes_on_with_care() -> None:
    slots = Slots(64, served=4)
    assert slots.limit == 4
    for _ in range(4):
        slots.grow()
    assert 4.5 < slots.limit < 5.1
    assert Slots(64).limit == FIRST_IN_FLIGHT
    assert Slots(2, served=4).limit == 2


def test_a_replay_asks_no_server(tmp_path: Path) -> None:
    card = ModelCard(model="hosted_vllm/some", provider="hosted_vllm")

    async def opened(url: str, replay: bool) -> int | None:
        role = RoleSettings(model=card.model, base_url=url)
        cards = {card.model: card}
        async with OpenStack(emit=lambda e: None, cards=cards, roles=[role], cache_dir=tmp_path, replay=replay) as stack:
            return stack.windows.most(role)

    with Provider(lambda asked: Said(), dialect=DIALECTS["vllm"], serving=Serving(window=8192)) as server:
        assert asyncio.run(opened(server.url, replay=False)) == 8192 - 1024
        looked = list(server.looked_at)
        assert asyncio.run(opened(server.url, replay=True)) is None
        assert sorted(server.looked_at) == sorted(looked) == ["/props", "/v1/models"]


def test_a_refused_prompt_teaches_what_fits() -> None:
    asked = request("x " * 4000)
    estimate = tokens(asked.messages)
    windows = Windows()
    assert windows.most(asked.settings) is None
    assert windows.refused(asked, TooLong("too long")) == round(0.75 * estimate)
    # others may still be nearly as long
    assert windows.most(asked.settings) == estimate - 1
    counted = TooLong("too long")
    counted.prompt, counted.window = 2 * estimate, estimate
    assert windows.refused(asked, counted) == round((estimate - min(1024, estimate // 4)) / 2)


def test_a_cell_is_taken_for_two_tokens() -> None:
    assert tokens([Message(role="user", text="0 1 2\n3 4 5")]) == 12
    assert tokens([Message(role="user", text="word " * 100)]) == 125
