"""A clock that jumps: an event loop in which sleeping takes no time, for what happens over minutes."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class _Jumping(selectors.SelectSelector):
    now = 0.0
    threads = 0
    """Under way. While they work no time passes: how fast they are is not what is looked at."""

    def select(self, timeout: float | None = None) -> Any:
        if self.threads:
            return super().select(timeout and None)
        self.now += timeout or 0.0
        return super().select(0)


class VirtualLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._jumping = _Jumping()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.now

    def pass_time(self, seconds: float) -> None:
        """As if the process had been stopped for so long."""
        self._jumping.now += seconds

    def run_in_executor(self, executor: Any, func: Callable[..., Any], *args: Any) -> asyncio.Future[Any]:
        future = super().run_in_executor(executor, func, *args)
        self._jumping.threads += 1
        future.add_done_callback(self._back)
        return future

    def _back(self, _: object) -> None:
        self._jumping.threads -= 1


def run_virtually(main: Coroutine[Any, Any, T]) -> T:
    """asyncio.run, but in a loop whose time jumps to whatever is waited for, unless a thread is."""
    loop = VirtualLoop()
    try:
        return loop.run_until_complete(main)
    finally:
        loop.close()
