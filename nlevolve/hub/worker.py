"""One process that works by a hub, as the hub knows it, and what it is told in the place of an answer."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any


class Replaced(Exception):
    """Another process carries out this part of the run."""


@dataclass(eq=False)
class Worker:
    """One process, as the hub knows it."""

    account: str
    session: str
    send: Callable[[str], None] | None = None
    """Takes a frame to it; None while it is not connected."""
    dismiss: Callable[[], None] | None = None
    """Ends its connection."""
    reads: bool = False
    """It looks into the bank and does nothing else."""
    known: bool = True
    """Whether this start of the hub knows what it holds."""
    done: list[str] = field(default_factory=list)
    news: list[str] = field(default_factory=list)
    running: dict[int, asyncio.Task[None]] = field(default_factory=dict)
    models: set[str] = field(default_factory=set)
    kept: dict[str, ExitStack] = field(default_factory=dict)
    lease: asyncio.TimerHandle | None = None


def closed(doing: Coroutine[Any, Any, str | None], _: asyncio.Task[None]) -> None:
    """Close what was to be done for a word. Where the word was taken back in its own frame it has never begun."""
    doing.close()


def error_of(kind: str, message: str, **more: str) -> str:
    """As JSON, in the place of an answer."""
    return json.dumps({"error": kind, "message": message, **more})
