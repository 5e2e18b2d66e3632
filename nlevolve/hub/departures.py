"""When the call of a lent place left: told to a hub to which that matters with its end, or before where that is far away."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from nlevolve.llm.minute import LATEST


class Departure:
    """Of one place."""

    def __init__(self, tell: Callable[[float], None]) -> None:
        """`tell`: takes how many seconds ago it left."""
        self._tell = tell
        self._at: float | None = None
        self._timer: asyncio.TimerHandle | None = None

    def leaves(self) -> None:
        """It leaves, or is a step further on its way out."""
        loop = asyncio.get_running_loop()
        self._at = loop.time()
        if self._timer is None:
            self._timer = loop.call_later(LATEST, self._say)

    @property
    def ago(self) -> float | None:
        """Seconds since it left; None where it has not."""
        return None if self._at is None else asyncio.get_running_loop().time() - self._at

    def over(self) -> dict[str, float | bool]:
        """What is told of it with its end."""
        if self._timer is not None:
            self._timer.cancel()
        return {"sent": False} if self.ago is None else {"ago": self.ago}

    def _say(self) -> None:
        self._timer = None
        self._tell(self.ago or 0.0)
