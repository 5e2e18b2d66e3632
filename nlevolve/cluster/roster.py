"""Who takes part: workers are greeted when they come, and are lost when they answer no beat."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from nlevolve.cluster import on_worker
from nlevolve.cluster.engine import Engine, Refused, Silent
from nlevolve.cluster.messages import Beat, Equipment, Greeting, Pulse
from nlevolve.run.pinging import Unfit

BEAT = 1.0
"""Seconds between two beats: so long a lost worker may go unnoticed."""
MISSES = 4
"""Beats that a worker may leave unanswered while its scheduler says that it lives."""
GLANCE = 0.2
"""Seconds between looks at who has come."""
COMING = 60.0
"""Seconds in which the first worker has to come."""
UNSAID = 2.0
"""Seconds for which workers are waited for without a word."""
SILENCE = 60.0
"""Seconds for which a scheduler may say nothing, while its machine still holds our connection."""
SHOWN = 3
"""Workers whose faults are listed."""


@dataclass
class Roster:
    """The stations of one session."""

    engine: Engine
    equipment: Equipment
    most: int | None
    """Workers that are wanted; None: all."""
    beat: Callable[[], Beat]
    """What they are to do."""
    joined: Callable[[str], None]
    lost: Callable[[str], None]
    """These two are told a station's name."""
    notice: Callable[[str], None]
    places: dict[str, str] = field(default_factory=dict)
    """Station -> its worker's address."""
    news: asyncio.Event = field(default_factory=asyncio.Event)
    """Set it, and the next beat does not wait."""
    struck: list[str] = field(default_factory=list)
    """Stations that count as lost."""
    _unfit: dict[str, str] = field(default_factory=dict)
    _missed: Counter[str] = field(default_factory=Counter)

    async def meet(self, wanted: int) -> None:
        """Greet all who are there, once so many are, or none more has come for a while. Raises Unfit and Gone."""
        there = await self.engine.workers()
        for look in range(int(COMING / GLANCE)):
            if len(there) < wanted:
                if look == int(UNSAID / GLANCE):
                    self.notice(
                        f"waiting up to {COMING:.0f} s for workers at {self.engine.address}: {len(there)} of {wanted} there"
                    )
                await asyncio.sleep(GLANCE)
                there = await self.engine.workers()
        if not there:
            raise Unfit(f"the cluster at {self.engine.address} has no worker", False, "start a worker there")
        await self._greet(there)
        if self._unfit:
            told = [f"{worker}: {why}" for worker, why in self._unfit.items()]
            more = f" (and {len(told) - SHOWN} more)" if len(told) > SHOWN else ""
            remedy = "make the workers the same as this machine, with keys of their own"
            raise Unfit(f"a worker cannot take part, so nothing was begun: {'; '.join(told[:SHOWN])}{more}", False, remedy)

    async def beating(self) -> None:
        """Beat until cancelled. Raises Gone."""
        heard, said = time.monotonic(), False
        while True:
            try:
                await self.once()
                heard, said = time.monotonic(), False
            except Silent:
                if time.monotonic() - heard > SILENCE:
                    raise
                if not said:
                    self.notice(f"the scheduler at {self.engine.address} does not answer: waiting up to {SILENCE:.0f} s for it")
                said = True
            with suppress(TimeoutError):
                await asyncio.wait_for(self.news.wait(), BEAT)
            self.news.clear()

    async def once(self) -> None:
        """One beat to everybody; who came and who is lost is found out by it. Raises Gone."""
        there = await self.engine.workers()
        for station in [name for name, place in self.places.items() if place not in there]:
            self.strike(station)
        pulses = dict(zip(there, await asyncio.gather(*map(self._pulse, there)), strict=True))
        for station, place in list(self.places.items()):
            pulse = pulses.get(place)
            self._missed[station] = self._missed[station] + 1 if pulse is None else 0
            other = pulse is not None and pulse.station != station
            if self._missed[station] >= MISSES or other:
                self.strike(station)
        if not self.beat().over:
            await self._greet([place for place, pulse in pulses.items() if pulse is not None and not pulse.station])

    def strike(self, station: str) -> None:
        """It counts as lost, whatever becomes of it."""
        del self.places[station]
        self.struck.append(station)
        self.lost(station)

    async def _pulse(self, place: str) -> Pulse | None:
        with suppress(Refused):
            return Pulse.model_validate_json(await self.engine.ask(on_worker.beat, self.beat().text(), place))
        return None

    async def _greet(self, places: Sequence[str]) -> None:
        room = len(places) if self.most is None else max(0, self.most - len(self.places))
        new = [place for place in places if place not in self._unfit and place not in self.places.values()][:room]
        for place, greeting in zip(new, await asyncio.gather(*map(self._greeting, new)), strict=True):
            if greeting.wrong:
                self._unfit[place] = greeting.wrong
                self.notice(f"the worker {place} cannot take part: {greeting.wrong}")
            else:
                self.places[greeting.station] = place
                self.joined(greeting.station)

    async def _greeting(self, place: str) -> Greeting:
        try:
            return Greeting.model_validate_json(await self.engine.ask(on_worker.greet, self.equipment.text(), place))
        except Refused as error:
            return Greeting(station="", wrong=f"it did not answer ({error}); is nlevolve installed there?")
