"""Whether a call could go out at once: who begins more only while places in flight stand free waits here."""

from __future__ import annotations

import asyncio

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

    @property
    def free(self) -> bool:
        """Whether one more would not wait behind others: also where a model's own limit, not the run's, holds them up."""
        return self._under_way < 2 * self._places and 2 * self._traffic.waiting <= self._under_way

    async def until_free(self) -> None:
        """Of several who wait each sees what those before him have sent, if they send it at once."""
        while not self.free:
            self._news.clear()
            await self._news.wait()
