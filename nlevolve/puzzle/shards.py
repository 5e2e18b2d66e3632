"""A selection cut into shards, each every n-th of its tasks, and put together again. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import TypeVar

from nlevolve.errors import UsageError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Shard:
    """Which part of a selection a run has."""

    number: int
    """From 1."""
    of: int
    """Into how many the selection was cut."""
    selected: tuple[str, ...]
    """One selector a task of the whole selection, in its order."""
    selected_digest: str
    """SHA-256 of what all these tasks hold: shards belong together where they have the same."""

    @property
    def label(self) -> str:
        """As `--shard` takes it."""
        return f"{self.number}/{self.of}"

    @property
    def suffix(self) -> str:
        """What tells this shard's run from the others', at the end of its name."""
        return f".{self.number}of{self.of}"


def every(things: Sequence[T], number: int, of: int) -> tuple[T, ...]:
    """Every `of`-th thing from the `number`-th on: neighbours, which are often alike, go to different shards.

    Raises UsageError where there are fewer than shards: one without tasks would be no run.
    """
    if of > len(things):
        tasks = f"{len(things)} task{'' if len(things) == 1 else 's'}"
        raise UsageError(f"--shard {number}/{of}: {tasks} cannot be cut into {of} shards")
    return tuple(things[number - 1 :: of])


def joined(shards: Sequence[Sequence[T]]) -> tuple[T, ...]:
    """What was cut, in its order. `shards`: all of them, from the first to the last."""
    rows = zip_longest(*([(one,) for one in shard] for shard in shards), fillvalue=())
    return tuple(one for row in rows for boxed in row for one in boxed)
