"""How much is asked at once and how fast, for each model, over all workers: the lanes of one process, lent to many."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import inf
from typing import Any

from nlevolve.hub.words import Again, Enter, Leave, Left
from nlevolve.llm.limits import Lane, Shared, Taken
from nlevolve.llm.request import Place, Reply
from nlevolve.llm.settings import RoleSettings
from nlevolve.llm.traffic import Traffic
from nlevolve.records import Event, Usage


UNKNOWN = 2.0
"""Seconds after its turn in which a call has left, as a rule. One that has not is told of by its worker."""


@dataclass(frozen=True)
class Rates:
    """What the hub's owner sets, by model."""

    concurrency: int = 512
    """Calls in flight, over all models and workers."""
    requests: Mapping[str, float] = field(default_factory=dict)
    """A minute."""
    tokens: Mapping[str, float] = field(default_factory=dict)
    """A minute."""
    at_once: Mapping[str, int] = field(default_factory=dict)
    """In flight."""


class Rooms:
    """Places in flight that workers hold, by the account and the word that asked for them."""

    def __init__(self, rates: Rates, emit: Callable[[Event], None], *, again: bool = False) -> None:
        """`again`: there were others until just now, and what they let out of late is not known."""
        self._rates = rates
        self._rest = asyncio.get_running_loop().time() + UNKNOWN if again else -inf
        self._served: dict[Place, int] = {}
        self._traffic = Traffic(_unsaid)
        limits = rates.concurrency, emit, asyncio.Event(), self._served, self._traffic
        self._shared = Shared(*limits, most=rates.at_once)
        self._lanes: dict[Place, Lane] = {}
        self._taken: dict[tuple[str, int], tuple[Lane, Taken]] = {}

    async def enter(self, account: str, word: Enter) -> str | None:
        """Wait for a place. Asked for again, it is the same one. The answer: whether it matters when its call leaves."""
        lane = self._lane(word)
        if (account, word.n) not in self._taken:
            tokens = lane.tokens(word.characters)
            entering = lane.resume(tokens, word.ago) if word.held else lane.enter(tokens, rank=word.rank, last=word.last)
            self._taken[account, word.n] = lane, await entering
        return "true" if lane.told else None

    def left(self, account: str, word: Left) -> None:
        """Its call left for the provider."""
        if (found := self._taken.get((account, word.place))) is not None:
            found[0].left(found[1], word.ago)

    async def again(self, account: str, word: Again) -> None:
        """Wait for the turn of one more request in the same place."""
        if (found := self._taken.get((account, word.place))) is not None:
            await found[0].again(found[1])

    def leave(self, account: str, word: Leave) -> None:
        """The try is over; how it ended teaches what the model allows."""
        lane, taken = self._taken.get((account, word.place), (None, None))
        if lane is None or taken is None:
            return
        if word.sent:
            lane.left(taken, word.ago)
        if word.accepted:
            usage = Usage(prompt=word.prompt, completion=word.completion)
            lane.accepted(taken, Reply(text="", usage=usage, rest=word.rest))
        elif word.refused:
            lane.refused(taken, word.retry_after)
        self.give_back(account, word.place)

    def give_back(self, account: str, n: int) -> None:
        """Its call is over, and nothing is known of it."""
        found = self._taken.pop((account, n), None)
        if found is not None:
            found[0].leave(found[1])

    def give_back_all(self, account: str) -> None:
        """Nobody knows whether its calls left that it has not told of: they count as if they did."""
        for holder, n in [place for place in self._taken if place[0] == account]:
            lane, taken = self._taken[holder, n]
            lane.surely_left(taken)
            self.give_back(holder, n)

    def held(self, account: str) -> int:
        """Places of an account."""
        return sum(holder == account for holder, _ in self._taken)

    def close(self) -> None:
        self._traffic.close()

    @property
    def rows(self) -> list[dict[str, Any]]:
        """For people: each model with what is known of it."""
        return [
            {"model": model, "url": url, **lane.standing, "waiting": self._traffic.of(model).waiting}
            for (model, url), lane in self._lanes.items()
        ]

    def _lane(self, word: Enter) -> Lane:
        place = word.model, word.url
        if word.slots is not None:
            self._served.setdefault(place, word.slots)
        lane = self._lanes.get(place)
        if lane is None:
            settings = RoleSettings(model=word.model, base_url=word.url)
            lane = self._lanes[place] = Lane(word.model, settings, self._shared)
            lane.keep_to(self._rates.requests.get(word.model), self._rates.tokens.get(word.model), self._rest)
        lane.keep_to(word.requests_per_minute, word.tokens_per_minute, self._rest)
        return lane


def _unsaid(event: Event) -> None:
    """Each worker says itself who waits."""
