"""The embedded models over HTTP: OpenAI's form, for answers and for errors."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest

from nlevolve.offline.server import NAMES, serving
from nlevolve.offline.version import version
from tests.offline import prompts

PAIRS = [(((1, 0), (2, 3)), ((0, 1), (3, 2)))]
WRITE = prompts.write(PAIRS, [((5, 6),)])


def over_http(talk: Callable[[aiohttp.ClientSession, str], Awaitable[Any]]) -> Any:
    async def whole() -> Any:
        async with serving() as url, aiohttp.ClientSession() as session:
            return await talk(session, url)

    return asyncio.run(whole())


def post(body: Any, **headers: str) -> tuple[int, Any]:
    async def talk(session: aiohttp.ClientSession, url: str) -> tuple[int, Any]:
        data = body if isinstance(body, str | bytes) else json.dumps(body)
        async with session.post(f"{url}/chat/completions", data=data, headers=headers) as response:
            return response.status, await response.json()

    found: tuple[int, Any] = over_http(talk)
    return found


def test_a_completion_has_openais_form_and_usage() -> None:
    status, reply = post({"model": "generator", "messages": WRITE, "response_format": {"type": "json_object"}, "seed": 1})
    assert status == 200
    assert json.loads(reply["choices"][0]["message"]["content"])["bullets"]
    assert reply["choices"][0]["finish_reason"] == "stop"
    assert reply["system_fingerprint"] == version()
    assert reply["usage"]["total_tokens"] == reply["usage"]["prompt_tokens"] + reply["usage"]["completion_tokens"] > 100


def test_the_same_question_has_the_same_reply() -> None:
    asked = {"model": "generator-weak", "messages": WRITE, "seed": 3}
    assert post(asked) == post(asked)


def test_the_models_are_listed() -> None:
    async def talk(session: aiohttp.ClientSession, url: str) -> Any:
        async with session.get(f"{url}/models") as response:
            return await response.json()

    assert [model["id"] for model in over_http(talk)["data"]] == list(NAMES)


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ("{", 400, "not JSON"),
        ([], 400, "not a JSON object"),
        ({"model": "gpt-9", "messages": []}, 404, "does not exist"),
        ({"model": "checker", "messages": "hello"}, 400, "messages"),
        ({"model": "checker", "messages": [], "seed": "x"}, 400, "seed"),
    ],
)
def test_errors_have_openais_form(body: Any, status: int, said: str) -> None:
    got, reply = post(body)
    assert got == status
    assert said in reply["error"]["message"]
    assert reply["error"]["type"] == "invalid_request_error"


def test_a_stream_says_what_a_whole_reply_says() -> None:
    asked = {"model": "checker", "messages": [{"role": "user", "content": "hello"}]}
    _, whole = post(asked)

    async def talk(session: aiohttp.ClientSession, url: str) -> str:
        async with session.post(f"{url}/chat/completions", json={**asked, "stream": True}) as response:
            assert response.content_type == "text/event-stream"
            return await response.text()

    *chunks, done = [line.removeprefix("data: ") for line in over_http(talk).split("\n\n") if line]
    said, ended, took = map(json.loads, chunks)
    assert done == "[DONE]"
    assert said["choices"][0]["delta"]["content"] == whole["choices"][0]["message"]["content"]
    assert ended["choices"][0]["finish_reason"] == "stop"
    assert took["usage"] == whole["usage"]
    assert said["id"] == whole["id"]


def test_an_unknown_path_is_an_error_of_the_same_form() -> None:
    async def talk(session: aiohttp.ClientSession, url: str) -> Any:
        async with session.get(f"{url}/nothing") as response:
            return response.status, await response.json()

    status, reply = over_http(talk)
    assert status == 404
    assert "Not Found" in reply["error"]["message"]


GOOD = {"model": "generator", "messages": WRITE, "response_format": {"type": "json_object"}}


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"model": ' * 5_000,
        b"\xff\xfe{}",
        json.dumps(GOOD).encode("latin-1") + b"\xe9",
        json.dumps(GOOD | {"seed": "@"}).replace('"@"', "9" * 5_000).encode(),
        *({**GOOD, "seed": seed} for seed in (1.5, True, "7", [], 2**70, float("nan"), float("inf"))),
        {**GOOD, "response_format": {"type": "json_schema", "json_schema": {"schema": 7}}},
    ],
    ids=lambda body: str(body)[:30],
)
def test_what_cannot_be_read_is_answered_with_400(body: Any) -> None:
    status, reply = post(body)
    assert status == 400
    assert reply["error"]["type"] == "invalid_request_error"


def test_a_body_that_is_too_large_is_refused() -> None:
    assert post(b" " * (33 * 2**20))[0] == 413


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8000", "localhost.evil.example", "127.0.0.1.evil", "", "[::1"])
def test_a_page_whose_name_points_here_reads_nothing(host: str) -> None:
    status, reply = post(GOOD, Host=host)
    assert status in (400, 403)
    assert "choices" not in reply


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost.evil.example"])
def test_a_page_from_elsewhere_has_nothing_worked_out(origin: str) -> None:
    status, reply = post(GOOD, Origin=origin)
    assert status == 403
    assert "choices" not in reply
    assert post(GOOD, Origin="http://localhost:3000")[0] == 200


@pytest.mark.parametrize("host", ["localhost:9999", "127.0.0.1", "[::1]:80"])
def test_this_machine_is_answered(host: str) -> None:
    assert post(GOOD, Host=host)[0] == 200
