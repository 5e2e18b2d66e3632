"""What a server of one's own tells of itself: how much fits into a request, and how many it works on at once."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from nlevolve.llm.catalogue import EMBEDDED, ModelCard
from nlevolve.llm.endpoints import endpoint_of
from nlevolve.llm.keys import from_environment
from nlevolve.llm.request import Place
from nlevolve.llm.settings import RoleSettings

if TYPE_CHECKING:
    from aiohttp import ClientSession

LONGEST_WAIT = 2.0
"""Seconds: what is not told by then is not known."""
LARGEST_LIST = 4_000_000
"""Bytes of a list of models."""
UNASKED = ("vertex_ai", "bedrock", "azure")
"""Providers that tell nothing of the kind: of their models the table knows the window."""
OLLAMA = ("ollama", "ollama_chat")
WINDOWS = ("max_model_len", "context_length", "context_window", "max_context_length", "n_ctx")
"""Where servers write it: vLLM and SGLang, OpenRouter, Groq, LM Studio, llama.cpp."""


@dataclass(frozen=True)
class Served:
    """A model at an endpoint, in its server's own words."""

    window: int | None = None
    """Tokens of prompt and reply."""
    slots: int | None = None
    """Requests that are worked on at once."""
    offers: tuple[str, ...] = field(default=(), compare=False)
    """The models that it lists."""


async def served(roles: Iterable[RoleSettings], cards: Mapping[str, ModelCard]) -> dict[Place, Served]:
    """What the endpoints that somebody named tell of the roles' models, each in its own way.

    Never raises: of a server that is away, or tells nothing, nothing is known.
    """
    asked: dict[tuple[str, str], tuple[str, dict[str, str]]] = {}
    named: dict[Place, Place] = {}
    for settings in (one for role in roles for one in role.each):
        card = cards.get(settings.model)
        url = settings.base_url or (endpoint_of(card.provider) if card else None)
        if card and url and card.provider not in (EMBEDDED, *UNASKED):
            asked[settings.model, url] = card.provider, _headers(settings, card)
            named[settings.model, settings.base_url] = settings.model, url
    if not asked:
        return {}
    import aiohttp

    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=LONGEST_WAIT), trust_env=True) as session:
        told = await asyncio.gather(*(_ask(session, *at, *how) for at, how in asked.items()))
    known: dict[Place, Served] = {place: one for place, one in zip(asked, told, strict=True) if one != Served() or one.offers}
    # also under the place as the role names it, where the environment names the endpoint
    return known | {place: known[at] for place, at in named.items() if at in known}


def _headers(settings: RoleSettings, card: ModelCard) -> dict[str, str]:
    key = next((value for name in card.keys if (value := os.environ.get(name))), None)
    own = {name: from_environment(value) for name, value in settings.extra_headers.items()}
    return {**(_key(card.provider, key) if key else {}), **own}


def _key(provider: str, key: str) -> dict[str, str]:
    if provider == "anthropic":
        return {"x-api-key": key, "anthropic-version": "2023-06-01"}
    return {"x-goog-api-key": key} if provider == "gemini" else {"Authorization": f"Bearer {key}"}


async def _ask(session: ClientSession, model: str, url: str, provider: str, headers: Mapping[str, str]) -> Served:
    base, name = url.rstrip("/"), model.partition("/")[2]
    if provider in OLLAMA:
        shown = await _got(session, f"{base}/api/show", headers, {"model": name})
        tags = None if shown else await _got(session, f"{base}/api/tags", headers)
        return replace(understood_of_ollama(shown), offers=_names(tags, "models", "name"))
    if provider == "anthropic":
        told = await _got(session, f"{base.removesuffix('/v1')}/v1/models/{name}", headers)
        return Served(_count(_dict(told).get("max_input_tokens")))
    if provider == "gemini":
        return Served(_count(_dict(await _got(session, f"{base}/models/{name}", headers)).get("inputTokenLimit")))
    listed, props = await asyncio.gather(
        _got(session, f"{base}/models", headers), _got(session, f"{base.removesuffix('/v1')}/props", headers)
    )
    return understood(model, listed, props)


async def _got(session: ClientSession, url: str, headers: Mapping[str, str], body: Mapping[str, str] | None = None) -> Any:
    """What a GET, or a POST of a body, gives, as JSON; None for whatever goes wrong."""
    try:
        method = "GET" if body is None else "POST"
        # keys are for this server and no other
        async with session.request(method, url, headers=headers, json=body, allow_redirects=False) as response:
            told = await response.content.read(LARGEST_LIST)
            return json.loads(told) if response.status == 200 else None
    # a server may answer with anything at all, and nothing depends on it
    except Exception:
        return None


def understood(model: str, listed: Any, props: Any) -> Served:
    """What `/models` and `/props` say of a model. Pure, and for any JSON."""
    row = _row(model, listed)
    windows = [row.get(name) for name in WINDOWS] + [_dict(row.get("meta")).get("n_ctx")]
    settings, slots = _dict(_dict(props).get("default_generation_settings")), _dict(props).get("total_slots")
    # what a slot has is less than what the server has
    window = next((n for n in (settings.get("n_ctx"), *windows) if _is_count(n)), None)
    return Served(window, slots if _is_count(slots) else None, _names(listed, "data", "id"))


def understood_of_ollama(shown: Any) -> Served:
    """What `/api/show` says: the window that the model has been made for; with how much it is loaded is asked for with each
    request. Pure, and for any JSON."""
    info = _dict(_dict(shown).get("model_info"))
    return Served(next((value for key, value in info.items() if key.endswith(".context_length") and _is_count(value)), None))


def _row(model: str, listed: Any) -> dict[str, Any]:
    """The model's own row of the list, or the only one there is."""
    rows = _dict(listed).get("data")
    rows = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    names = {model, model.partition("/")[2]}
    return next((row for row in rows if row.get("id") in names), rows[0] if len(rows) == 1 else {})


def _names(listed: Any, rows: str, name: str) -> tuple[str, ...]:
    """The names in a list of models."""
    found = _dict(listed).get(rows)
    names = [row.get(name) for row in found if isinstance(row, dict)] if isinstance(found, list) else []
    return tuple(one for one in names if isinstance(one, str) and one)


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _count(value: Any) -> int | None:
    return value if _is_count(value) else None


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0
