"""Before anything is sent: is every model known, its key present, its price known where a budget needs it?"""

from __future__ import annotations

import contextlib
import json
import os
import tomllib
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from nlevolve import files
from nlevolve.errors import UsageError
from nlevolve.llm.catalogue import OFFLINE, ModelCard, Price, embedded_card, listed_card, nearest, price_of
from nlevolve.llm.endpoints import endpoint_of, variables_of
from nlevolve.llm.keys import check_address, check_key, load_keys, refuse_secrets
from nlevolve.llm.settings import RoleSettings
from nlevolve.llm.thinking import check_thinking

PRICES = Path("prices.toml")
CARDS = 2
"""Version of what a card says: cards kept by a program that asked for less do not count."""


def check_models(
    roles: Iterable[RoleSettings],
    *,
    priced: bool = False,
    keyed: bool = True,
    prices: Path = PRICES,
    remember: Path | None = None,
) -> dict[str, ModelCard]:
    """The card of every model that the roles name (a mix "A,B,C" names three). Opens no connection.

    Raises UsageError for a model or provider that does not exist, for a key that is missing (unless not to be `keyed`, as
    when the cache alone is asked), and, when they are to be `priced` (a budget is set), for a model without a known price.
    `prices` is a TOML file of prices that litellm does not know, used when it is there. Cards are kept in the file
    `remember`, because asking litellm takes seconds, which a run that is served from the cache does not have.
    Reads `.env` in the working folder first.
    """
    load_keys(Path())
    own = read_prices(prices)
    shelf = Shelf(remember)
    cards: dict[str, ModelCard] = {}
    for settings in roles:
        refuse_secrets(settings.base_url, settings.extra_headers)
        for model in settings.mix:
            card = cards.get(model) or _embedded(model) or shelf.card(model, settings.base_url)
            card = cards[model] = card.model_copy(update={"price": own[model]}) if model in own else card
            check_thinking(settings.model_copy(update={"model": model}), card)
            if keyed:
                _require_keys(card, settings)
            if priced and price_of(settings, card) is None:
                raise UsageError(
                    f"the price of {model} is not known, so a budget cannot be kept: set price_in and price_out for its role "
                    f"(USD per million tokens), or in {prices}, or pass --allow-unknown-prices"
                )
    return cards


class Shelf:
    """Cards that litellm gave before, in a file; those of another version of litellm do not count."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._kept: dict[str, Any] = {}
        if file is not None and file.is_file():
            with contextlib.suppress(ValueError, OSError):
                kept = json.loads(files.read(file))
                self._kept = kept if isinstance(kept, dict) else {}

    def card(self, model: str, base_url: str | None) -> ModelCard:
        """The card of a model; from litellm when it is not on the shelf."""
        name = f"{CARDS} {version('litellm')} {model} {base_url or ''}"
        with contextlib.suppress(ValidationError):
            if name in self._kept:
                return ModelCard.model_validate(self._kept[name])
        from nlevolve.llm.quiet_import import load_litellm

        card = listed_card(load_litellm(), model, base_url)
        self._kept[name] = card.model_dump(mode="json")
        self._write()
        return card

    def _write(self) -> None:
        """Whole or not at all. Where nothing can be written there is no shelf, and no harm done."""
        if self._file is None:
            return
        with contextlib.suppress(OSError):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            files.replace(self._file, json.dumps(self._kept))


def read_prices(file: Path) -> dict[str, Price]:
    """Prices by model: tables `["MODEL"]` with price_in, price_out and price_cached, USD per million tokens."""
    if not file.is_file():
        return {}
    try:
        tables = tomllib.loads(files.read_settings(file))
        return {model: _own_price(table, file) for model, table in tables.items()}
    except OSError as error:
        raise UsageError(f"cannot read {file}: {error.strerror}") from None
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(
            f"{file} is not a table of prices ({' '.join(str(error).split())[:80]}): it wants, for each model, "
            '["MODEL"] with price_in and price_out'
        ) from None


def _own_price(table: dict[str, float], file: Path) -> Price:
    return Price(prompt=table["price_in"], completion=table["price_out"], cached=table.get("price_cached"), source=str(file))


def _embedded(model: str) -> ModelCard | None:
    """The card of an embedded model; None when the model is of another provider."""
    if not model.startswith(OFFLINE):
        return None
    from nlevolve.offline.provider import MODELS

    if model not in MODELS:
        raise UsageError(f"no embedded model {model!r}; nearest: {', '.join(nearest(model, MODELS) or MODELS)}")
    return embedded_card(model)


def _require_keys(card: ModelCard, settings: RoleSettings) -> None:
    if card.missing and settings.base_url is None and endpoint_of(card.provider) is None:
        names = (" or " if card.one_is_enough else " and ").join(card.missing)
        raise UsageError(f"{card.model} needs a key: set {names} in the environment or in .env")
    for header, value in settings.extra_headers.items():
        if value.startswith("env:") and not os.environ.get(value[4:]):
            raise UsageError(f"the header {header} takes its value from {value[4:]}, which is not set in the environment or .env")
        if value.startswith("env:"):
            check_key(value[4:], header=True)
    for name in card.keys:
        check_key(name)
    check_address(endpoint_of(card.provider) or "", " or ".join(variables_of(card.provider)))
