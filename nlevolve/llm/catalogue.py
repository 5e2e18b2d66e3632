"""What is known of a model before it is called: provider, keys, price and where that is from, window, what it takes."""

from __future__ import annotations

import contextlib
import difflib
import io
import os
import re
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from pathlib import Path
from types import FunctionType, SimpleNamespace
from typing import Any

from pydantic import BaseModel, ConfigDict

from nlevolve.errors import UsageError
from nlevolve.llm.settings import RoleSettings
from nlevolve.records import Usage

EMBEDDED = "offline"
"""The provider of the embedded models."""
OFFLINE = f"{EMBEDDED}/"
TOLD_WHOLE = ("openai", "anthropic", "gemini")
"""Providers of which litellm's table knows which models think; of others it leaves some out (grok-4, deepseek-chat)."""
LOGGED_IN = {
    "github_copilot": ("GITHUB_COPILOT_TOKEN_DIR", "GITHUB_COPILOT_ACCESS_TOKEN_FILE", "access-token"),
    "chatgpt": ("CHATGPT_TOKEN_DIR", "CHATGPT_AUTH_FILE", "auth.json"),
}
"""Providers for which litellm logs in, for minutes, as soon as it is asked what it knows of them -> where it keeps what it got
then: the variables for its folder and its file, and the file's usual name."""
LISTED = "litellm"
"""How the source of a price begins that is from litellm's table."""


class Price(BaseModel):
    """USD per million tokens."""

    model_config = ConfigDict(frozen=True)

    prompt: float
    completion: float
    cached: float | None = None
    """For prompt tokens read from the provider's prompt cache; None: as any other."""
    written: float | None = None
    """For prompt tokens written to it; None: as any other."""
    source: str
    """Where the price is from: the settings, a prices.toml, litellm's table of a version, the embedded models."""

    def cost(self, usage: Usage, written: int = 0) -> float:
        """USD for these tokens; `written` of the prompt were put into the provider's prompt cache."""
        cached = self.prompt if self.cached is None else self.cached
        write = self.prompt if self.written is None else self.written
        plain = usage.prompt - usage.prompt_cached - written
        return (plain * self.prompt + usage.prompt_cached * cached + written * write + usage.completion * self.completion) / 1e6


class ModelCard(BaseModel):
    """One model, as it can be reached from here."""

    model_config = ConfigDict(frozen=True)

    model: str
    provider: str
    price: Price | None = None
    context: int | None = None
    """Tokens that fit into a request, where known."""
    longest_reply: int | None = None
    """Tokens that a reply may have, where known."""
    takes_schema: bool | None = None
    takes_images: bool | None = None
    thinks: bool | None = None
    """Whether it can think before it answers, where known."""
    efforts: tuple[str, ...] = ()
    """Efforts that it takes beside low, medium and high."""
    adaptive: bool = False
    """Whether it is told an effort where others of its provider are told a number of tokens."""
    rests: bool = False
    """Whether it can think, but does not unless it is told to."""
    marks_cache: bool = False
    """Whether the provider's prompt cache wants its places marked in the messages."""
    deterministic: bool = False
    """Whether the same request always gets the same reply, so that asking anew is idle."""
    keys: tuple[str, ...] = ()
    """Environment variables that its key is read from."""
    one_is_enough: bool = False
    """Whether any one of them will do."""

    @property
    def missing(self) -> tuple[str, ...]:
        """Those of them that would have to be set."""
        missing = tuple(name for name in self.keys if not os.environ.get(name))
        return () if self.one_is_enough and len(missing) < len(self.keys) else missing


def embedded_card(model: str) -> ModelCard:
    """The card of a model that runs inside this program."""
    free = Price(prompt=0.0, completion=0.0, source="embedded, free")
    takes = {"takes_schema": True, "takes_images": False, "thinks": False}
    return ModelCard(model=model, provider=EMBEDDED, price=free, deterministic=True, **takes)


def price_of(settings: RoleSettings, card: ModelCard | None) -> Price | None:
    """The role's own price if it sets one, else the model's; None when neither is known."""
    if settings.price_in is not None and settings.price_out is not None:
        return Price(prompt=settings.price_in, completion=settings.price_out, cached=settings.price_cached, source="settings")
    return card.price if card else None


def listed_card(litellm: Any, model: str, base_url: str | None) -> ModelCard:
    """The card of a model. Raises UsageError when litellm knows no provider for it, or would log in to it."""
    _require_login(model)
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
        thinks=True if entry.get("supports_reasoning") else False if entry and provider in TOLD_WHOLE else None,
        efforts=tuple(name for name in ("none", "minimal", "xhigh", "max") if entry.get(f"supports_{name}_reasoning_effort")),
        adaptive=bool(entry.get("supports_adaptive_thinking")),
        rests=entry.get("default_reasoning_effort") == "none",
        marks_cache=bool(entry.get("cache_creation_input_token_cost")),
        keys=keys,
        one_is_enough=len(keys) > 1 and all(not _keys(litellm, model, base_url, {key: "set"}) for key in keys),
    )


def _require_login(model: str) -> None:
    provider = model.partition("/")[0]
    if provider not in LOGGED_IN:
        return
    folder, file, usual = LOGGED_IN[provider]
    kept = Path(os.environ.get(folder) or f"~/.config/litellm/{provider}").expanduser() / (os.environ.get(file) or usual)
    if not kept.is_file():
        raise UsageError(f"{model} wants somebody to log in, and nlevolve does not: let litellm do it first, which leaves {kept}")


def _keys(litellm: Any, model: str, base_url: str | None, environment: Mapping[str, str]) -> tuple[str, ...]:
    """The variables for keys that are missing in such an environment. Cloud credentials may also lie in files: not these."""
    asked = litellm.validate_environment
    # it looks into os.environ, and that belongs to whoever we live with: a copy of the function looks into this one instead
    elsewhere = SimpleNamespace(environ=environment, getenv=environment.get)
    asking = FunctionType(asked.__code__, {**asked.__globals__, "os": elsewhere}, argdefs=asked.__defaults__)
    missing = asking(model, api_base=base_url)["missing_keys"]
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
