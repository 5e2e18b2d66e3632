"""Whether anything listens at the addresses of a run's models."""

from __future__ import annotations

import pytest

from nlevolve.llm.knock import unanswered
from nlevolve.llm.settings import RoleSettings
from tests.server import Provider, Said


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


def test_an_address_at_which_nothing_listens_is_named_and_no_request_is_sent() -> None:
    with Provider(lambda asked: Said()) as server:
        there = RoleSettings(model="hosted_vllm/some", base_url=server.url)
        assert unanswered([there]) == {}
    assert (server.asked, server.looked_at) == ([], [])
    assert unanswered([there, there]) == {server.url: "connection refused"}
    assert unanswered([RoleSettings(model="openai/some", base_url="http://nobody.invalid/v1")]) == {
        "http://nobody.invalid/v1": "no such host"
    }


def test_embedded_models_and_strange_addresses_are_not_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    dead = "http://127.0.0.1:9"
    assert unanswered([RoleSettings(model="offline/generator", base_url=dead)]) == {}
    assert unanswered([RoleSettings(model="hosted_vllm/some", base_url="http://[oops")]) == {}
    monkeypatch.setenv("HOSTED_VLLM_API_BASE", dead)
    assert unanswered([RoleSettings(model="hosted_vllm/some")]) == {dead: "connection refused"}
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:8")
    monkeypatch.setenv("no_proxy", "")
    assert unanswered([RoleSettings(model="hosted_vllm/some")]) == {}
