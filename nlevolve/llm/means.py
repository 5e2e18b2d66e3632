"""What a stack's calls go by: a ledger, a bank, places in flight. A run's own, or those that it shares with others."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from nlevolve.llm.bank import Bank, DiskBank, Notice
from nlevolve.llm.ledger import Caps, Ledger, Spent
from nlevolve.llm.limits import Lanes
from nlevolve.llm.places import Places
from nlevolve.llm.purse import Purse
from nlevolve.llm.replay_bank import ReplayBank
from nlevolve.llm.request import Place
from nlevolve.llm.traffic import Traffic
from nlevolve.records import Event


@dataclass(frozen=True, kw_only=True)
class Asker:
    """Who asks."""

    run: str
    """The run's name, for people."""
    run_id: str
    emit: Callable[[Event], None]
    stopping: asyncio.Event
    patience: float
    """Seconds to wait for what is away."""
    part: str = ""
    """Which part of the run this process carries out, where several do."""
    departed: frozenset[str] | None = None
    """Digests of the requests that left in the run's session before this one, by its log, where that is whole."""


class Means(Protocol):
    """Made once for a stack: opened, then asked for each of the three, and closed when all of them are."""

    async def open(self, asker: Asker, *, replay: bool) -> None: ...
    def ledger(self, caps: Caps, spent: Spent, purse: Purse) -> Ledger: ...
    def bank(self, folder: Path, notice: Notice) -> Bank: ...
    def lanes(self, concurrency: int, served: Mapping[Place, int], traffic: Traffic) -> Places: ...
    async def close(self) -> None: ...


class Own:
    """Nobody else's."""

    async def open(self, asker: Asker, *, replay: bool) -> None:
        self._asker, self._replay = asker, replay

    def ledger(self, caps: Caps, spent: Spent, purse: Purse) -> Ledger:
        return Ledger(caps, spent, purse)

    def bank(self, folder: Path, notice: Notice) -> Bank:
        return (ReplayBank if self._replay else DiskBank)(folder, notice)

    def lanes(self, concurrency: int, served: Mapping[Place, int], traffic: Traffic) -> Places:
        return Lanes(concurrency, self._asker.emit, self._asker.stopping, served, traffic)

    async def close(self) -> None:
        """Each closes by itself."""
