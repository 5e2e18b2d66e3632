"""Ends the run when a task of ours dies of something that nobody waits to hear."""

from __future__ import annotations

import asyncio
import contextlib


class Alarm:
    """Belongs to the task that opens it, as a TaskGroup does: a death in its keeping interrupts that task."""

    def __init__(self) -> None:
        self._owner = asyncio.current_task()
        self._error: BaseException | None = None

        self._interrupted = False
        self._leaving = False

    def ring(self, error: BaseException) -> None:
        """Interrupt the owner, unless it is leaving; the first error counts."""
        if self._error is not None:
            return
        self._error = error
        if self._owner is not None and not self._leaving:
            self._interrupted = True
            self._owner.cancel()

    async def silence(self) -> bool:
        """The owner is leaving, and must not be interrupted any more; whether it was by anybody but us."""
        self._leaving = True
        if self._owner is None or not self._interrupted:
            return False
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.sleep(0)  # the interruption may not have come to it yet
        return self._owner.uncancel() > 0

    def told(self, raised: BaseException | None, others: bool) -> None:
        """Raise what a task died of, where the owner leaves with nothing else that is worth more."""
        if self._error is not None and not others and (raised is None or isinstance(raised, asyncio.CancelledError)):
            raise self._error
