"""Endpoints named in the environment: part of what is asked, so they go into the request before its digest is taken."""

from __future__ import annotations

import os
from collections.abc import Mapping

from nlevolve.llm import env_file
from nlevolve.llm.catalogue import ModelCard
from nlevolve.llm.request import Request

ALIASES = {"ollama_chat": "ollama"}
"""Providers that read another one's variables."""
IN_THIS_PROCESS = {"vllm", "petals"}
"""Providers that load the model, which may bring code of its own, right here."""
ON_THIS_MACHINE = IN_THIS_PROCESS | {
    *("ollama", "ollama_chat", "llamafile", "lemonade", "docker_model_runner", "xinference", "langgraph", "langflow", "ragflow"),
}
"""Providers whose own address, where nobody sets one, is a port of this machine: whoever listens there is asked."""


def endpoint_of(provider: str) -> str | None:
    """The base URL that the environment or `.env` sets for a provider (OPENAI_API_BASE, HOSTED_VLLM_API_BASE, …)."""
    return _of_environment(provider) or env_file.address(variables_of(provider))


def is_of_env_file(provider: str) -> bool:
    """Whether that base URL is `.env`'s, which may be anybody's, and not the environment's."""
    return _of_environment(provider) is None and env_file.address(variables_of(provider)) is not None


def _of_environment(provider: str) -> str | None:
    return next((url for name in variables_of(provider) if (url := os.environ.get(name))), None)


def variables_of(provider: str) -> list[str]:
    """The variables that may set it."""
    return [ALIASES.get(provider, provider).upper() + suffix for suffix in ("_API_BASE", "_BASE_URL")]


class Endpoints:
    """The endpoints that the environment names for the models of a run, or (`told`) another one did, where nothing is sent."""

    def __init__(self, cards: Mapping[str, ModelCard], told: Mapping[str, str] | None = None) -> None:
        self._of = (
            told if told is not None else {model: url for model, card in cards.items() if (url := endpoint_of(card.provider))}
        )

    def addressed(self, request: Request) -> Request:
        """The request with its endpoint filled in, where the role sets none and the environment does."""
        url = self._of.get(request.model)
        if url is None or request.settings.base_url is not None:
            return request
        return request.model_copy(update={"settings": request.settings.model_copy(update={"base_url": url})})
