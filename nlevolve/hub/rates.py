"""How much is asked at once and how fast, for each model, over all workers: the lanes of one process, lent to many."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from nlevolve.hub.known import MOST, Known
from nlevolve.hub.words import Again, Enter, Leave, Left
from nlevolve.llm.limits import Lane, Shared
from nlevolve.llm.places import Taken
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

    def __init__(
        self, rates: Rates, emit: Callable[[Event], None], known: Iterable[Known] = (), ago: float = 0.0, most: int = MOST
    ) -> None:
        """`known`: what was known of models so many seconds ago. `most`: models at an address that are kept apart."""
        self._rates = rates
        self._most = most
        self._served: dict[Place, int] = {}
        self._traffic = Traffic(_unsaid)
        limits = rates.concurrency, emit, asyncio.Event(), self._served, self._traffic
        self._shared = Shared(*limits, most=rates.at_once)
        self._lanes: dict[Place, Lane] = {}
        self._taken: dict[tuple[str, int], tuple[Lane, Taken]] = {}
        self.changed = False
        """Whether anything is known by now that was not when this was last set to False."""
        for one in known:
            self._open((one.model, one.url)).recall(one.limits, ago)

    async def enter(self, account: str, word: Enter) -> str | None:
        """Wait for a place. Asked for again, it is the same one. The answer: whether it matters when its call leaves."""
        lane = self._lane(word)
        self.changed = True
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
        self.changed = True
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

    def known(self) -> tuple[Known, ...]:
        """What is known of each model, for a hub that is started after this one."""
        return tuple(Known(model=model, url=url, limits=lane.remembered()) for (model, url), lane in self._lanes.items())

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
        lane = self._lanes.get(place) or self._open(place)
        lane.keep_to(word.requests_per_minute, word.tokens_per_minute)
        return lane

    def _open(self, place: Place) -> Lane:
        """Raises ValueError where there are too many."""
        model, url = place
        if len(self._lanes) >= self._most:
            raise ValueError(f"more than {self._most:,} models")
        lane = self._lanes[place] = Lane(model, RoleSettings(model=model, base_url=url), self._shared)
        lane.keep_to(self._rates.requests.get(model), self._rates.tokens.get(model))
        return lane


def _unsaid(event: Event) -> None:
    """Each worker says itself who waits."""
