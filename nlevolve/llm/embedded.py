"""The embedded models as a provider of litellm's, so that they are reached the way every model is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Generator
from typing import Any, Protocol

from nlevolve.offline.version import version

PROVIDER = "offline"


def is_embedded(model: str) -> bool:
    """Whether it is one of ours: it costs nothing and leaves for nobody."""
    return model.startswith(f"{PROVIDER}/")


def embedded_version(*models: str) -> str | None:
    """The version of the embedded models where one of these, or of a mix ("A,B"), is such a model; else None."""
    names = (name.strip() for mix in models for name in mix.split(","))
    return version() if any(map(is_embedded, names)) else None


class Completion(Protocol):
    """What an embedded model answers; the tokens are estimates."""

    @property
    def text(self) -> str: ...
    @property
    def prompt_tokens(self) -> int: ...
    @property
    def completion_tokens(self) -> int: ...


Complete = Callable[[str, list[dict[str, Any]], int, dict[str, Any] | None], Awaitable[Completion]]
"""(model, messages, seed, schema) -> what it says: `nlevolve.offline.provider.complete`."""


class Unbegun(Coroutine[Any, Any, Any]):
    """A coroutine that is made when it is first awaited: litellm drops the one it was handed where a call is cancelled at that
    moment, and Python would warn of one that was made and never awaited."""

    def __init__(self, begin: Callable[[], Coroutine[Any, Any, Any]]) -> None:
        self._begin = begin
        self._begun: Coroutine[Any, Any, Any] | None = None

    def __await__(self) -> Generator[Any, Any, Any]:
        return (yield from self._begin().__await__())

    def send(self, value: Any) -> Any:
        self._begun = self._begun or self._begin()
        return self._begun.send(value)

    def throw(self, *raised: Any) -> Any:
        self._begun = self._begun or self._begin()
        return self._begun.throw(*raised)

    def close(self) -> None:
        if self._begun is not None:
            self._begun.close()


def register(litellm: Any, complete: Complete) -> None:
    """Add the provider to litellm (the module itself is handed in: one place imports it)."""
    # here, because a run that is served from the sample bank has no need of the models
    from nlevolve.offline.provider import MODELS

    class Offline(litellm.CustomLLM):  # type: ignore[misc]  # the base class is known at run time only
        def acompletion(self, model: str, messages: list[Any], **rest: Any) -> Coroutine[Any, Any, Any]:
            return Unbegun(lambda: self._completed(model, messages, rest))

        async def _completed(self, model: str, messages: list[Any], rest: dict[str, Any]) -> Any:
            options, response = rest["optional_params"], rest["model_response"]
            asked = (options.get("response_format") or {}).get("json_schema") or {}
            try:
                said = await complete(model, messages, options.get("seed") or 0, asked.get("schema"))
            except Exception as error:
                # litellm would make an outage of it, and we would send it again
                refused = litellm.llms.custom_llm.CustomLLMError
                raise refused(status_code=422, message=f"{type(error).__name__}: {error}") from error
            response.choices[0].message.content = said.text
            response.choices[0].finish_reason = "stop"
            response.usage = litellm.Usage(prompt_tokens=said.prompt_tokens, completion_tokens=said.completion_tokens)
            return response

    others = [entry for entry in litellm.custom_provider_map if entry["provider"] != PROVIDER]
    litellm.custom_provider_map = [*others, {"provider": PROVIDER, "custom_handler": Offline()}]
    litellm.utils.custom_llm_setup()
    # a model without an entry is looked for with dozens of patterns at every call
    prices = dict.fromkeys(("input_cost_per_token", "output_cost_per_token"), 0.0)
    free = {"litellm_provider": PROVIDER, "mode": "chat", **prices}
    litellm.model_cost.update(dict.fromkeys(MODELS, free))
