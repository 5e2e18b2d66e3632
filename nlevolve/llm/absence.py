"""A server that is away: nothing is sent to it until it answers again, and what waits for it spends nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from nlevolve.llm.request import Away, Place, Request
from nlevolve.llm.stopping import nap
from nlevolve.records import Event, ServerAway, ServerBack

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 15.0
"""Seconds between looks: doubled from the first to the longest."""
GLANCE = 5.0
"""Seconds in which a server that is there answers."""


async def answers(address: str) -> bool:
    """Whether anybody is at home, whatever he says. No key is sent."""
    import aiohttp

    try:
        timeout = aiohttp.ClientTimeout(total=GLANCE)
        async with (
            aiohttp.ClientSession(trust_env=True, timeout=timeout) as session,
            session.get(address, allow_redirects=False),
        ):
            return True
    except aiohttp.ClientSSLError:
        return True  # somebody is there: the next call tells what is wrong
    except (aiohttp.ClientConnectorError, TimeoutError):
        return False
    except aiohttp.ClientError:
        return True


@dataclass
class _Absence:
    """Of one model at one endpoint."""

    address: str
    since: float
    away: bool = False
    pause: float = FIRST_PAUSE
    prober: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held by the one call that looks; the others wait for it."""


class Absences:
    """Which servers are away. One of the calls that wait for a server looks whether it is back; the rest wait with it.

    patience: seconds to wait for a server before the calls to it are given up.
    """

    def __init__(
        self,
        emit: Callable[[Event], None],
        stopping: asyncio.Event,
        patience: float = 0.0,
        probe: Callable[[str], Awaitable[bool]] = answers,
    ) -> None:
        self._emit = emit
        self._stopping = stopping
        self._patience = patience
        self._probe = probe
        self._of: dict[Place, _Absence] = {}

    def check(self, request: Request) -> None:
        """Raises Away when its server is known to be away."""
        absence = self._of.get(request.place)
        if absence is not None and absence.away:
            raise Away(absence.address)

    def gone(self, request: Request, failure: Away) -> None:
        """Nobody answered a call. Said once for each absence."""
        now = asyncio.get_running_loop().time()
        absence = self._of.setdefault(request.place, _Absence(failure.address, now))
        if not absence.away:
            absence.away = True
            # one that came back and answered nothing has used some of it up
            left = max(0.0, absence.since + self._patience - now)
            self._emit(ServerAway(model=request.model, address=absence.address, why=str(failure), patience=left))

    def answered(self, request: Request) -> None:
        """A call came through: the absence is over, not only interrupted."""
        absence = self._of.get(request.place)
        if absence is not None and not absence.away:
            del self._of[request.place]

    async def over(self, request: Request) -> None:
        """Wait until the request's server answers, or the run stops. Raises Away when patience is at its end."""
        absence = self._of.get(request.place)
        if absence is None or not absence.away:
            return
        clock = asyncio.get_running_loop().time
        async with absence.prober:
            while absence.away and not self._stopping.is_set():
                left = absence.since + self._patience - clock()
                if left <= 0:
                    raise Away(absence.address, f"waited {self._patience:.0f} s for it" if self._patience else "")
                await nap(min(absence.pause, left), self._stopping)
                absence.pause = min(LONGEST_PAUSE, 2 * absence.pause)
                if not self._stopping.is_set() and await self._probe(absence.address):
                    absence.away = False
                    self._emit(ServerBack(model=request.model, address=absence.address, seconds=clock() - absence.since))
