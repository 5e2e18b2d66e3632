"""What is known of a model before it is called: its price and where that is from, its window, what it takes."""

from __future__ import annotations

import os

from pydantic import BaseModel, ConfigDict

from nlevolve.llm.request import RoleSettings
from nlevolve.records import Usage

OFFLINE = "offline/"


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
    return ModelCard(model=model, provider="offline", price=free, takes_schema=True, takes_images=False, deterministic=True)


def price_of(settings: RoleSettings, card: ModelCard | None) -> Price | None:
    """The role's own price if it sets one, else the model's; None when neither is known."""
    if settings.price_in is not None and settings.price_out is not None:
        return Price(prompt=settings.price_in, completion=settings.price_out, cached=settings.price_cached, source="settings")
    return card.price if card else None
