"""What a newcomer reads who tried a real model and something is amiss: each cause is named, once, with what to do about it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from nlevolve.llm.catalogue import ModelCard
from nlevolve.llm.serving import served
from nlevolve.llm.settings import RoleSettings
from tests.cli.conftest import Run
from tests.run.contexts import a_file
from tests.server import Provider, Said
from tests.server.chatting import small
from tests.server.dialects import DIALECTS, Serving
from tests.server.embedded import embedded
from tests.server.http import Script

CHAT = "What an interesting puzzle!"
FEW = ("--preset", "quick", "--set", "generator.retries=0", "--set", 'policy.phases=[{births = 4, moves = ["write"]}]')


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("OPENAI_API_KEY", "HOSTED_VLLM_API_KEY"):
        monkeypatch.delenv(name, raising=False)


def solve(
    nlevolve: Run, script: Script, *more: str, dialect: str = "vllm", base: str = "/v1", **serving: Any
) -> tuple[int, str, str]:
    """Exit code, what was said while it ran, and the last words, of a run over such a server."""
    model = {"vllm": "hosted_vllm/some", "llama.cpp": "openai/some", "ollama": "ollama_chat/some"}[dialect]
    with Provider(script, dialect=DIALECTS[dialect], serving=Serving(**serving)) as server:
        address = f"generator.base_url={server.root}{base}"
        code, out, _ = nlevolve("solve", str(a_file(Path())), "--run", "r", "--generator", model, "--set", address, *FEW, *more)
        said, _, last = out.replace(server.root, "ROOT").partition("\n r  ")
    return code, said, last


def test_a_model_that_the_server_does_not_have_is_told_with_those_that_it_has(nlevolve: Run) -> None:
    code, said, last = solve(nlevolve, embedded, model="qwen3-some")
    assert code == 4
    assert "404 The model `some` does not exist. (the server has qwen3-some)" in said
    assert last.count("does not exist") == 1
    assert "to change first: repeat the command with --generator hosted_vllm/qwen3-some" in last
    assert "resume r " in last
    assert "go on, once that is changed" in last


def test_ollama_is_asked_which_models_it_has_where_it_does_not_know_this_one() -> None:
    """The real one says 404 to /api/show, too."""
    dialect = DIALECTS["ollama"]
    knows = replace(dialect, tells=lambda its: {path: told for path, told in dialect.tells(its).items() if path != "/api/show"})
    with Provider(embedded, dialect=knows, serving=Serving(model="qwen3:8b")) as server:
        settings = RoleSettings(model="ollama_chat/some", base_url=server.root)
        told = asyncio.run(served([settings], {settings.model: ModelCard(model=settings.model, provider="ollama_chat")}))
    assert [one.offers for one in told.values()] == [("qwen3:8b",)]


def test_an_address_without_its_version_is_hinted_at_once_and_a_resumption_that_would_meet_it_again_is_not_offered(
    nlevolve: Run,
) -> None:
    code, said, last = solve(nlevolve, embedded, base="")
    assert code == 4
    assert said.count("ROOT/v1 may be meant") == 1
    assert last.count("ROOT/v1 may be meant") == 1
    assert "to change first: repeat the command with --set generator.base_url=ROOT/v1" in last
    assert "nlevolve resume" not in last


@pytest.mark.parametrize("known", [True, False], ids=["refused", "missing"])
def test_a_refused_key_is_told_with_the_variable_that_it_is_from(
    known: bool, nlevolve: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    if known:
        monkeypatch.setenv("HOSTED_VLLM_API_KEY", "sk-0123456789-never-to-be-seen")
    code, said, last = solve(nlevolve, lambda asked: DIALECTS["vllm"].fails["no key"]())
    assert code == 4
    told = "the key is that of HOSTED_VLLM_API_KEY" if known else "no key was sent: HOSTED_VLLM_API_KEY is not set"
    assert f"401 Unauthorized ({told})" in said
    assert "to change first: set HOSTED_VLLM_API_KEY" in last
    assert "never-to-be-seen" not in said + last
    _, _, last = solve(nlevolve, lambda asked: DIALECTS["vllm"].fails["no key"](), "--no-ping")
    assert "to change first: set HOSTED_VLLM_API_KEY" in last


def test_a_provider_that_only_ever_fails_is_named_in_the_last_words_though_a_cap_ended_the_run(nlevolve: Run) -> None:
    code, _, last = solve(nlevolve, lambda asked: Said("overloaded", status=503), "--no-ping", "--max-calls", "3")
    assert code == 3
    assert "hosted_vllm/some answered none of " in last
    assert "× 503 overloaded): its server or provider fails, so try later (nlevolve resume r goes on)" in last
    assert "the cap of 3 calls is reached" in last
    assert "a larger --max-calls" in last


def test_a_loop_is_told_as_one_and_its_estimated_tokens_are_not_the_providers_fault(nlevolve: Run) -> None:
    code, said, last = solve(nlevolve, small(embedded, shares={"loops": 1.0}))
    assert code == 4
    assert "was not understood: it only repeated itself" in said
    assert "choose a larger --generator" in said
    assert "does not say how many tokens" not in said
    assert "100% looping" in last
    assert " cut" not in last
    assert "that we broke off are estimated" in last


def test_what_nobody_can_read_is_said_before_the_run_with_what_to_try_and_counted_like_any_reply(nlevolve: Run) -> None:
    code, said, last = solve(nlevolve, lambda asked: Said(CHAT))
    assert code == 4
    assert "was not understood: it holds no list of bullets; many a reply of the run may be lost so" in said
    assert "try another generator.form (text, object, schema), or another --generator" in said
    assert "100% unreadable" in last
    assert "1 of 1 task has no answer (" in last
    assert f'replies of the generator hosted_vllm/some could not be read, such as "{CHAT}"' in last
    assert "nlevolve resume" not in last


def test_a_ping_tells_the_window_and_the_slots(nlevolve: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-0123456789")
    with Provider(embedded, dialect=DIALECTS["llama.cpp"], serving=Serving(window=8192, slots=4)) as server:
        _, out, _ = nlevolve("models", "openai/some", "--set", f"generator.base_url={server.url}", "--ping")
    assert "the server tells: a window of 8,192 tokens, 4 requests at once" in out
    assert "as a run asks: read" in out
