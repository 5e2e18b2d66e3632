"""What makes one server of a wire different from another: what it refuses and in which words, what it tells of itself."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from nlevolve.records import Usage
from tests.server.said import Asked, Json, Said

CHARACTERS_A_TOKEN = 3
"""About right for prose and digits mixed; every dialect counts so."""


@dataclass(frozen=True)
class Serving:
    """What is served, and how much of it."""

    model: str = "some"
    window: int = 1_000_000
    """Tokens of prompt and reply."""
    longest: int = 64_000
    """Tokens of a reply."""
    slots: int | None = None
    """Requests that are worked on at once; the others wait. None: all."""


def _refuses_nothing(asked: Asked, serving: Serving) -> Said | None:
    return None


def _tells_nothing(serving: Serving) -> Mapping[str, Any]:
    return {}


def _sees_all(asked: Asked, serving: Serving) -> Asked:
    return asked


def _undressed(body: Json, asked: Asked, said: Said) -> Json:
    return body


@dataclass(frozen=True)
class Dialect:
    """One kind of server."""

    name: str
    refuses: Callable[[Asked, Serving], Said | None] = _refuses_nothing
    """Its answer to a request that it turns away before a model sees it; None: it lets it through."""
    fails: Mapping[str, Callable[[], Said]] = field(default_factory=dict)
    """Its other failures by name, for scripts: `VLLM.fails["no key"]()`."""
    tells: Callable[[Serving], Mapping[str, Any]] = _tells_nothing
    """Path -> what a GET gives."""
    sees: Callable[[Asked, Serving], Asked] = _sees_all
    """What of a request comes to the model."""
    dresses: Callable[[Json, Asked, Said], Json] = _undressed
    """The body of a reply as this server sends it."""
    lost: Said = field(default_factory=lambda: Said("Not Found", status=404))
    """What an address that it does not have says."""


PLAIN = Dialect("plain")


def failing(status: int, body: Json | str, **headers: str) -> Said:
    """This status with this very body; header names with `_` for `-`."""
    raw = body if isinstance(body, str) else json.dumps(body)
    return Said(status=status, raw=raw.encode(), headers={name.replace("_", "-"): value for name, value in headers.items()})


def tokens(text: str) -> int:
    return -(-len(text) // CHARACTERS_A_TOKEN)


def prompt_tokens(asked: Asked) -> int:
    """Tokens of the messages, by the dialects' rule."""
    return sum(tokens(text) for text in asked.texts)


def room_asked(body: Json) -> int | None:
    """Tokens of reply that a request allows, wherever its wire says so."""
    google = body.get("generationConfig") or body.get("generation_config") or {}
    named = (
        body.get("max_tokens"),
        body.get("max_completion_tokens"),
        (body.get("options") or {}).get("num_predict"),
        google.get("maxOutputTokens") or google.get("max_output_tokens"),
    )
    return next((limit for limit in named if limit is not None), None)


def counted(said: Said, asked: Asked) -> Said:
    """The reply with usage by the dialects' rule, cut where the request's limit cuts it."""
    if said.usage is None or said.status != 200 or said.raw is not None:
        return said
    thought, text, room = tokens(said.reasoning), said.text or "", room_asked(asked.body)
    if room is not None and room >= 0 and thought + tokens(text) > room:
        left = max(0, room - thought)
        said = replace(said, text=text[: left * CHARACTERS_A_TOKEN], finish="length")
        thought, text = min(thought, room), said.text or ""
    usage = Usage(prompt=prompt_tokens(asked), completion=thought + tokens(text), reasoning=thought)
    return replace(said, usage=usage)
