"""A clock that jumps: an event loop in which sleeping takes no time, for tests of what happens over minutes."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class _Jumping(selectors.SelectSelector):
    now = 0.0

    def select(self, timeout: float | None = None) -> Any:
        self.now += timeout or 0.0
        return super().select(0)


def run_virtually(main: Coroutine[Any, Any, T]) -> T:
    """asyncio.run, but in a loop whose time jumps to whatever is waited for. Threads must not be waited for in it."""
    selector = _Jumping()
    loop = asyncio.SelectorEventLoop(selector)
    loop.time = lambda: selector.now
    try:
        return loop.run_until_complete(main)
    finally:
        loop.close()
