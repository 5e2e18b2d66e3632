"""Requests that brought no reply, in words: how many, for which reasons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from nlevolve.records import Loss
from nlevolve.run.losses import added

SHORT: Mapping[str, str] = {
    "filtered": "refused for content",
    "too_long": "too long for the window",
    "fewer_tokens": "allowed more tokens than there are",
    "parameter": "refused for a parameter",
    "rejected": "refused",
    "doubtful": "refused",
    "unusable": "given up, since the model was stopped",
    "timeout": "timed out",
    "rate_limit": "refused for the rate",
    "provider_down": "lost to an outage",
    "away": "lost to a server that was away",
    "not_banked": "not in the cache",
    "budget": "too dear for the budget",
}
"""Kind of failure -> what became of such a request."""

Row = Mapping[str, Any]
"""A loss as it stands in results.json."""


def loss_rows(losses: Iterable[Loss]) -> list[dict[str, Any]]:
    """As JSON, one row a kind of failure."""
    return [one.model_dump() for one in added(losses)]


def summed(rows: Iterable[Row]) -> dict[str, int]:
    """Kind of failure -> how many requests, the commonest first."""
    return {one.failure: one.count for one in added(Loss.model_validate(row) for row in rows)}


def in_short(counts: Mapping[str, int]) -> str:
    """ "3 timed out, 1 refused for content"; empty where nothing was lost."""
    told: dict[str, int] = {}
    for failure, count in counts.items():
        words = SHORT.get(failure, "without a reply")
        told[words] = told.get(words, 0) + count
    return ", ".join(f"{count:,} {words}" for words, count in told.items())
