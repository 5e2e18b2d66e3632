"""A request in the words of the chat format that litellm translates from. Pure; knows no provider."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from nlevolve.llm.request import Message

ANY_OBJECT = {"type": "object"}
"""The schema that asks for a JSON object of no particular shape."""


def chat(messages: Iterable[Message], *, mark_stable: bool = False) -> list[dict[str, Any]]:
    """Chat messages; neighbours of one role become one, because some providers want the roles to alternate.

    With `mark_stable` the last stable part of each message carries the mark where a provider's prompt cache may end.
    """
    return [{"role": role, "content": _content(list(group), mark_stable)} for role, group in groupby(messages, lambda m: m.role)]


def _content(group: list[Message], mark_stable: bool) -> str | list[dict[str, Any]]:
    marked = mark_stable and any(message.stable for message in group)
    if not marked and not any(message.images for message in group):
        return "\n\n".join(message.text for message in group)
    parts: list[dict[str, Any]] = []
    for message in group:
        parts += [{"type": "image_url", "image_url": {"url": f"data:image/png;base64,{image}"}} for image in message.images]
        parts.append({"type": "text", "text": message.text})
        if mark_stable and message.stable:
            parts[-1]["cache_control"] = {"type": "ephemeral"}
    return parts


def response_format(schema: dict[str, Any] | None) -> dict[str, Any] | None:
    """How the reply's form is asked for: by a schema, as any JSON object, or not at all."""
    if schema is None:
        return None
    if schema == ANY_OBJECT:
        return {"type": "json_object"}
    return {"type": "json_schema", "json_schema": {"name": "reply", "schema": schema, "strict": True}}
