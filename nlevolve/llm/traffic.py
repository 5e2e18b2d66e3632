"""How it stands between us and each model, said every few seconds: how many wait to be sent, how fast replies are written."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from nlevolve.llm.estimate import CHARACTERS
from nlevolve.records import Event, TrafficSeen

EVERY = 5.0
"""Seconds between two looks. A run that is over sooner, or that nothing holds up, says nothing of it."""


@dataclass
class Standing:
    """Of one model. Whoever queues its calls, and whoever hears its replies, counts here."""

    waiting: int = 0
    paced: int = 0
    """Queues of which the first waits for the pace."""
    writing: int = 0
    tokens: float = 0.0
    """Heard since it was last said."""
    said: TrafficSeen | None = field(default=None, repr=False)

    def heard(self, pieces: int, characters: int) -> None:
        """A piece is a token or more; of one that is longer it is the characters that tell."""
        self.tokens += max(pieces, characters / CHARACTERS)


class Traffic:
    """Looks at the standings as long as there is something to see. Needs no task of its own."""

    def __init__(self, emit: Callable[[Event], None]) -> None:
        self._emit = emit
        self._of: defaultdict[str, Standing] = defaultdict(Standing)
        self._timer: asyncio.TimerHandle | None = None

    def of(self, model: str) -> Standing:
        """The model's standing; it is looked at from now on."""
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(EVERY, self._look)
        return self._of[model]

    @property
    def waiting(self) -> int:
        """Calls in queues, of all models."""
        return sum(its.waiting for its in self._of.values())

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _look(self) -> None:
        self._timer = None
        for model, its in self._of.items():
            seen = TrafficSeen(
                model=model,
                waiting=its.waiting,
                paced=its.waiting > 0 and its.paced > 0,
                writing=its.writing,
                tokens_per_second=round(its.tokens / EVERY, 1),
            )
            its.tokens = 0.0
            if _news(seen, its.said):
                self._emit(seen)
                its.said = seen
        if any(its.waiting or its.writing for its in self._of.values()):
            self._timer = asyncio.get_running_loop().call_later(EVERY, self._look)


def _news(seen: TrafficSeen, said: TrafficSeen | None) -> bool:
    """What is written is news each time: a view can then tell what it was told a minute ago from what holds."""
    if seen.writing or seen.tokens_per_second:
        return True
    before = (said.waiting, said.paced, said.writing) if said else (0, False, 0)
    return (seen.waiting, seen.paced, seen.writing) != before
