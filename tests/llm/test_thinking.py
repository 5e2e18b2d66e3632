"""How much a model is told to think: the right field for each provider, and what a provider would refuse is not sent."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from nlevolve.errors import UsageError
from nlevolve.llm.catalogue import ModelCard
from nlevolve.llm.preflight import check_models
from nlevolve.llm.request import Label, Message, Reply, Request
from nlevolve.llm.settings import RoleSettings
from nlevolve.llm.stack import OpenStack
from nlevolve.llm.thinking import resolved
from nlevolve.records import Event, Noticed
from tests.server import Asked, Provider, Said
from tests.server.dialects import DIALECTS, Serving
from tests.server.routes import KEYS, ROUTES
from tests.server.said import Json

PATHS = {model.split("/")[0]: path for model, path in ROUTES.values()} | {"openai": "/v1"}
NAMES = {"hosted_vllm": "vllm", "ollama_chat": "ollama"}


@pytest.fixture(autouse=True)
def _keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in KEYS:
        monkeypatch.setenv(name, "sk-none")


def asked_of(model: str, folder: Path, **settings: Any) -> tuple[Asked, Reply, list[str]]:
    """What a provider is asked by the whole stack, its reply, and what is said beside. Raises UsageError, and NoReply."""
    provider = model.split("/", 1)[0]
    dialect = DIALECTS[NAMES.get(provider, provider)]
    with Provider(
        lambda asked: Said("ok"), dialect=dialect, serving=Serving(model=model.split("/", 1)[1], longest=128_000)
    ) as server:
        one = RoleSettings(model=model, base_url=server.root + PATHS[provider], **settings)
        cards, events = check_models([one]), list[Event]()
        label = Label(task="t", role="checker", purpose="check")
        request = Request(settings=one, messages=(Message(role="user", text="Go on."),), label=label)

        async def ask() -> Reply:
            async with OpenStack(emit=events.append, cards=cards, cache_dir=folder) as stack:
                return await stack(request)

        reply = asyncio.run(ask())
        return server.asked[-1], reply, [event.text for event in events if isinstance(event, Noticed)]


def has(body: Any, wanted: Any) -> bool:
    """Whether a body holds all of this, however deep."""
    if isinstance(wanted, dict):
        return isinstance(body, dict) and all(name in body and has(body[name], value) for name, value in wanted.items())
    return bool(body == wanted)


SENT: list[tuple[str, str, Json]] = [
    ("anthropic/claude-sonnet-4-5", "low", {"thinking": {"type": "enabled", "budget_tokens": 2048}, "max_tokens": 12_048}),
    ("anthropic/claude-sonnet-4-5", "max", {"thinking": {"budget_tokens": 32_768}, "max_tokens": 42_768}),
    ("anthropic/claude-opus-4-6", "high", {"thinking": {"type": "adaptive"}, "output_config": {"effort": "high"}}),
    ("gemini/gemini-2.5-flash", "high", {"generationConfig": {"thinkingConfig": {"thinkingBudget": 16_384}}}),
    ("gemini/gemini-2.5-flash", "max", {"generationConfig": {"thinkingConfig": {"thinkingBudget": 24_576}}}),
    ("gemini/gemini-2.5-flash", "off", {"generationConfig": {"thinkingConfig": {"thinkingBudget": 0}}}),
    ("gemini/gemini-3-pro-preview", "low", {"generationConfig": {"thinkingConfig": {"thinkingLevel": "low"}}}),
    ("openai/gpt-5-mini", "high", {"reasoning_effort": "high"}),
    ("openai/gpt-5-mini", "max", {"reasoning_effort": "high"}),
    ("openai/gpt-5-mini", "off", {"reasoning_effort": "minimal"}),
    ("openai/gpt-5.1", "off", {"reasoning_effort": "none"}),
    ("hosted_vllm/some", "high", {"reasoning_effort": "high", "chat_template_kwargs": {"enable_thinking": True}}),
    ("hosted_vllm/some", "off", {"chat_template_kwargs": {"enable_thinking": False}}),
    ("ollama_chat/some", "high", {"think": True}),
    ("ollama_chat/some", "off", {"think": False}),
    ("ollama_chat/gpt-oss:20b", "low", {"think": "low"}),
    ("openrouter/x-ai/grok-4", "high", {"reasoning": {"effort": "high"}}),
    ("openrouter/x-ai/grok-4", "off", {"reasoning": {"enabled": False}}),
]


@pytest.mark.parametrize(("model", "level", "sent"), SENT, ids=[f"{model} {level}" for model, level, _ in SENT])
def test_a_level_is_sent_in_the_words_of_the_provider(model: str, level: str, sent: Json, tmp_path: Path) -> None:
    asked, _, _ = asked_of(model, tmp_path, thinking=level)
    assert has(asked.body, sent), asked.body


def test_a_model_that_thinks_only_when_told_is_told_and_its_reply_has_a_key_of_its_own(tmp_path: Path) -> None:
    asked, _, _ = asked_of("anthropic/claude-sonnet-4-5", tmp_path)
    assert has(asked.body, {"thinking": {"type": "enabled", "budget_tokens": 8192}, "max_tokens": 18_192})
    card = check_models([settings := RoleSettings(model="anthropic/claude-sonnet-4-5")])[settings.model]
    assert resolved(settings, card).thinking == "medium"
    plain, told = (
        Request(settings=s, messages=(), label=Label(task="t", role="checker", purpose="check"))
        for s in (settings, resolved(settings, card))
    )
    assert plain.key != told.key


@pytest.mark.parametrize(
    "settings", [{"temperature": 0.5}, {"top_p": 0.5}, {"max_tokens": 2_000}, {"thinking": "off"}, {"reasoning_effort": "low"}]
)
def test_what_the_user_set_goes_before_what_auto_would_choose(settings: dict[str, Any], tmp_path: Path) -> None:
    asked, _, _ = asked_of("anthropic/claude-sonnet-4-5", tmp_path, **settings)
    assert asked.thinks == ("reasoning_effort" in settings)
    assert settings.get("max_tokens") in (None, asked.body["max_tokens"])


@pytest.mark.parametrize("model", ["openai/gpt-5-mini", "gemini/gemini-2.5-flash", "hosted_vllm/some", "openrouter/x-ai/grok-4"])
def test_where_a_model_thinks_of_itself_or_nobody_knows_nothing_is_sent_and_the_key_stays(model: str, tmp_path: Path) -> None:
    asked, _, _ = asked_of(model, tmp_path)
    assert not asked.thinks
    assert not {"reasoning_effort", "reasoning", "chat_template_kwargs"} & asked.body.keys()
    settings = RoleSettings(model=model)
    assert resolved(settings, check_models([settings])[model]) is settings


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("anthropic/claude-sonnet-4-5", {"thinking_budget": 8_000, "max_tokens": 4_000}, "set max_tokens above 8000"),
    ("anthropic/claude-sonnet-4-5", {"thinking": "high", "max_tokens": 16_384}, "set max_tokens above 16384"),
    ("anthropic/claude-sonnet-4-5", {"reasoning_effort": "high", "max_tokens": 4_096}, "set max_tokens above 4096"),
    ("anthropic/claude-sonnet-4-5", {"reasoning_effort": "high", "temperature": 0.5}, "temperature=0.5 does not go with"),
    ("anthropic/claude-sonnet-4-5", {"thinking": "low", "top_p": 0.5}, "top_p=0.5 does not go with"),
    ("anthropic/claude-sonnet-4-5", {"thinking_budget": 500}, "1024 tokens is the least"),
    ("anthropic/claude-sonnet-4-5", {"thinking": "low", "reasoning_effort": "low"}, "says it all"),
    ("openai/gpt-5-mini", {"temperature": 0.2}, "takes no temperature"),
    ("openai/o3", {"thinking": "off"}, "cannot be told not to think"),
    ("openai/gpt-4o-mini", {"thinking": "high"}, "does not think"),
    ("gemini/gemini-2.5-pro", {"thinking": "off"}, "cannot be told not to think"),
]


@pytest.mark.parametrize(("model", "settings", "words"), REFUSED)
def test_what_a_provider_would_refuse_is_refused_before_anything_is_sent(
    model: str, settings: dict[str, Any], words: str
) -> None:
    with pytest.raises(UsageError, match=words) as error:
        check_models([RoleSettings(model=model, **settings)])
    assert str(error.value).startswith(f"{model}: ")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("model", ["hosted_vllm/some", "ollama_chat/some", "openai/gpt-5-mini"])
def test_a_budget_of_thinking_is_left_out_and_said_where_there_is_none(model: str, tmp_path: Path) -> None:
    asked, _, said = asked_of(model, tmp_path, thinking_budget=2_048)
    assert not {"reasoning_effort", "thinking", "think"} & asked.body.keys()
    assert f"{model} does not take thinking_budget: it is left out" in said


def test_a_budget_of_thinking_goes_to_openrouter_in_its_own_words(tmp_path: Path) -> None:
    asked, _, _ = asked_of("openrouter/x-ai/grok-4", tmp_path, thinking_budget=2_048)
    assert asked.body["reasoning"] == {"max_tokens": 2_048}
    assert "thinking" not in asked.body


def test_fields_that_we_do_not_know_pass_through_and_are_part_of_what_is_asked(tmp_path: Path) -> None:
    fields = {"top_k": 20, "chat_template_kwargs": {"enable_thinking": False, "x": 1}}
    asked, _, _ = asked_of("hosted_vllm/some", tmp_path, thinking="high", extra_body=fields)
    assert has(asked.body, {"top_k": 20, "chat_template_kwargs": {"enable_thinking": False, "thinking": True, "x": 1}})
    asked, _, _ = asked_of("ollama_chat/some", tmp_path, extra_body={"top_k": 20, "num_ctx": 5_000, "keep_alive": "1h"})
    assert has(asked.body, {"options": {"top_k": 20, "num_ctx": 5_000}, "keep_alive": "1h"})
    asked, _, _ = asked_of("anthropic/claude-sonnet-4-5", tmp_path, thinking="off", extra_body={"top_k": 20})
    assert asked.body["top_k"] == 20
    label = Label(task="t", role="checker", purpose="check")
    one, other = (Request(settings=RoleSettings(model="m", extra_body=b), messages=(), label=label) for b in ({}, {"top_k": 20}))
    assert one.key != other.key
    with pytest.raises(ValueError, match="messages is set by nlevolve itself"):
        RoleSettings(model="m", extra_body={"messages": []})


def test_ollama_is_given_a_window_that_holds_the_prompt_and_the_reply(tmp_path: Path) -> None:
    asked, _, _ = asked_of("ollama_chat/some", tmp_path, max_tokens=6_000)
    assert asked.body["options"] == {"num_predict": 6_000, "num_ctx": 8_192, "seed": 0}
    card = ModelCard(model="ollama_chat/some", provider="ollama_chat")
    assert card.thinks is None
