"""Stopping: nothing waits for its turn any longer once the run is to stop."""

from __future__ import annotations

import asyncio
import contextlib


async def nap(seconds: float, stopping: asyncio.Event) -> None:
    """Sleep, but no longer than until `stopping` is set."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stopping.wait()
