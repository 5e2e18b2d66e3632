"""Where a try finds its place in flight, and what it is told there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from nlevolve.llm.request import Reply, Request


@dataclass(eq=False)
class Taken:
    """A place in flight that a try has taken. Whoever took it leaves the reply here."""

    sent_at: float
    tokens: float
    """As expected, reply included."""
    beside: int
    """Calls of this model that were in flight then."""
    leaves: Callable[[], None]
    """To be called when the try leaves for its provider, as often as it is taken a step further."""
    again: Callable[[], Awaitable[None]]
    """Waits for the turn of one more try in the same place: a provider counts each."""
    reply: Reply | None = None
    gone: bool = False


class Places(Protocol):
    """Where a try finds its place in flight."""

    def place(self, request: Request) -> AbstractAsyncContextManager[Taken]:
        """A place for one try. How the try ends tells how much can be asked at once and how fast. Raises NoReply."""


def characters(request: Request) -> int:
    """Of all its messages."""
    return sum(len(message.text) for message in request.messages)
