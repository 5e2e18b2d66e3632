"""Waiting for so long and no longer, by a clock that does not count while nobody looks.

A process that was stopped (a laptop that slept, Ctrl-Z) finds all its time-outs run out when it goes on, and with them replies
that have come meanwhile and are paid for. So nothing is given up in the moment in which its time is over: first what has come
is read.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

LATE = 1.0
"""Seconds after which a timer rang so late that the process must have been stopped, or its loop blocked."""
AWAKE = 15.0
"""Seconds that whoever was asleep gives what is under way."""
LAST_LOOK = 1.0
"""Seconds, and at most a quarter of the time that is waited, to read what has come while the time ran out."""


class Patience:
    """Of one wait. `renew` begins it anew."""

    def __init__(self, timeout: asyncio.Timeout) -> None:
        self._timeout = timeout
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._due = self._seconds = 0.0
        self._looked = False

    def renew(self, seconds: float) -> None:
        """Wait for so long from now on. As cheap as a look at the clock: a stream does so with each of its pieces."""
        self._due, self._seconds, self._looked = self._loop.time() + seconds, seconds, False
        if self._timer is None:
            self._wake()

    def over(self) -> None:
        """Wait for nothing any more."""
        if self._timer is not None:
            self._timer.cancel()

    @property
    def lost(self) -> bool:
        """Whether it is what was given up."""
        return self._timeout.expired()

    def _wake(self) -> None:
        self._timer = self._loop.call_at(self._due, self._look, self._due)

    def _look(self, due: float) -> None:
        now = self._loop.time()
        if now - due > LATE:
            self._due = max(self._due, now + AWAKE)
        elif self._due <= now and not self._looked:
            self._due, self._looked = now + min(LAST_LOOK, self._seconds / 4), True
        if self._due > now:
            self._wake()
        else:
            self._timeout.reschedule(now)


@asynccontextmanager
async def patient(seconds: float | None = None) -> AsyncIterator[Patience]:
    """Raises TimeoutError when what is awaited in here takes longer. None: as long as `renew` says."""
    async with asyncio.timeout(None) as timeout:
        patience = Patience(timeout)
        if seconds is not None:
            patience.renew(seconds)
        try:
            yield patience
        finally:
            patience.over()
