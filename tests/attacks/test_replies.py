"""Replies without end and larger than anybody wants, and servers that send requests elsewhere, by four routes of litellm."""

from __future__ import annotations

import asyncio
import gzip
import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from nlevolve.llm.preflight import check_models
from nlevolve.llm.request import NoReply, Reply, Request, TooLarge
from nlevolve.llm.stack import OpenStack
from tests.attacks.raw import Write, head, raw
from tests.llm.asking import request

ROUTES = {
    "openai/some": "/v1",
    "hosted_vllm/some": "/v1",
    "anthropic/claude-sonnet-4-5": "",
    "gemini/gemini-2.5-flash": "/v1beta",
}
LIMIT = 50_000
SECRET = "sk-0123456789-for-this-server-only"
SOCKETS = 10_000_000
"""Bytes that may lie in buffers of the system when a reader stops."""


@pytest.fixture(autouse=True)
def _keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "HOSTED_VLLM_API_KEY", "ANTHROPIC_API_KEY", "GEMINI_API_KEY", "GATEWAY_PASS"):
        monkeypatch.setenv(name, SECRET)


@pytest.fixture(params=ROUTES)
def model(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def asked(model: str, root: str, **settings: Any) -> Request:
    headers = {"x-gateway": "env:GATEWAY_PASS"}
    return request("hello", model=model, base_url=root + ROUTES[model], retries=0, extra_headers=headers, **settings)


def ask(folder: Path, one: Request) -> Reply | NoReply:
    """The reply, or why there is none, through the whole stack."""

    async def run() -> Reply:
        cards = check_models([one.settings])
        async with OpenStack(emit=lambda event: None, cards=cards, cache_dir=folder / "bank") as stack:
            return await stack(one)

    try:
        return asyncio.run(run())
    except NoReply as failure:
        return failure


def noise() -> Iterator[str]:
    return (f"{n * 7919 % 99991} words and no end, " for n in itertools.count())


def whole(_: str) -> Iterator[bytes]:
    """A JSON body that never comes to its end."""
    yield head("application/json")
    yield b'{"choices": [{"message": {"role": "assistant", "content": "'
    yield from (words.encode() for words in noise())


def one_event(_: str) -> Iterator[bytes]:
    """A stream whose first event never ends."""
    yield head("text/event-stream")
    yield from (b"data: " + words.encode() + b"\n" for words in noise())


def packed(_: str) -> Iterator[bytes]:
    """A gigabyte in a megabyte."""
    yield head("application/json", Content_Encoding="gzip")
    yield gzip.compress(b" " * 2**26) * 16


def oddly_packed(_: str) -> Iterator[bytes]:
    yield head("application/json", Content_Encoding="br")
    yield b"\x0b\x02\x80hello\x03"


def announced(_: str) -> Iterator[bytes]:
    yield head("application/json", Content_Length=str(10**12))
    yield from (words.encode() for words in noise())


def error(_: str) -> Iterator[bytes]:
    yield head("application/json", "500 Oops")
    yield b'{"error": {"message": "'
    yield from (words.encode() for words in noise())


def chunks(text: Iterator[str]) -> Iterator[bytes]:
    for words in text:
        delta = {"id": "x", "object": "chat.completion.chunk", "created": 0, "model": "some"}
        told = {**delta, "choices": [{"index": 0, "delta": {"role": "assistant", "content": words}, "finish_reason": None}]}
        yield f"data: {json.dumps(told)}\n\n".encode()


def events(_: str) -> Iterator[bytes]:
    """A stream of good events without end, never the same."""
    yield head("text/event-stream")
    yield from chunks(noise())


@pytest.mark.parametrize("write", [whole, one_event, packed, announced])
def test_a_body_without_end_is_given_up_at_the_limit(write: Write, model: str, tmp_path: Path) -> None:
    with raw(write) as server:
        failure = ask(tmp_path, asked(model, server.root, largest_reply=LIMIT))
    assert isinstance(failure, TooLarge), failure
    assert str(failure) == "its reply is larger than 50,000 bytes"
    assert server.sent < SOCKETS
    assert len(server.heads) <= 3  # what asks for a list of models included


def test_an_error_without_end_is_heard_as_far_as_the_limit(model: str, tmp_path: Path) -> None:
    with raw(error) as server:
        failure = ask(tmp_path, asked(model, server.root, largest_reply=LIMIT))
    assert isinstance(failure, NoReply)
    assert len(str(failure)) < 400
    assert server.sent < SOCKETS


@pytest.mark.parametrize("model", ["openai/some", "hosted_vllm/some"])
def test_a_stream_without_end_is_given_up_at_the_limit(model: str, tmp_path: Path) -> None:
    with raw(events) as server:
        failure = ask(tmp_path, asked(model, server.root, largest_reply=LIMIT, max_tokens=10**6))
    assert isinstance(failure, TooLarge), failure
    assert server.sent < SOCKETS


def test_two_megabytes_are_the_limit_that_nobody_set(tmp_path: Path) -> None:
    with raw(whole) as server:
        failure = ask(tmp_path, asked("openai/some", server.root))
    assert str(failure) == "its reply is larger than 2,000,000 bytes"


def test_a_reply_packed_in_a_way_that_was_not_asked_for_is_refused(model: str, tmp_path: Path) -> None:
    with raw(oddly_packed) as server:
        failure = ask(tmp_path, asked(model, server.root))
    assert isinstance(failure, NoReply)
    assert "encoded as br" in str(failure)


def test_a_packed_reply_is_read(tmp_path: Path) -> None:
    body = {"id": "x", "object": "chat.completion", "created": 0, "model": "some"}
    body["choices"] = [{"index": 0, "message": {"role": "assistant", "content": "hello there"}, "finish_reason": "stop"}]

    def answer(_: str) -> Iterator[bytes]:
        yield head("application/json", Content_Encoding="gzip") + gzip.compress(json.dumps(body).encode())

    with raw(answer) as server:
        reply = ask(tmp_path, asked("openai/some", server.root, stream=False))
    assert isinstance(reply, Reply), reply
    assert reply.text == "hello there"


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect"])
def test_a_redirect_to_another_address_is_not_followed(status: str, model: str, tmp_path: Path) -> None:
    with raw(whole) as elsewhere:

        def away(_: str) -> Iterator[bytes]:
            yield head("text/plain", status, Location=f"{elsewhere.root}/v1/chat/completions", Content_Length="0")

        with raw(away) as server:
            failure = ask(tmp_path, asked(model, server.root))
    assert elsewhere.heads == []
    assert any(SECRET in one for one in server.heads)
    assert isinstance(failure, NoReply)
    assert f"sends requests on to {elsewhere.root}" in str(failure)


def test_a_redirect_at_the_same_address_is_followed(tmp_path: Path) -> None:
    def on(asked: str) -> Iterator[bytes]:
        if "/moved/" in asked:
            yield from itertools.chain([head("text/event-stream")], chunks(iter(["here I am"])), [b"data: [DONE]\n\n"])
        else:
            yield head("text/plain", "307 Temporary Redirect", Location="/moved/v1/chat/completions", Content_Length="0")

    with raw(on) as server:
        reply = ask(tmp_path, asked("hosted_vllm/some", server.root))
    assert isinstance(reply, Reply), reply
    assert reply.text == "here I am"
