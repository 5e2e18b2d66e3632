"""Streams that are not in the book, each seen at some server, and replies that can be read only as streams."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from nlevolve.llm.request import NoReply, ProviderDown
from nlevolve.records import Event, Noticed
from tests.llm.asking import ask_all, calls, request
from tests.llm.test_streams import TEXT, ask
from tests.server import Asked, Provider, Said
from tests.server.dialects import DIALECTS, Serving
from tests.server.http import Script
from tests.server.oddities import ODDITIES
from tests.server.routes import KEYS, ROUTES

USED = {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}


@pytest.fixture(autouse=True)
def _keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in KEYS:
        monkeypatch.setenv(name, "sk-none")


def chunk(delta: Any = None, finish: str | None = None, **more: Any) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "some", "choices": [choice], **more}


def stream(*chunks: dict[str, Any], before: bytes = b"", done: bytes = b"data: [DONE]\n\n") -> Said:
    body = before + b"".join(b"data: " + json.dumps(one).encode() + b"\n\n" for one in chunks) + done
    return Said(raw=body, headers={"content-type": "text/event-stream"})


ROLE, SAYS, END = chunk({"role": "assistant", "content": ""}), chunk({"content": TEXT}), chunk({}, "stop")
BARE = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "some"}
READ = {
    "it ends without a reason": stream(ROLE, SAYS),
    "and without an end": stream(ROLE, SAYS, done=b""),
    "comments keep it alive": stream(ROLE, SAYS, END, before=b": PROCESSING\n\n" * 40),
    "usage in a chunk without choices": stream(ROLE, SAYS, END, {**BARE, "usage": USED}),
    "whose choices are null": stream(ROLE, SAYS, END, {**BARE, "choices": None, "usage": USED}),
    "a delta that is null": stream(ROLE, chunk(None), SAYS, END),
    "a message in place of a delta": stream({**BARE, "choices": [{"message": {"content": TEXT}, "finish_reason": "stop"}]}),
    "nothing but what counts": stream({"choices": [{"delta": {"content": TEXT}}]}),
    "a reason of its own": stream(ROLE, SAYS, chunk({}, "eos")),
    "a tool that nobody offered": stream(
        ROLE,
        chunk({"tool_calls": [{"index": 0, "id": "c", "function": {"name": "reply", "arguments": TEXT[:9]}}]}),
        chunk({"tool_calls": [{"index": 0, "function": {"arguments": TEXT[9:]}}]}),
        chunk({}, "tool_calls"),
    ),
    "a function, as of old": stream(ROLE, chunk({"function_call": {"name": "f", "arguments": TEXT}}), END),
    "reasoning under its other name": stream(ROLE, chunk({"reasoning": "hm"}), SAYS, END),
}  # fmt: skip


@pytest.mark.parametrize("name", ["openai", "vllm", "openrouter"])
@pytest.mark.parametrize("odd", READ)
def test_a_stream_that_is_not_in_the_book_is_read_and_asked_for_once(odd: str, name: str) -> None:
    reply, server = ask(name, lambda asked: READ[odd])
    assert (reply.text, reply.finish) == (TEXT, "stop")
    assert reply.usage.completion == (20 if "choices" in odd else reply.usage.completion) > 0
    assert len(server.asked) == 1


@pytest.mark.parametrize("name", ["openai", "vllm", "openrouter"])
def test_how_a_stream_ended_is_known_in_the_middle_of_it(name: str) -> None:
    half = chunk({"content": "half of"})
    ends: dict[str, str] = {"content_filter": "filtered", "length": "length", "model_length": "length"}
    for said, known in ends.items():
        assert ask(name, lambda asked, said=said: stream(ROLE, half, chunk({}, said)))[0].finish == known
    assert ask(name, lambda asked: stream(ROLE, chunk({"refusal": "I cannot."}), END))[0].finish == "refused"
    with pytest.raises(ProviderDown, match="502 upstream died"):
        ask(name, lambda asked: stream(ROLE, half, chunk({}, "error", error={"message": "upstream died", "code": 502})))


UNREAD = {
    "content as a list of parts": ("openai", "vllm", "openrouter"),
    "content as an object": ("openai", "vllm"),
    "a stream in answer to a plain request": tuple(ROUTES),
    "usage missing": ("anthropic", "gemini"),
}


def through_the_stack(name: str, script: Script, folder: Path) -> tuple[list[Any], list[Event], Provider]:
    """Three replies, one after the other, for which no stream is wanted."""
    model, path = ROUTES[name]
    with Provider(script, dialect=DIALECTS[name], serving=Serving(model=model.split("/", 1)[1])) as server:
        wanted = [request(model=model, base_url=server.root + path, stream=False, sample=sample) for sample in range(3)]
        replies, events = ask_all(folder, None, *wanted, concurrency=1)
    return replies, events, server


@pytest.mark.filterwarnings("ignore:Pydantic serializer warnings:UserWarning")  # litellm's types
@pytest.mark.parametrize(("oddity", "name"), [(oddity, name) for oddity, names in UNREAD.items() for name in names])
def test_what_cannot_be_read_whole_is_asked_for_as_a_stream_and_that_is_said_once(oddity: str, name: str, tmp_path: Path) -> None:
    replies, events, server = through_the_stack(name, lambda asked: ODDITIES[oddity](Said(TEXT)), tmp_path)
    assert [json.loads(reply.text) for reply in replies] == [json.loads(TEXT)] * 3
    assert len([event for event in events if isinstance(event, Noticed) and "asked for as streams" in event.text]) == 1
    assert len(server.asked) == 4 == sum(call.tries for call in calls(events))


def test_a_server_that_only_streams_is_asked_for_streams(tmp_path: Path) -> None:
    def script(asked: Asked) -> Said:
        if not asked.body.get("stream"):
            return Said("This model only support stream mode, please enable the stream parameter", status=400)
        return Said(TEXT)

    replies, events, server = through_the_stack("vllm", script, tmp_path)
    assert [reply.text for reply in replies] == [TEXT] * 3
    assert len(server.asked) == 4
    assert [event.text for event in events if isinstance(event, Noticed) and "refuses whole replies" in event.text]


def failing(said: Said, **settings: Any) -> NoReply:
    with pytest.raises(NoReply) as caught:
        ask("vllm", lambda asked: said, **settings)
    return caught.value


def test_a_page_in_place_of_a_reply_is_said() -> None:
    page = Said(raw=b"<html><title>Sign in</title></html>", headers={"content-type": "text/html"})
    for stream_wanted in (True, False):
        error = failing(page, stream=stream_wanted)
        assert isinstance(error, ProviderDown)
        assert "a web page" in str(error)
