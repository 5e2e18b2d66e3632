"""Endpoints named in the environment: part of what is asked, so they go into the request before its digest is taken."""

from __future__ import annotations

import os
from collections.abc import Mapping

from nlevolve.llm.catalogue import ModelCard
from nlevolve.llm.request import Request

ALIASES = {"ollama_chat": "ollama"}
"""Providers that read another one's variables."""


def endpoint_of(provider: str) -> str | None:
    """The base URL that the environment sets for a provider (OPENAI_API_BASE, HOSTED_VLLM_API_BASE, …), as litellm reads it."""
    return next((url for name in names_of_endpoint(provider) if (url := os.environ.get(name))), None)


def names_of_endpoint(provider: str) -> tuple[str, str]:
    """The variables that may set it."""
    name = ALIASES.get(provider, provider).upper()
    return f"{name}_API_BASE", f"{name}_BASE_URL"


class Endpoints:
    """The endpoints that the environment names for the models of a run."""

    def __init__(self, cards: Mapping[str, ModelCard]) -> None:
        self._of = {model: url for model, card in cards.items() if (url := endpoint_of(card.provider))}

    def addressed(self, request: Request) -> Request:
        """The request with its endpoint filled in, where the role sets none and the environment does."""
        url = self._of.get(request.model)
        if url is None or request.settings.base_url is not None:
            return request
        return request.model_copy(update={"settings": request.settings.model_copy(update={"base_url": url})})
