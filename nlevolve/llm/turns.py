"""Whose turn it is, of those who wait to be sent: a task that is far behind goes before one that is nearly done."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from heapq import heappop, heappush
from itertools import count

from nlevolve.llm.request import Label


class Turns:
    """A gate that one passes at a time: of those who wait the least rank first, of equal ranks who came first."""

    def __init__(self) -> None:
        self._taken = False
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []
        self._came = count()

    @asynccontextmanager
    async def turn(self, rank: int = 0) -> AsyncIterator[None]:
        """Wait for one's turn, and have it."""
        if self._taken:
            mine = asyncio.get_running_loop().create_future()
            heappush(self._waiting, (rank, next(self._came), mine))
            try:
                await mine
            except asyncio.CancelledError:
                if mine.done() and not mine.cancelled():
                    self._pass_on()
                raise
        self._taken = True
        try:
            yield
        finally:
            self._pass_on()

    def _pass_on(self) -> None:
        while self._waiting:
            waits = heappop(self._waiting)[-1]
            if not waits.done():
                waits.set_result(None)
                return
        self._taken = False


def rank(label: Label) -> int:
    """The births of a search depend on one another, so that the task with most of them to come is the one that will end last.

    An answer goes first: its task is done then.
    """
    return -1 if label.role == "answerer" else label.birth or 0
