"""A provider that bills what it generated, whatever becomes of the reply on its way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import cycle
from random import Random

from nlevolve.records import Usage
from tests.scripted import bullets, grid_reply
from tests.server import Asked, Said

USD_A_TOKEN = 1e-5
PRICES = {"price_in": 10.0, "price_out": 10.0}
"""USD a million."""
MOST_TOKENS = 400
"""Of a reply, as it is asked for."""
LATE = 0.4
"""Seconds after which a caller gives up, in the stories where replies are late."""

Loss = Callable[[Said], Said]
LOSSES: dict[str, Loss] = {
    "late": lambda said: replace(said, delay=60.0),
    "cut 200": lambda said: replace(said, cut=True),
    "reset after generation": lambda said: replace(said, reset=True),
    "no usage": lambda said: replace(said, usage=None),
    "negative usage": lambda said: replace(said, usage=Usage(prompt=-5_000, completion=-90_000)),
}


WAYS = {**LOSSES, "slow": lambda said: replace(said, delay=0.5)}
"""And one in which a reply is still on its way when somebody is killed."""


@dataclass
class Billing:
    """Every request is worked on, and billed, before its reply is lost: each `every`-th one, in these ways in turn."""

    losses: list[str]
    every: int = 2
    usd: float = 0.0
    asked: int = 0
    _turn: cycle[str] = field(init=False)

    def __post_init__(self) -> None:
        self._turn = cycle(self.losses)

    def __call__(self, asked: Asked) -> Said:
        self.asked += 1
        rng = Random(f"{asked.texts}{asked.body.get('seed')}")
        usage = Usage(prompt=sum(map(len, asked.texts)) // 3, completion=rng.randrange(20, asked.body["max_tokens"] + 1))
        self.usd += USD_A_TOKEN * (usage.prompt + usage.completion)
        wrong = grid_reply([[rng.randrange(10)]])
        said = Said(
            wrong
            if "# Input grid" in asked.texts[-1]
            else bullets(f"Paint all cells in colour {rng.randrange(99)}.", "Keep the size of the grid."),
            usage=usage,
        )
        return WAYS[next(self._turn)](said) if self.asked % self.every == 0 else said
