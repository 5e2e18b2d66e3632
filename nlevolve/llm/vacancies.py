"""Whether a call could go out at once: who begins more only while places in flight stand free waits here."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from nlevolve.llm.traffic import Traffic


class Vacancies:
    """So many places, and how many calls are on their way to a reply: one that waits for its turn, for a server that is away or
    for another try wants a place, too."""

    def __init__(self, places: int, traffic: Traffic) -> None:
        self._places = places
        self._traffic = traffic
        self._under_way = 0
        self._news = asyncio.Event()

    def take(self) -> None:
        """A call is on its way."""
        self._under_way += 1

    def give_back(self) -> None:
        """It has come to its end."""
        self._under_way -= 1
        self._news.set()

    async def until_free(self) -> None:
        """Until one more call would not wait behind others: also where a model's own limit, not the run's, holds them up.

        Of several who wait each sees what those before him have sent, if they send it at once.
        """
        await self._until(lambda: self._under_way < self._places and not self._traffic.waiting)

    async def until_short(self) -> None:
        """Until no more calls wait behind others than are in flight. A reply opens several questions or none: with nobody waiting
        places would stand free between."""
        await self._until(lambda: self._under_way < 2 * self._places and 2 * self._traffic.waiting <= self._under_way)

    async def _until(self, holds: Callable[[], bool]) -> None:
        while not holds():
            self._news.clear()
            await self._news.wait()
