"""litellm, as a translator only: one request becomes one provider call. The only module that imports litellm."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Set
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from importlib.metadata import version
from typing import Any

from nlevolve.errors import UsageError
from nlevolve.llm.catalogue import LISTED, ModelCard, price_of
from nlevolve.llm.embedded import PROVIDER, Complete, register
from nlevolve.llm.failures import failure, nobody_there
from nlevolve.llm.gc import collected, uncollected
from nlevolve.llm.keys import Secrets, from_environment
from nlevolve.llm.request import Finish, NoReply, Rejected, Reply, Request, TimedOut
from nlevolve.llm.told import rest, told
from nlevolve.llm.wire import chat, response_format
from nlevolve.records import Usage

SWITCHES = {
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    "LITELLM_LOCAL_ANTHROPIC_BETA_HEADERS": "True",
    "LITELLM_MODE": "PRODUCTION",
    "LITELLM_LOG": "ERROR",
}
"""Variables that litellm reads while it is imported: no remote lists of prices and headers, no `.env` of its own, no chatter."""
OWN_VARIABLE = "TIKTOKEN_CACHE_DIR"
"""What it sets itself, for a tokenizer that it has loaded by the end of its import."""

LOCAL = "unsupportedparamserror"
"""The error, by its class in lower case, with which litellm refuses what it then does not send."""

FIRST_GOOD, FIRST_BAD = (1, 91, 5), (1, 102)
"""litellm before has open advisories (1.82.7 and 1.82.8 stole credentials); after, prices and schemas are wrong."""


_importing = threading.Lock()


def load_litellm() -> Any:
    """Import litellm, silent and without its remote fetches (two seconds: never at import, never on the loop).

    Environment and warning filters are afterwards what they were before. Raises UsageError for a version that is known to be
    faulty, before running any of it.
    """
    installed = tuple(int(part) for part in version("litellm").split(".")[:3] if part.isdigit())
    if not FIRST_GOOD <= installed < FIRST_BAD:
        raise UsageError(f"litellm {version('litellm')} has known faults: pip install 'litellm>=1.91.5,<1.102'")
    with _importing:
        if "litellm" not in sys.modules:
            with _as_it_was():
                _first_import()
    import litellm

    litellm.suppress_debug_info = True
    return litellm


def _first_import() -> None:
    """What litellm would do later, on the event loop: read its list of headers, and build its types, which warns of them."""
    import litellm
    from litellm import anthropic_beta_headers_manager

    anthropic_beta_headers_manager.get_provider_name("anthropic")
    litellm.Message(content="")


@contextmanager
def _as_it_was() -> Iterator[None]:
    """Tell litellm what to leave undone, and put back what that took and what litellm does to its surroundings."""
    before = {name: os.environ.get(name) for name in (*SWITCHES, OWN_VARIABLE)}
    os.environ.update(SWITCHES)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", category=UserWarning, module=r"pydantic\._internal")
            yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _hide_warnings() -> None:
    """Warnings of litellm's that nobody can mend: of its types, and of coroutines that it leaves when a call is cancelled."""
    for category, text, module in (
        (UserWarning, "", r"pydantic\._internal"),
        (DeprecationWarning, "Accessing the", ""),
        (RuntimeWarning, r"coroutine '.*completion' was never awaited", ""),
    ):
        warnings.filterwarnings("ignore", text, category, module)


class Client:
    """The innermost LLM: no retries, no cache, no limits. Raises NoReply.

    `own_process`: nothing else lives in this process (the command line says so). Then its garbage collector is kept off
    litellm (see gc.py), and warnings that litellm causes are hidden. In somebody else's process both stay as they are.
    """

    _open = 0
    """How many in this process have used litellm and are not closed."""

    def __init__(
        self,
        cards: Mapping[str, ModelCard],
        notice: Callable[[str], None],
        embedded: Complete | None = None,
        *,
        own_process: bool = False,
    ) -> None:
        self._cards = cards
        self._notice = notice
        self._embedded = embedded
        self._own_process = own_process
        self._library: asyncio.Future[Any] | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="litellm-import")
        self._supported: dict[str, frozenset[str] | None] = {}
        self._secrets = Secrets()

    async def __call__(self, request: Request) -> Reply:
        litellm = await self._litellm()
        arguments = self._arguments(litellm, request)
        _skip_its_log()
        started = time.monotonic()
        try:
            # litellm's own timeout is not enforced for every provider
            async with asyncio.timeout(request.settings.timeout):
                response = await litellm.acompletion(**arguments)
        except TimeoutError:
            raise TimedOut(f"no reply within {request.settings.timeout:g} s") from None
        except Exception as error:
            raise self._failure(error, request) from None
        return self._reply(request, response, time.monotonic() - started)

    async def close(self) -> None:
        """Close the connections. litellm's are shared by the whole process, so the last client to close closes them."""
        self._thread.shutdown(wait=False)
        if self._library is None:
            return
        Client._open -= 1
        if Client._open:
            return
        collected()
        if self._library.done() and not self._library.exception():
            litellm = self._library.result()
            await litellm.close_litellm_async_clients()
            litellm.in_memory_llm_clients_cache.flush_cache()  # what was closed must not be used again

    async def _litellm(self) -> Any:
        if self._library is None:
            Client._open += 1
            self._library = asyncio.get_running_loop().run_in_executor(self._thread, self._load)
        return await asyncio.shield(self._library)

    def _load(self) -> Any:
        if not self._own_process:
            return self._loaded()
        _hide_warnings()
        with uncollected():
            return self._loaded()

    def _loaded(self) -> Any:
        litellm = load_litellm()
        providers = {card.provider for card in self._cards.values()}
        if PROVIDER in providers:
            register(litellm, self._embedded or _embedded_models())
        if providers - {PROVIDER}:
            # what the SDK imports at its first call would stop the event loop for most of a second
            _ = litellm.AsyncOpenAI(api_key="none", base_url="http://127.0.0.1").chat.completions
        return litellm

    def _arguments(self, litellm: Any, request: Request) -> dict[str, Any]:
        settings = request.settings
        card = self._cards.get(request.model)
        options = {
            "temperature": settings.temperature,
            "top_p": settings.top_p,
            "max_tokens": settings.max_tokens,
            "reasoning_effort": settings.reasoning_effort,
            "thinking": {"type": "enabled", "budget_tokens": settings.thinking_budget} if settings.thinking_budget else None,
            "seed": request.sample,
        }
        headers = {name: from_environment(value) for name, value in settings.extra_headers.items()}
        always = {
            "response_format": response_format(request.reply_schema),
            "base_url": settings.base_url,
            "extra_headers": headers or None,
            # servers of one's own often want none, but litellm does
            "api_key": "none" if card and card.missing and settings.base_url else None,
        }
        return {
            "model": request.model,
            "messages": chat(request.messages, mark_stable=bool(card and card.marks_cache)),
            "timeout": settings.timeout,
            "max_retries": 0,
            "no-log": True,
            **{name: value for name, value in always.items() if value is not None},
            **self._taken(litellm, request.model, _accepted(options, request.without)),
        }

    def _taken(self, litellm: Any, model: str, options: dict[str, Any]) -> dict[str, Any]:
        """The options that the model takes; what the user set and it does not is said once, not dropped in silence."""
        if model not in self._supported:
            self._supported[model] = _supported(litellm, model)
        supported = self._supported[model]
        if supported is None:
            return options
        for name in sorted(options.keys() - supported - {"seed"}):
            self._notice(f"{model} does not take {name}: it is left out")
        return {name: value for name, value in options.items() if name in supported}

    def _reply(self, request: Request, response: Any, seconds: float) -> Reply:
        choice = response.choices[0] if response.choices else None
        message = choice.message if choice else None
        usage = _usage(response)
        hidden = getattr(response, "_hidden_params", None) or {}
        return Reply(
            text=self._secrets.hide(getattr(message, "content", None) or ""),
            finish=_finish(choice) if choice else "empty",
            reasoning=self._secrets.hide(getattr(message, "reasoning_content", None) or ""),
            usage=usage,
            cost_usd=self._cost(request, response, usage, hidden),
            seconds=round(seconds, 3),
            rest=rest(hidden.get("additional_headers") or {}),
        )

    def _cost(self, request: Request, response: Any, usage: Usage, hidden: Mapping[str, Any]) -> float | None:
        price = price_of(request.settings, self._cards.get(request.model))
        if price is None:
            return None
        computed = hidden.get("response_cost")
        if price.source.startswith(LISTED) and computed:
            return float(computed)  # it knows of tiers and reasoning tokens that have a price of their own
        return price.cost(usage, getattr(getattr(response, "usage", None), "cache_creation_input_tokens", None) or 0)

    def _failure(self, error: Exception, request: Request) -> NoReply:
        away = nobody_there(error, request.settings.base_url)
        if away is not None:
            return away
        headers = tuple(from_environment(value) for value in request.settings.extra_headers.values())
        said = told(error)
        said = replace(said, message=self._secrets.hide(said.message, headers))
        if said.status is None:
            ours: NoReply = Rejected(f"{type(error).__name__}: {said.message}"[:300])
        else:
            ours = failure(said)
        ours.left = LOCAL not in said.codes
        return ours


def _accepted(options: Mapping[str, Any], without: Set[str]) -> dict[str, Any]:
    """The options that are set, but for what the model refused by name."""
    gone = without | {"reasoning_effort"} if "thinking" in without else without
    accepted = {name: value for name, value in options.items() if value is not None and name not in gone}
    if "max_tokens" in gone and options["max_tokens"]:
        accepted["max_completion_tokens"] = options["max_tokens"]
    return accepted


def _skip_its_log() -> None:
    """Have litellm not log the calls of this asyncio task: nobody reads that, and it is a tenth of a call's CPU."""
    with contextlib.suppress(ImportError):  # meant for litellm's calls within calls; where a version lacks it, it logs
        from litellm._internal_context import is_internal_call

        is_internal_call.set(True)


def _supported(litellm: Any, model: str) -> frozenset[str] | None:
    """The options that litellm can translate for this model; None when it does not know."""
    if model.startswith(f"{PROVIDER}/"):
        return None
    name, provider, _, _ = litellm.get_llm_provider(model)
    known = litellm.get_supported_openai_params(model=name, custom_llm_provider=provider)
    return frozenset(known) if known else None


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


def _embedded_models() -> Complete:
    from nlevolve.offline import provider

    return provider.complete
