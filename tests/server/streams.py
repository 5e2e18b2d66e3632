"""A whole reply's body as the pieces of a stream, in the form of its wire; and as the bytes of a plain body in pieces.

OpenAI: server-sent `chat.completion.chunk`s and `[DONE]`. Anthropic: named events from message_start to message_stop. Gemini:
`streamGenerateContent?alt=sse`. Ollama: a JSON object a line. (Each as the provider's streaming reference shows it.)
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from tests.server.said import Json

CONTENT_TYPES = {"ollama": "application/x-ndjson"}
"""Else `text/event-stream`."""


@dataclass(frozen=True)
class Pieces:
    """Bytes in the order in which they go out; `again` is what an endless reply repeats after the middle one."""

    before: list[bytes]
    again: list[bytes]
    after: list[bytes]

    @property
    def whole(self) -> list[bytes]:
        return [*self.before, *self.again, *self.after]


def stream(wire: str, body: Json) -> Pieces:
    """The body as a stream of its wire. An Anthropic or Gemini body must hold text."""
    return _STREAMS[wire](body)


def plain(body: Json, text: str) -> Pieces:
    """The body as one JSON document, parted before and after its text."""
    whole, said = json.dumps(body), json.dumps(text)[1:-1]
    start = whole.find(said) if said else -1
    if start < 0:
        start, said = len(whole) // 2, " "
        return Pieces([whole[:start].encode()], [], [whole[start:].encode()])
    rest = whole[start + len(said) :]
    return Pieces([whole[:start].encode()], _in_two(said), [rest.encode()])


def _in_two(text: str) -> list[bytes]:
    # not inside an escape
    middle = next((i for i in range(len(text) // 2, len(text)) if text[i].isalnum() and text[i - 1] == " "), len(text))
    return [part.encode() for part in (text[:middle], text[middle:]) if part]


def _words(text: str | None) -> list[str]:
    """A few characters at a time, as tokens come."""
    return re.findall(r"\s*\S{1,6}|\s+", text or "")


def _event(value: Json, name: str = "") -> bytes:
    return (f"event: {name}\n" if name else "").encode() + f"data: {json.dumps(value)}\n\n".encode()


def _openai(body: Json) -> Pieces:
    choice = body["choices"][0]
    message = choice["message"]
    common = {"id": body["id"], "object": "chat.completion.chunk", "created": body["created"], "model": body["model"]}

    def chunk(delta: Json, finish: str | None = None) -> bytes:
        return _event({**common, "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})

    thought = next((name for name in ("reasoning_content", "reasoning") if message.get(name)), "reasoning_content")
    before = [chunk({"role": "assistant", "content": ""})]
    before += [chunk({thought: word}) for word in _words(message.get(thought))]
    before += [chunk({"refusal": word}) for word in _words(message.get("refusal"))]
    said = message["content"]
    words: list[Any] = (
        [[{**part, "text": word}] for part in said for word in _words(part["text"])] if isinstance(said, list) else []
    )
    words = words or list(_words(json.dumps(said) if isinstance(said, dict) else said))
    after = [chunk({}, choice["finish_reason"])]
    if "usage" in body:
        after.append(_event({**common, "choices": [], "usage": body["usage"]}))
    return Pieces(before, [chunk({"content": word}) for word in words], [*after, b"data: [DONE]\n\n"])


def _anthropic(body: Json) -> Pieces:
    usage = body.get("usage", {})
    head = {**body, "content": [], "stop_reason": None, "usage": {**usage, "output_tokens": 1}}
    before = [_event({"type": "message_start", "message": head}, "message_start"), _event({"type": "ping"}, "ping")]
    *first, last = [list(_block(number, block)) for number, block in enumerate(body["content"])] or [[]]
    ending = {"type": "message_delta", "delta": {"stop_reason": body["stop_reason"]}, "usage": usage}
    after = [*last[-1:], _event(ending, "message_delta"), _event({"type": "message_stop"}, "message_stop")]
    return Pieces([*before, *(event for block in first for event in block), *last[:1]], last[1:-1], after)


def _block(number: int, block: Json) -> Iterator[bytes]:
    kind = block["type"]
    empty = {"text": {"text": ""}, "thinking": {"thinking": "", "signature": ""}, "tool_use": {**block, "input": {}}}[kind]
    start = {"type": "content_block_start", "index": number, "content_block": {"type": kind, **empty}}
    yield _event(start, "content_block_start")
    named = {"text": ("text_delta", "text"), "thinking": ("thinking_delta", "thinking")}
    delta, field = named.get(kind, ("input_json_delta", "partial_json"))
    for word in _words(block.get(field) or json.dumps(block.get("input", {}))):
        value = {"type": "content_block_delta", "index": number, "delta": {"type": delta, field: word}}
        yield _event(value, "content_block_delta")
    yield _event({"type": "content_block_stop", "index": number}, "content_block_stop")


def _gemini(body: Json) -> Pieces:
    candidate = body["candidates"][0]

    def chunk(part: Json) -> bytes:
        return _event({**body, "candidates": [{"index": 0, "content": {"role": "model", "parts": [part]}}]})

    parts = candidate["content"].get("parts", [])
    pieces = [chunk({**part, "text": word}) for part in parts for word in _words(part["text"])]
    last = _event({**body, "candidates": [{**candidate, "content": {"role": "model", "parts": [{"text": ""}]}}]})
    return Pieces([], pieces, [last])


def _ollama(body: Json) -> Pieces:
    common = {"model": body["model"], "created_at": body["created_at"]}

    def line(message: Json) -> bytes:
        return json.dumps({**common, "message": {"role": "assistant", **message}, "done": False}).encode() + b"\n"

    message = body["message"]
    before = [line({"content": "", "thinking": word}) for word in _words(message.get("thinking"))]
    last = json.dumps({**body, "message": {"role": "assistant", "content": ""}}).encode() + b"\n"
    return Pieces(before, [line({"content": word}) for word in _words(message["content"])], [last])


_STREAMS: dict[str, Callable[[Json], Pieces]] = {
    "openai": _openai,
    "anthropic": _anthropic,
    "gemini": _gemini,
    "ollama": _ollama,
}
