"""litellm, as a translator only: one request becomes one provider call. The only module that imports litellm."""

from __future__ import annotations

import asyncio
import difflib
import os
import time
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from importlib.metadata import version
from typing import Any, Protocol

from nlevolve.errors import UsageError
from nlevolve.llm.cards import OFFLINE, ModelCard, Price, price_of
from nlevolve.llm.failures import failure
from nlevolve.llm.keys import from_environment, scrubbed
from nlevolve.llm.request import CallFailed, Finish, Rejected, Reply, Request, TimedOut
from nlevolve.llm.wire import chat, response_format
from nlevolve.records import Usage

QUIET = {
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    "LITELLM_LOCAL_ANTHROPIC_BETA_HEADERS": "True",
    "LITELLM_MODE": "PRODUCTION",
    "LITELLM_LOG": "ERROR",
}
"""No remote price list, no remote header list, no `.env` of its own, no chatter."""


class Completion(Protocol):
    """What an embedded model answers."""

    text: str
    prompt_tokens: int
    completion_tokens: int


Embedded = Callable[[str, list[dict[str, Any]], int, dict[str, Any] | None], Awaitable[Completion]]
"""offline.provider.complete: (model without its provider, messages, seed, schema) -> what it says."""


def load_litellm() -> Any:
    """Import litellm, silent and without its remote fetches (about two seconds: never at import, never on the loop)."""
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    import litellm

    litellm.suppress_debug_info = True
    litellm.drop_params = False
    return litellm


class Client:
    """The innermost LLM: no retries, no cache, no limits. Raises CallFailed."""

    def __init__(self, cards: Mapping[str, ModelCard], embedded: Embedded | None = None) -> None:
        self._cards = cards
        self._embedded = embedded
        self._library: asyncio.Future[Any] | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="litellm-import")

    async def __call__(self, request: Request) -> Reply:
        litellm = await self._litellm()
        arguments = self._arguments(request)
        started = time.monotonic()
        try:
            # litellm's own timeout is not enforced for every provider
            async with asyncio.timeout(request.settings.timeout):
                response = await litellm.acompletion(**arguments)
        except TimeoutError:
            raise TimedOut(f"no reply within {request.settings.timeout:g} s") from None
        except Exception as error:
            raise _failure(error, request) from None
        return self._reply(request, response, time.monotonic() - started)

    async def close(self) -> None:
        self._thread.shutdown(wait=False)
        if self._library is not None and self._library.done() and not self._library.exception():
            await self._library.result().close_litellm_async_clients()

    async def _litellm(self) -> Any:
        if self._library is None:
            self._library = asyncio.get_running_loop().run_in_executor(self._thread, self._load)
        return await asyncio.shield(self._library)

    def _load(self) -> Any:
        litellm = load_litellm()
        if any(card.provider == "offline" for card in self._cards.values()):
            _register_embedded(litellm, self._embedded or _embedded())
        return litellm

    def _arguments(self, request: Request) -> dict[str, Any]:
        settings = request.settings
        card = self._cards.get(request.model)
        thinking = {"type": "enabled", "budget_tokens": settings.thinking_budget} if settings.thinking_budget else None
        optional = {
            "temperature": settings.temperature,
            "top_p": settings.top_p,
            "max_tokens": settings.max_tokens,
            "reasoning_effort": settings.reasoning_effort,
            "thinking": thinking,
            "base_url": settings.base_url,
            "response_format": response_format(request.reply_schema),
            "extra_headers": {name: from_environment(value) for name, value in settings.extra_headers.items()} or None,
            "seed": request.sample if card and card.deterministic else None,
        }
        return {
            "model": request.model,
            "messages": chat(request.messages, mark_stable=bool(card and card.marks_cache)),
            "timeout": settings.timeout,
            "max_retries": 0,
            "no-log": True,
            **{name: value for name, value in optional.items() if value is not None},
        }

    def _reply(self, request: Request, response: Any, seconds: float) -> Reply:
        choice = response.choices[0]
        usage = _usage(response)
        return Reply(
            text=choice.message.content or "",
            finish=_finish(choice),
            reasoning=getattr(choice.message, "reasoning_content", None) or "",
            usage=usage,
            cost_usd=_cost(price_of(request.settings, self._cards.get(request.model)), usage, response),
            seconds=round(seconds, 3),
        )


def _finish(choice: Any) -> Finish:
    if choice.finish_reason == "length":
        return "length"
    if choice.finish_reason == "content_filter":
        return "filtered"
    if choice.message.content:
        return "stop"
    return "refused" if (choice.message.get("provider_specific_fields") or {}).get("refusal") else "empty"


def _usage(response: Any) -> Usage:
    used = getattr(response, "usage", None)
    if used is None:
        return Usage()
    thought = getattr(used.completion_tokens_details, "reasoning_tokens", None) or 0
    cached = getattr(used.prompt_tokens_details, "cached_tokens", None) or 0
    return Usage(prompt=used.prompt_tokens or 0, prompt_cached=cached, completion=used.completion_tokens or 0, reasoning=thought)


def _cost(price: Price | None, usage: Usage, response: Any) -> float | None:
    if price is None:
        return None
    written = getattr(getattr(response, "usage", None), "cache_creation_input_tokens", None) or 0
    return price.cost(usage, written)


def _failure(error: Exception, request: Request) -> CallFailed:
    status = getattr(error, "status_code", None)
    headers = {name: from_environment(value) for name, value in request.settings.extra_headers.items()}
    message = scrubbed(" ".join(str(error).split()), tuple(headers.values()))[:300]
    if not isinstance(status, int):
        return Rejected(f"{type(error).__name__}: {message}")
    body = getattr(error, "body", None)
    code = str(body.get("code") or body.get("type") or "") if isinstance(body, dict) else ""
    return failure(status, code, message, getattr(error, "litellm_response_headers", None) or {})


def _embedded() -> Embedded:
    complete: Embedded = import_module("nlevolve.offline.provider").complete
    return complete


def _register_embedded(litellm: Any, complete: Embedded) -> None:
    """Make the embedded models a provider of litellm's, known by name and free, so that litellm looks nothing up."""

    class Offline(litellm.CustomLLM):  # type: ignore[misc]  # the base class is known at run time only
        async def acompletion(self, model: str, messages: list[Any], **rest: Any) -> Any:
            options, response = rest["optional_params"], rest["model_response"]
            asked = (options.get("response_format") or {}).get("json_schema") or {}
            try:
                said = await complete(model, messages, options.get("seed") or 0, asked.get("schema"))
            except Exception as error:
                # anything else would look like an outage, and be sent again
                raise litellm.llms.custom_llm.CustomLLMError(
                    status_code=422, message=f"{type(error).__name__}: {error}"
                ) from error
            response.choices[0].message.content = said.text
            response.choices[0].finish_reason = "stop"
            response.usage = litellm.Usage(prompt_tokens=said.prompt_tokens, completion_tokens=said.completion_tokens)
            return response

    litellm.custom_provider_map = [{"provider": OFFLINE.rstrip("/"), "custom_handler": Offline()}]
    litellm.utils.custom_llm_setup()


def litellm_card(model: str, base_url: str | None) -> ModelCard:
    """What litellm knows of a model. Raises UsageError when it knows no provider for it."""
    litellm = load_litellm()
    try:
        name, provider, _, _ = litellm.get_llm_provider(model, api_base=base_url)
    except litellm.exceptions.BadRequestError:
        close = difflib.get_close_matches(model, [*litellm.model_list, *(f"{p.value}/…" for p in litellm.provider_list)], n=3)
        raise UsageError(f"no provider is known for model {model!r}; nearest: {', '.join(close) or 'none'}") from None
    known = litellm.model_cost.get(model) or litellm.model_cost.get(f"{provider}/{name}") or litellm.model_cost.get(name) or {}
    missing = litellm.validate_environment(model, api_base=base_url)["missing_keys"]
    return ModelCard(
        model=model,
        provider=provider,
        price=_listed_price(known),
        context=known.get("max_input_tokens"),
        longest_reply=known.get("max_output_tokens"),
        takes_schema=known.get("supports_response_schema"),
        takes_images=known.get("supports_vision"),
        marks_cache=bool(known.get("cache_creation_input_token_cost")),
        missing=tuple(missing),
    )


def _listed_price(known: Mapping[str, Any]) -> Price | None:
    prompt, completion = known.get("input_cost_per_token"), known.get("output_cost_per_token")
    if prompt is None or completion is None:
        return None
    cached, written = known.get("cache_read_input_token_cost"), known.get("cache_creation_input_token_cost")
    return Price(
        prompt=prompt * 1e6,
        completion=completion * 1e6,
        cached=None if cached is None else cached * 1e6,
        written=None if not written else written * 1e6,
        source=f"litellm {version('litellm')}",
    )
