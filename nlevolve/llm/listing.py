"""What litellm's tables say of a model: provider, keys, price, window, abilities."""

from __future__ import annotations

import contextlib
import difflib
import io
import os
import re
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from typing import Any
from unittest import mock

from nlevolve.errors import UsageError
from nlevolve.llm.cards import ModelCard, Price

LISTED = "litellm"
"""How the source of a listed price begins."""


def listed_card(litellm: Any, model: str, base_url: str | None) -> ModelCard:
    """The card of a model. Raises UsageError when litellm knows no provider for it."""
    try:
        with contextlib.redirect_stdout(io.StringIO()):  # it prints an advertisement
            name, provider, _, _ = litellm.get_llm_provider(model, api_base=base_url)
    except litellm.exceptions.BadRequestError:
        known = [*litellm.model_list, *(f"{getattr(p, 'value', p)}/{model.split('/')[-1]}" for p in litellm.provider_list)]
        raise UsageError(
            f"no provider is known for the model {model!r}; nearest: {', '.join(nearest(model, known)) or 'none'} "
            "(a server of your own: openai/NAME with base_url)"
        ) from None
    entry = _entry(litellm, model, name, provider)
    keys = _keys(litellm, model, base_url, {})
    return ModelCard(
        model=model,
        provider=provider,
        price=_price(entry),
        context=entry.get("max_input_tokens"),
        longest_reply=entry.get("max_output_tokens"),
        takes_schema=entry.get("supports_response_schema"),
        takes_images=entry.get("supports_vision"),
        marks_cache=bool(entry.get("cache_creation_input_token_cost")),
        keys=keys,
        one_is_enough=len(keys) > 1 and all(not _keys(litellm, model, base_url, {key: "set"}) for key in keys),
    )


def _keys(litellm: Any, model: str, base_url: str | None, environment: dict[str, str]) -> tuple[str, ...]:
    """The variables for keys that are missing in such an environment. Cloud credentials may also lie in files: not these."""
    with mock.patch.dict(os.environ, environment, clear=True):
        missing = litellm.validate_environment(model, api_base=base_url)["missing_keys"]
    return tuple(name for name in missing if re.search(r"(_API_KEY|_TOKEN)$", name))


def _entry(litellm: Any, model: str, name: str, provider: str) -> Mapping[str, Any]:
    """The table's row for this model with this provider; empty when there is none."""
    for key in (model, f"{provider}/{name}", name):
        entry: Mapping[str, Any] | None = litellm.model_cost.get(key)
        if entry and entry.get("litellm_provider", provider) == provider:
            return entry
    return {}


def _price(entry: Mapping[str, Any]) -> Price | None:
    prompt, completion = entry.get("input_cost_per_token"), entry.get("output_cost_per_token")
    if prompt is None or completion is None:
        return None
    cached, written = entry.get("cache_read_input_token_cost"), entry.get("cache_creation_input_token_cost")
    return Price(
        prompt=round(prompt * 1e6, 6),
        completion=round(completion * 1e6, 6),
        cached=None if cached is None else round(cached * 1e6, 6),
        written=round(written * 1e6, 6) if written else None,
        source=f"{LISTED} {version('litellm')}",
    )


def nearest(name: str, known: Iterable[str]) -> list[str]:
    """Up to three known names most like this one."""
    return difflib.get_close_matches(name, list(known), n=3, cutoff=0.5)
