"""Models and the sample bank as tables."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping

from rich.table import Table
from rich.text import Text

from nlevolve.ask.ping import Pong
from nlevolve.llm.bank import Sample
from nlevolve.llm.bank_files import Holdings
from nlevolve.llm.catalogue import ModelCard, Price
from nlevolve.llm.manner import Manner, manner_of, reason
from nlevolve.llm.serving import Served
from nlevolve.llm.settings import RoleSettings
from nlevolve.view.text import clean, lines, money, plural

FORMS: Mapping[Manner, str] = {
    "bare": "schema, the answer alone",
    "schema": "schema, working first",
    "object": "JSON object, working first",
    "text": "text, the answer last",
}


def models_table(
    cards: Mapping[str, ModelCard], prices: Mapping[str, Price | None], settings: Mapping[str, RoleSettings]
) -> Table:
    """One model a row; prices, and how replies are asked for and why, are those of its role where the role sets them."""
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
            f"{FORMS[manner_of(settings[model], card)]} ({reason(settings[model], card)})",
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


def sample_lines(key: str, sample: Sample) -> Iterator[Text]:
    """A reply of the sample bank, whole."""
    reply = sample.reply
    cost = "unknown price" if reply.cost_usd is None else money(reply.cost_usd)
    took = f"{reply.usage.prompt:,} + {reply.usage.completion:,} tokens · {cost} · {reply.seconds:.1f} s · {reply.finish}"
    yield Text(key, "bold")
    yield Text(f"{clean(sample.model)} · {sample.at:%Y-%m-%d %H:%M} UTC · {took}")
    if sample.rejected:
        yield Text(f"nobody could read it: {clean(sample.rejected)}", "yellow")
    for title, text in (("thinking", reply.reasoning.strip()), ("reply", reply.text)):
        if text:
            yield Text(f"┌─ {title}", "dim")
            yield from (Text.assemble(("│ ", "dim"), line) for line in lines(text))
    yield Text("")


def served_line(told: Served) -> str:
    """What a server tells of itself, in one line."""
    said = [f"a window of {told.window:,} tokens" if told.window else "no window"]
    said += [f"{plural(told.slots, 'request')} at once"] if told.slots else []
    return ", ".join(said)


def pong_line(pong: Pong) -> str:
    """What came of a ping, in one line."""
    reply = pong.reply
    if reply is None:
        return f"{pong.failure.kind}: {clean(str(pong.failure))}" if pong.failure else "nothing came"
    usage = reply.usage
    thought = f" ({usage.reasoning:,} of them thinking)" if usage.reasoning else ""
    cost = "unknown cost" if reply.cost_usd is None else f"${reply.cost_usd:.6f}"
    read = f"could not be read ({clean(pong.unread)})" if pong.unread else "read"
    return f"{read}; {reply.seconds:.2f} s, {usage.prompt:,} + {usage.completion:,} tokens{thought}, {cost}"


def _known(value: float | None) -> str:
    return "-" if value is None else f"{value:,g}" if isinstance(value, float) else f"{value:,}"


def _yes(value: bool | None) -> str:
    return "?" if value is None else "yes" if value else "no"
