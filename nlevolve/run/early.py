"""What is likely to be asked next, asked while places in flight stand free: nobody looks at the reply before its turn has come.

So nothing is decided otherwise, and a replay needs none of it: whoever asks the same in its turn finds it under way, or in the
sample bank.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

from nlevolve.ask.prompts import PlaceError
from nlevolve.ask.replies import Unreadable
from nlevolve.llm.request import NoReply
from nlevolve.run.context import Context


class Early:
    """Questions that may be needed: `async with Early(context, wanted) as early`. Those not sent by the end never are."""

    def __init__(self, context: Context, wanted: bool) -> None:
        self._context = context.early() if wanted else None
        self._asking: dict[Hashable, asyncio.Task[None]] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> None:
        for asking in self._asking.values():
            asking.cancel()
        await asyncio.gather(*self._asking.values(), return_exceptions=True)

    def ask(self, name: Hashable, question: Callable[[Context], Awaitable[Any]]) -> None:
        """Ask this as soon as a place stands free."""
        if self._context is not None:
            self._asking[name] = asyncio.create_task(_quietly(question(self._context)))

    def due(self, name: Hashable) -> None:
        """Its turn has come: it is now asked anyway. Where it is under way already, whoever asks has joined it by then."""
        if name in self._asking:
            asyncio.get_running_loop().call_soon(self._asking[name].cancel)


async def _quietly(asking: Awaitable[Any]) -> None:
    """What fails is told to whoever asks it in turn."""
    await asyncio.sleep(0)  # what is asked in turn at the same moment goes first
    with suppress(NoReply, Unreadable, PlaceError):
        await asking
