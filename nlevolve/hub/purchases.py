"""Who is buying what: of several workers that ask the same one buys it, and the others wait for it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import suppress


class Purchases:
    """Keys under way, each of one account."""

    def __init__(self, under_way: Iterable[tuple[str, str]] = ()) -> None:
        self._of: dict[str, str] = {key: account for account, key in under_way}
        self._ended: dict[str, asyncio.Event] = {}

    async def claim(self, account: str, key: str) -> bool:
        """Wait until nobody else buys it; whether it is new that this account does."""
        while self._of.get(key, account) != account:
            await self._ended.setdefault(key, asyncio.Event()).wait()
        new = key not in self._of
        self._of[key] = account
        return new

    def release(self, account: str, key: str) -> bool:
        """The account does not buy it any more: bought, or given up. Whether it did."""
        if self._of.get(key) != account:
            return False
        del self._of[key]
        with suppress(KeyError):
            self._ended.pop(key).set()
        return True

    def of(self, account: str) -> list[str]:
        """What the account is buying."""
        return [key for key, its in self._of.items() if its == account]

    def __len__(self) -> int:
        return len(self._of)
