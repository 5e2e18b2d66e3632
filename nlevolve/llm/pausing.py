"""A run that is paused: nothing new is sent until it goes on. What is in flight ends, and the sample bank serves."""

from __future__ import annotations

import asyncio


class Held(Exception):
    """The run was paused while a call waited for its turn: it has left nobody, and waits to go on."""


class Pause:
    """Whether a run is paused. A run that is to stop is so no longer: what gives its tasks their answers is sent."""

    def __init__(self, stopping: asyncio.Event) -> None:
        self._stopping = stopping
        self._going = asyncio.Event()
        self._going.set()

    @property
    def on(self) -> bool:
        return not self._going.is_set()

    def set(self, paused: bool) -> bool:
        """Pause, or go on. Whether that is another state than before."""
        changed = paused != self.on
        (self._going.clear if paused else self._going.set)()
        return changed

    def check(self) -> None:
        """Raises Held while nothing may be sent."""
        if self.on and not self._stopping.is_set():
            raise Held

    async def over(self) -> None:
        """Wait until something may be sent."""
        if not self.on or self._stopping.is_set():
            return
        waits = [asyncio.ensure_future(event.wait()) for event in (self._going, self._stopping)]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in waits:
                one.cancel()
