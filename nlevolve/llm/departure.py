"""When a request really leaves: everybody who takes it further says so, and who says it last is right."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_heard: ContextVar[Callable[[], None] | None] = ContextVar("departure", default=None)


@contextmanager
def departing(heard: Callable[[], None]) -> Iterator[None]:
    """`heard` is called each time that what is asked in here, in this task, goes a step further on its way out."""
    token = _heard.set(heard)
    try:
        leaves()
        yield
    finally:
        _heard.reset(token)


def leaves() -> None:
    """The request of this task leaves."""
    heard = _heard.get()
    if heard is not None:
        heard()
