"""How much is asked at once and how fast, for each model, over all workers: the lanes of one process, lent to many."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from nlevolve.hub.words import Enter, Leave
from nlevolve.llm.limits import Lane, Shared, Taken
from nlevolve.llm.request import Place, Reply
from nlevolve.llm.settings import RoleSettings
from nlevolve.llm.traffic import Traffic
from nlevolve.records import Event, Usage


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

    def __init__(self, rates: Rates, emit: Callable[[Event], None]) -> None:
        self._rates = rates
        self._served: dict[Place, int] = {}
        self._traffic = Traffic(_unsaid)
        limits = rates.concurrency, emit, asyncio.Event(), self._served, self._traffic
        self._shared = Shared(*limits, most=rates.at_once)
        self._lanes: dict[Place, Lane] = {}
        self._taken: dict[tuple[str, int], tuple[Lane, Taken]] = {}

    async def enter(self, account: str, word: Enter) -> None:
        """Wait for a place. Asked for again, it is the same one."""
        if (account, word.n) in self._taken:
            return
        lane = self._lane(word)
        tokens = lane.tokens(word.characters)
        taken = await (lane.resume(tokens) if word.held else lane.enter(tokens, rank=word.rank, last=word.last))
        self._taken[account, word.n] = lane, taken

    def leave(self, account: str, word: Leave) -> None:
        """The try is over; how it ended teaches what the model allows."""
        lane, taken = self._taken.get((account, word.place), (None, None))
        if lane is None or taken is None:
            return
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
        for holder, n in [place for place in self._taken if place[0] == account]:
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
            lane.keep_to(self._rates.requests.get(word.model), self._rates.tokens.get(word.model))
        lane.keep_to(word.requests_per_minute, word.tokens_per_minute)
        return lane


def _unsaid(event: Event) -> None:
    """Each worker says itself who waits."""
