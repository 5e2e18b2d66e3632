"""Whether calls were put to the models of their roles, and cost what their tokens cost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from nlevolve.audit.evidence import Evidence, Line
from nlevolve.llm.catalogue import Price
from nlevolve.records import CallFinished

LISTED = "litellm"
"""Where a price is from litellm's table, a call may cost by tiers that the table has no single figure for."""
NEAR = 1e-6
"""Of a cost: rounding of sums of floats."""


def check(evidence: Evidence) -> None:
    """Every call of the log."""
    prices = _Prices(evidence)
    for line in evidence.lines:
        if isinstance(line.event, CallFinished):
            _asked(evidence, line, line.event)
            prices.check(line, line.event)


def _asked(evidence: Evidence, line: Line, call: CallFinished) -> None:
    mix = evidence.models(call.role, call.model, call.task, call.birth)
    answering = [name.strip() for name in str(evidence.setting("answerer.model", call.model)).split(",")]
    asked = mix + (answering if call.role == "checker" else [])  # the answerer checks, too, before it follows under a view
    evidence.found.holds("call", line.where, call.model in asked, f"asks {call.model}, the {call.role} is {', '.join(mix)}")
    if call.source == "cache":
        free = not any(dict(call.usage).values()) and not call.cost_usd and not call.unknown_usd and call.bought is not None
        old = call.bought is None and not any(dict(call.usage).values())
        evidence.found.holds("call", line.where, free or old, "a reply from the cache takes nothing, and this one does")


class _Prices:
    """What calls of each model cost, by config.json."""

    def __init__(self, evidence: Evidence) -> None:
        self.evidence, self.found = evidence, evidence.found
        self.known: dict[tuple[str, str], Price | None] = {}

    def check(self, line: Line, call: CallFinished) -> None:
        if call.source != "provider" or call.usage.estimated:
            return
        prices = self.evidence.config.get("prices")
        if self.evidence.config.get("stand_in"):
            self.found.cannot("a program's own function stood in the providers' place: whether its calls cost what it says")
            return
        if not isinstance(prices, Mapping) or call.model not in prices:
            self.found.cannot(f"config.json has no price of {call.model}: whether its calls cost what they are said to")
            return
        price = self._price(call, prices)
        where = f"{line.where}: the cost of a call of {call.model}"
        if line.session > 0 and not _fits(price, call):
            self.found.cannot("calls of a resumed session cost other than config.json has it, which is of the first")
        elif price is not None and price.source.startswith(LISTED) and not _fits(price, call):
            self.found.cannot(f"litellm's price of {call.model} has tiers: whether each call cost what it is said to")
        else:
            derived = "unknown" if price is None else price.cost(call.usage)
            self.found.holds("cost", where, _fits(price, call), f"is {call.cost_usd}; by config.json's price it is {derived}")

    def _price(self, call: CallFinished, prices: Mapping[str, Any]) -> Price | None:
        key = call.role, call.model
        if key not in self.known:
            role = self.evidence.setting(call.role, {})
            told = role.get("price_in"), role.get("price_out")
            try:
                own = Price(prompt=told[0], completion=told[1], cached=role.get("price_cached"), source="settings")
            except ValidationError:
                own = None
            try:
                row = prices[call.model]
                self.known[key] = own or (None if row is None else Price.model_validate(row))
            except ValidationError:
                self.found.wrong("setting", f"config.json, prices.{call.model}", "is no price")
                self.known[key] = None
        return self.known[key]


def _fits(price: Price | None, call: CallFinished) -> bool:
    """Whether it costs that. How many of its tokens were written into a provider's cache is not told, only what that costs."""
    if price is None or call.cost_usd is None:
        return price is None and call.cost_usd is None
    ends = [price.cost(call.usage, written) for written in (0, call.usage.prompt - call.usage.prompt_cached)]
    return min(ends) - NEAR <= call.cost_usd <= max(ends) + NEAR
