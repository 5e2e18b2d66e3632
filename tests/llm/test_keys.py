"""Keys of requests: what was paid for is found by every later version, and what an embedded model said by its own alone."""

from __future__ import annotations

from typing import Any

import pytest

from nlevolve.llm import embedded
from nlevolve.llm.request import Label, Message, Request
from nlevolve.llm.settings import RoleSettings

PAID_FOR: list[tuple[str, dict[str, Any], dict[str, Any], str]] = [
    (
        "openai/gpt-5-mini",
        {},
        {"messages": (Message(role="system", text="You solve puzzles."), Message(role="user", text="1 2\n3 4"))},
        "2cb9ef49e9099680842bc1b685b76ea2cc1a84c63bef9b164f4a3049bcb1a751",
    ),
    (
        "anthropic/claude-sonnet-4-5",
        {"thinking_budget": 4096},
        {"sample": 3, "reply_schema": {"type": "object"}},
        "34eb3a004465d96428df051ca37199a30e87fe24661fb8e5609e2290bd112fb1",
    ),
    (
        "hosted_vllm/qwen3",
        {"base_url": "http://127.0.0.1:8000/v1", "temperature": 0.7, "top_p": 0.9, "max_tokens": 2000},
        {"again": True},
        "a11cdd2533949b547fded25ef3ff0e28093b79534b52f50caed3a6ff70c8e237",
    ),
    (
        "openai/generator",
        {"base_url": "http://127.0.0.1:8080/v1"},
        {},
        "96812080f6fbacbc0a687b2c92f16264689b22e61ce48f6253aa2832e03f5999",
    ),
]
"""Requests of version 0.2.0 with their keys: banks full of replies to such are out there. These digests never change."""


def asked(model: str, settings: dict[str, Any], fields: dict[str, Any]) -> Request:
    said = {"messages": (Message(role="system", text="hello"),), **fields}
    return Request(settings=RoleSettings(model=model, **settings), label=Label(task="t", role="checker", purpose="check"), **said)


@pytest.mark.parametrize(("model", "settings", "fields", "key"), PAID_FOR, ids=[model for model, *_ in PAID_FOR])
def test_replies_of_real_models_stay_findable(model: str, settings: dict[str, Any], fields: dict[str, Any], key: str) -> None:
    assert asked(model, settings, fields).key == key


def test_other_sources_of_the_embedded_models_are_asked_anew_and_no_other_model_is(monkeypatch: pytest.MonkeyPatch) -> None:
    def keys() -> list[str]:
        return [asked(model, {}, {}).key for model in ("offline/generator", "openai/gpt-5-mini")]

    ours, theirs = keys()
    assert keys() == [ours, theirs]
    monkeypatch.setattr(embedded, "version", lambda: "0123456789ab")
    changed, same = keys()
    assert changed != ours
    assert same == theirs


def test_a_mix_is_embedded_as_soon_as_one_of_it_is() -> None:
    assert embedded.embedded_version("openai/gpt-5-mini", "gemini/x, offline/generator") == embedded.version()
    assert embedded.embedded_version("openai/gpt-5-mini", "hosted_vllm/offline/generator") is None
