"""Models and the sample bank as tables."""

from __future__ import annotations

import os
from collections.abc import Mapping

from rich.table import Table

from nlevolve.llm.bank_files import Holdings
from nlevolve.llm.catalogue import ModelCard, Price
from nlevolve.llm.manner import Manner

FORMS: Mapping[Manner, str] = {
    "bare": "schema, the answer alone",
    "schema": "schema, working first",
    "object": "JSON object, working first",
    "text": "text, the answer last",
}


def models_table(cards: Mapping[str, ModelCard], prices: Mapping[str, Price | None], manners: Mapping[str, Manner]) -> Table:
    """One model a row; prices, and how replies are asked for, are those of its role where the role sets them."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    able = ("thinks", "asked for", "context", "schema", "images")
    for heading in ("model", "key", "$ per M tokens in / cached / out", "price from", *able):
        table.add_column(heading, overflow="fold")
    for model, card in cards.items():
        price = prices[model]
        table.add_row(
            model,
            key_state(card),
            "unknown" if price is None else f"{price.prompt:g} / {_known(price.cached)} / {price.completion:g}",
            "-" if price is None else price.source,
            _yes(card.thinks),
            FORMS[manners[model]],
            _known(card.context),
            _yes(card.takes_schema),
            _yes(card.takes_images),
        )
    return table


def key_state(card: ModelCard) -> str:
    """Whether the key is there, by the name of its variable; never its value."""
    if not card.keys:
        return "none needed"
    if card.missing:
        return f"missing: {(' or ' if card.one_is_enough else ', ').join(card.missing)}"
    return f"set: {', '.join(name for name in card.keys if os.environ.get(name))}"


def holdings_table(holdings: Mapping[str, Holdings]) -> Table:
    """What the sample bank has, a model a row."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("model", "replies", "of no use", "prompt tokens", "completion tokens", "USD paid", "first", "last"):
        table.add_column(heading, justify="left" if heading == "model" else "right")
    for model, held in holdings.items():
        table.add_row(
            model,
            f"{held.replies:,}",
            f"{held.rejected:,}",
            f"{held.usage.prompt:,}",
            f"{held.usage.completion:,}",
            f"{held.usd:,.4f}" + (f" + {held.unpriced:,} of unknown price" if held.unpriced else ""),
            f"{held.first:%Y-%m-%d}" if held.first else "-",
            f"{held.last:%Y-%m-%d}" if held.last else "-",
        )
    return table


def _known(value: float | None) -> str:
    return "-" if value is None else f"{value:,g}" if isinstance(value, float) else f"{value:,}"


def _yes(value: bool | None) -> str:
    return "?" if value is None else "yes" if value else "no"
