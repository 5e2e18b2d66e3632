"""Before anything is sent: is every model known, its key present, its price known where a budget needs it?"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from nlevolve.errors import UsageError
from nlevolve.llm.cards import OFFLINE, ModelCard, embedded_card, price_of
from nlevolve.llm.request import RoleSettings

EMBEDDED = ("offline/generator", "offline/generator-weak", "offline/generator-strong", "offline/checker", "offline/checker-weak")


def check_models(roles: Iterable[RoleSettings], *, priced: bool = False) -> dict[str, ModelCard]:
    """The card of every model that the roles name (a mix "A,B,C" names three).

    Raises UsageError for a model or provider that does not exist, for a key that is missing, and, when it has to be
    `priced` (a budget is set), for a model without a known price. Opens no connection.
    """
    cards: dict[str, ModelCard] = {}
    for settings in roles:
        for model in (name.strip() for name in settings.model.split(",")):
            card = cards[model] = cards.get(model) or _card(model, settings)
            if card.missing and settings.base_url is None:
                raise UsageError(f"{model} needs a key: set {' or '.join(card.missing)} in the environment or in .env")
            if priced and price_of(settings, card) is None:
                raise UsageError(
                    f"the price of {model} is not known, so a budget cannot be kept: set price_in and price_out for its role "
                    "(USD per million tokens), or pass --allow-unknown-prices"
                )
    return cards


def _card(model: str, settings: RoleSettings) -> ModelCard:
    if not model.startswith(OFFLINE):
        from nlevolve.llm.client import litellm_card

        return litellm_card(model, settings.base_url)
    if model not in EMBEDDED:
        raise UsageError(f"no embedded model {model!r}; nearest: {', '.join(nearest(model, EMBEDDED))}")
    return embedded_card(model)


def nearest(name: str, known: Iterable[str]) -> list[str]:
    """Up to three known names most like this one."""
    return difflib.get_close_matches(name, list(known), n=3, cutoff=0.3)
