"""The chunks of a stream in OpenAI's form, read from its lines as forgivingly as servers are careless.

litellm's own parsers for this form stop at a chunk without choices, a delta that is null, or a message where a delta belongs: a
reply that is paid for and lost.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

from nlevolve.llm.wire import OPENAI_FORM

BAD_GATEWAY = 502
MOST_KEPT = 4_000_000
"""Characters of a body that is no stream."""


class ErrorInStream(Exception):
    """The provider says in the middle of a stream what went wrong. `body` as that of any of its errors."""

    def __init__(self, body: Mapping[str, Any]) -> None:
        super().__init__(str(body))
        self.body = body
        error = body.get("error")
        code = str(error.get("code")) if isinstance(error, dict) else ""
        self.status_code = int(code) if code.isdecimal() and len(code) == 3 else BAD_GATEWAY


def forgiving(pieces: Any, provider: str) -> Any:
    """The pieces of litellm's stream by our own reading, where it holds the lines of one in OpenAI's form."""
    lines = getattr(pieces, "streaming_response", None)
    return chunks(lines) if lines is not None and provider in OPENAI_FORM else pieces


async def chunks(lines: AsyncIterator[str | bytes]) -> AsyncIterator[dict[str, Any]]:
    """The objects, in the order in which they come; a body that is no stream is its only chunk. Raises ErrorInStream."""
    rest, kept, any_data = [], 0, False
    async for line in lines:
        text = (line.decode("utf-8", "replace") if isinstance(line, bytes) else line).strip()
        if not text.startswith("data:"):
            if not any_data and kept < MOST_KEPT:
                rest.append(text)
                kept += len(text)
            continue
        any_data = True
        said = text[5:].strip()
        if said == "[DONE]":
            return
        if (chunk := _object(said)) is not None:
            yield _without_error(chunk)
    if not any_data and (body := _object("\n".join(rest))) is not None:
        yield _without_error(body)


def _without_error(chunk: dict[str, Any]) -> dict[str, Any]:
    if chunk.get("error"):
        raise ErrorInStream(chunk)
    return chunk


def _object(text: str) -> dict[str, Any] | None:
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None
