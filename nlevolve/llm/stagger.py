"""Calls start in groups, so that the event loop stays free."""

from __future__ import annotations

import asyncio

GROUP = 16
"""Calls that start together. A call is three milliseconds of litellm: sixteen are the fiftieth of a second that a dashboard can
be late unseen. All 500 at once made the loop late by half a second, both when they left and when they came back."""
BREATH, QUICK = 0.01, 0.01
"""Seconds between groups of calls that start together, and by how much the event loop may be late to count as free."""
MOST_BREATHS = 20
"""Groups start after so many breaths in any case: others' work in the loop is no reason to stand still."""


class Stagger:
    """Calls start in groups: the next when the event loop has caught up with the one before.

    Hundreds that start together come back together, and everything else in the loop waits until all of them are read.
    """

    def __init__(self) -> None:
        self._started = 0

    async def turn(self) -> None:
        """Wait until one more may start. Never for long: a loop that others keep busy is not a reason to stop."""
        self._started += 1
        if self._started % GROUP:
            return
        clock = asyncio.get_running_loop().time
        for _ in range(MOST_BREATHS):
            began = clock()
            await asyncio.sleep(BREATH)
            if clock() - began < BREATH + QUICK:
                return
