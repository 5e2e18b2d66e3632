"""How a role's replies are asked for, by what is set and what its model can do."""

from __future__ import annotations

from typing import Literal

from nlevolve.llm.catalogue import EMBEDDED, ModelCard
from nlevolve.llm.settings import RoleSettings
from nlevolve.llm.thinking import resolved, waits_to_be_told

Manner = Literal["bare", "schema", "object", "text"]
"""How a reply is asked for. bare: by a schema that holds the answer alone; the others have room to work before the answer."""
MANNERS: tuple[Manner, ...] = ("bare", "schema", "object", "text")


def thinks(settings: RoleSettings, card: ModelCard | None) -> bool:
    """Whether the model thinks before it answers when it is called so."""
    if settings.reasoning_effort is not None or settings.thinking_budget:
        return settings.reasoning_effort != "none"
    level = resolved(settings, card).thinking
    if level != "auto":
        return level != "off"
    return bool(card and card.thinks and not waits_to_be_told(card))


def manner_of(settings: RoleSettings, card: ModelCard | None) -> Manner:
    """How the role's replies are asked for: as it is set, else by what its model can do.

    Who thinks beforehand needs no room to work in the reply, and the embedded models do not think in words. All others work
    first, in plain text: a form that must be kept from the first token on costs them much of what they can do. Of a model
    without a card nothing is known, and nothing is added.
    """
    if settings.form != "auto":
        return settings.form
    return "bare" if card is None or card.provider == EMBEDDED or thinks(settings, card) else "text"


def reason(settings: RoleSettings, card: ModelCard | None) -> str:
    """Why `manner_of` says what it says, in a few words."""
    if settings.form != "auto":
        return f"form={settings.form}"
    if card is None or card.provider == EMBEDDED:
        return "embedded"
    if thinks(settings, card):
        return "it thinks first"
    if settings.thinking == "off" or settings.reasoning_effort == "none":
        return "thinking is off"
    return {None: "not known to think", False: "it does not think", True: "it does not think with these settings"}[card.thinks]
