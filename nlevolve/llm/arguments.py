"""What litellm is called with for a request: options that the model takes, thinking and windows in its provider's words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from nlevolve.llm.catalogue import ModelCard
from nlevolve.llm.embedded import PROVIDER
from nlevolve.llm.keys import from_environment
from nlevolve.llm.patience import AWAKE, LAST_LOOK
from nlevolve.llm.request import Place, Request
from nlevolve.llm.room import Bound
from nlevolve.llm.thinking import Thought, family, thought
from nlevolve.llm.wire import NATIVE, accepted, chat, merged, options_of_ollama, response_format, window_for


class Arguments:
    """Of every call of a client. What is left out is said once."""

    def __init__(self, cards: Mapping[str, ModelCard], notice: Callable[[str], None]) -> None:
        self._cards = cards
        self._notice = notice
        self._supported: dict[str, frozenset[str] | None] = {}
        self.windows: dict[Place, int] = {}
        """The largest that was asked for of an Ollama: it loads the model anew for another one."""

    def of(self, litellm: Any, request: Request, bound: Bound | None) -> dict[str, Any]:
        """All but the connections."""
        settings, card = request.settings, self._cards.get(request.model)
        thinks = thought(settings, card)
        for name in thinks.left_out:
            self._notice(f"{request.model} does not take {name}: it is left out")
        options: dict[str, Any] = {
            "temperature": settings.temperature,
            "top_p": settings.top_p,
            "max_tokens": settings.max_tokens or (bound.tokens if bound and bound.told else None),
            **thinks.options,
            "seed": request.seed,
        }
        for name in thinks.refused.keys() & {"temperature", "top_p"}:
            # of a role's settings this was refused before the run began: this one is of the policy's
            if options.pop(name, None) is not None:
                self._notice(f"{request.model} takes no {name} while it thinks: it is left out")
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
            # ours comes first: its own does not know of a process that was stopped
            "timeout": settings.timeout + AWAKE + LAST_LOOK,
            "max_retries": 0,
            "no-log": True,
            **{name: value for name, value in always.items() if value is not None},
            **self._taken(litellm, request.model, accepted(options, request.without)),
            **self._fields(request, card, thinks, bound),
        }

    def _fields(self, request: Request, card: ModelCard | None, thinks: Thought, bound: Bound | None) -> dict[str, Any]:
        """What goes past litellm: the user's extra_body, over what we say about thinking and the window."""
        fields = merged({} if "thinking" in request.without else thinks.body, request.settings.extra_body)
        if card is not None and family(card) == "ollama":
            window = self.windows.get(request.place, 0)
            window = self.windows[request.place] = max(window, window_for(request, bound, card))
            return {"num_ctx": window, **options_of_ollama(fields)}
        if card is not None and card.provider in NATIVE:
            return fields
        return {"extra_body": fields} if fields else {}

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


def _supported(litellm: Any, model: str) -> frozenset[str] | None:
    """The options that litellm can translate for this model; None when it does not know."""
    if model.startswith(f"{PROVIDER}/"):
        return None
    name, provider, _, _ = litellm.get_llm_provider(model)
    known = litellm.get_supported_openai_params(model=name, custom_llm_provider=provider)
    return frozenset(known) if known else None
