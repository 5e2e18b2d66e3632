"""Each dialect says what its provider says: its failures come through litellm with their words, and it refuses what it should."""

from __future__ import annotations

import asyncio
import json
import urllib.error
import urllib.request
from typing import Any

import pytest

from nlevolve.llm.quiet_import import load_litellm
from nlevolve.records import Usage
from tests.server import Asked, Provider, Said
from tests.server.dialects import ANTHROPIC, DIALECTS, GEMINI, LLAMA_CPP, OLLAMA, OPENAI, OPENROUTER, VLLM, Dialect, Serving
from tests.server.routes import ROUTES
from tests.server.wires import ANTHROPIC as ANTHROPIC_WIRE
from tests.server.wires import GEMINI as GEMINI_WIRE
from tests.server.wires import OPENAI as OPENAI_WIRE
from tests.server.wires import Wire

FAILURES = [(name, failure) for name, dialect in DIALECTS.items() for failure in dialect.fails]
SYSTEM = "You follow a description of a rule on a grid."
LONG = "0 1 2 3 4 5 6 7 8 9\n" * 200


def asked_by(wire: Wire, model: str = "some", text: str = "Go on.", **body: Any) -> Asked:
    """A request as it would arrive on this wire."""
    chat: dict[str, Any] = {"contents": [{"role": "user", "parts": [{"text": text}]}]} if wire is GEMINI_WIRE else {}
    whole = {**(chat or {"model": model, "messages": [{"role": "user", "content": text}]}), **body}
    texts, chatted = tuple(wire.texts(whole)), tuple(wire.chat(whole))
    return Asked(1, wire.name, model, texts, whole, {}, chatted, wire.schema(whole), wire.thinks(whole))


def words_of(said: Said | None) -> str:
    assert said is not None
    assert said.raw is not None
    return said.raw.decode()


@pytest.mark.parametrize(("name", "failure"), FAILURES, ids=[" ".join(pair) for pair in FAILURES])
def test_a_failure_goes_over_the_wire_as_it_is(name: str, failure: str) -> None:
    said = DIALECTS[name].fails[failure]()
    with Provider(lambda asked: said, dialect=DIALECTS[name]) as server:
        path = "/v1beta/models/some:generateContent" if name == "gemini" else {"anthropic": "/v1/messages"}.get(name, "/api/chat")
        path = path if name in ("gemini", "anthropic", "ollama") else "/v1/chat/completions"
        body = asked_by(GEMINI_WIRE).body if name == "gemini" else {"model": "some", "messages": [], "max_tokens": 100}
        request = urllib.request.Request(server.root + path, json.dumps(body).encode(), {"content-type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=10) as response:
                status, raw, headers = response.status, response.read(), response.headers
        except urllib.error.HTTPError as error:
            status, raw, headers = error.code, error.read(), error.headers
    assert (status, raw) == (said.status, said.raw)
    assert {header: headers[header] for header in said.headers} == said.headers


@pytest.mark.parametrize(
    ("dialect", "wire", "serving", "body", "words"),
    [
        (OPENAI, OPENAI_WIRE, {}, {"model": "gpt-5-mini", "temperature": 0.2}, "'temperature' does not support 0.2"),
        (OPENAI, OPENAI_WIRE, {}, {"model": "gpt-5-mini", "max_tokens": 9}, "Use 'max_completion_tokens' instead"),
        (OPENAI, OPENAI_WIRE, {"window": 100}, {"text": LONG}, "context_length_exceeded"),
        (OPENAI, OPENAI_WIRE, {"longest": 99}, {"max_tokens": 100}, "max_tokens is too large"),
        (VLLM, OPENAI_WIRE, {"model": "other"}, {}, "does not exist"),
        (VLLM, OPENAI_WIRE, {"window": 100}, {"text": LONG}, '"param": "input_tokens", "code": 400'),
        (VLLM, OPENAI_WIRE, {"window": 2000}, {"text": LONG, "max_tokens": 1000}, "'max_completion_tokens' is too large"),
        (LLAMA_CPP, OPENAI_WIRE, {"window": 100}, {"text": LONG}, '"type": "exceed_context_size_error"'),
        (OPENROUTER, OPENAI_WIRE, {"window": 100}, {"text": LONG}, '"code": 400'),
        (ANTHROPIC, ANTHROPIC_WIRE, {}, {}, "max_tokens: Field required"),
        (ANTHROPIC, ANTHROPIC_WIRE, {"window": 100}, {"text": LONG, "max_tokens": 10}, "prompt is too long"),
        (ANTHROPIC, ANTHROPIC_WIRE, {"window": 2000}, {"text": LONG, "max_tokens": 1000}, "exceed context limit"),
        (ANTHROPIC, ANTHROPIC_WIRE, {}, {"max_tokens": 100, "temperature": 0.5, "top_p": 0.5}, "cannot both be specified"),
        (GEMINI, GEMINI_WIRE, {"window": 100}, {"text": LONG}, "exceeds the maximum number of tokens allowed (100)"),
    ],
)
def test_what_a_provider_refuses_is_refused_in_its_words(
    dialect: Dialect, wire: Wire, serving: dict[str, Any], body: dict[str, Any], words: str
) -> None:
    assert words in words_of(dialect.refuses(asked_by(wire, **body), Serving(**serving)))


@pytest.mark.parametrize(
    ("budget", "more", "words"),
    [
        (4096, {}, "must be greater than `thinking.budget_tokens`"),
        (500, {}, "greater than or equal to 1024"),
        (2048, {"temperature": 0.2}, "only be set to 1"),
        (2048, {"tool_choice": {"type": "tool", "name": "x"}}, "forces"),
    ],
)
def test_anthropic_thinks_only_with_room_and_without_a_temperature(budget: int, more: dict[str, Any], words: str) -> None:
    def asked(budget: int, **more: Any) -> Asked:
        return asked_by(ANTHROPIC_WIRE, max_tokens=4000, thinking={"type": "enabled", "budget_tokens": budget}, **more)

    assert words in words_of(ANTHROPIC.refuses(asked(budget, **more), Serving()))
    assert ANTHROPIC.refuses(asked(2048), Serving()) is None


@pytest.mark.parametrize(("model", "budget"), [("gemini-2.5-pro", 0), ("gemini-2.5-flash", 30_000), ("gemini-2.5-pro", 64)])
def test_gemini_takes_a_budget_of_thinking_within_the_models_bounds(model: str, budget: int) -> None:
    wrong = asked_by(GEMINI_WIRE, model, generationConfig={"thinkingConfig": {"thinkingBudget": budget}})
    right = asked_by(GEMINI_WIRE, model, generationConfig={"thinkingConfig": {"thinkingBudget": 8192}})
    assert "udget" in words_of(GEMINI.refuses(wrong, Serving()))
    assert GEMINI.refuses(right, Serving()) is None
    assert right.thinks


def test_ollama_cuts_a_long_prompt_at_its_beginning_and_says_nothing() -> None:
    def seen(**options: Any) -> Asked:
        model, path = ROUTES["ollama"]
        read: list[Asked] = []

        def script(asked: Asked) -> Said:
            read.append(asked)
            return Said()

        with Provider(script, dialect=OLLAMA) as server:
            messages = [{"role": "system", "content": SYSTEM}, {"role": "user", "content": LONG * 5 + "The end."}]
            call = load_litellm().acompletion(model, messages, base_url=server.root + path, max_retries=0, **options)
            reply = asyncio.run(call)
        assert reply.choices[0].message.content == "ok"
        return read[0]

    cut, whole = seen(), seen(num_ctx=32_768)
    assert "".join(cut.texts).startswith(SYSTEM[: 3 * 4])
    assert sum(map(len, cut.texts)) == pytest.approx(3 * 4096, abs=3)
    assert SYSTEM not in cut.texts[0]
    assert cut.texts[-1].endswith("The end.")
    assert whole.texts[0] == SYSTEM
    assert whole.texts[1] == LONG * 5 + "The end."


@pytest.mark.parametrize(
    ("dialect", "path"),
    [
        (OPENAI, "/v1/models"),
        (VLLM, "/v1/models"),
        (LLAMA_CPP, "/props"),
        (LLAMA_CPP, "/slots"),
        (OLLAMA, "/api/ps"),
        (OPENROUTER, "/api/v1/models"),
        (ANTHROPIC, "/v1/models"),
        (GEMINI, "/v1beta/models/some"),
    ],
)
def test_what_a_server_tells_of_itself_can_be_asked_and_the_rest_is_not_there(dialect: Dialect, path: str) -> None:
    with Provider(lambda asked: Said(), dialect=dialect, serving=Serving(window=4096, slots=3)) as server:
        with urllib.request.urlopen(server.root + path, timeout=10) as response:
            told = json.dumps(json.load(response))
        with pytest.raises(urllib.error.HTTPError) as error:
            urllib.request.urlopen(server.root + "/nowhere", timeout=10)
    assert error.value.code == 404
    assert "4096" in told or dialect is OPENAI
    assert server.looked_at == [path, "/nowhere"]


def test_a_server_with_two_slots_works_on_two_at_once() -> None:
    async def many(url: str) -> None:
        litellm = load_litellm()
        ask = [{"role": "user", "content": "Go on."}]
        calls = (litellm.acompletion("hosted_vllm/some", ask, base_url=url, api_key="none", max_retries=0) for _ in range(8))
        await asyncio.gather(*calls)

    with Provider(lambda asked: Said(delay=0.05, usage=Usage()), serving=Serving(slots=2)) as server:
        asyncio.run(many(server.url))
    assert (len(server.asked), server.most_at_once) == (8, 2)
