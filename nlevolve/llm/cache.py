"""The sample bank: one reply for each key, as JSON text on diskcache; never evicted, written before it is acknowledged."""

from __future__ import annotations

import asyncio
import copy
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from diskcache import Cache
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from nlevolve.errors import UsageError
from nlevolve.llm.disk import StrangeRow, TextDisk
from nlevolve.llm.request import LLM, CallFailed, NotBanked, Reply, Request, leaving

Notice = Callable[[str], None]
NO_LIMIT = 2**62


class Row(BaseModel):
    """What the bank keeps for a key."""

    model_config = ConfigDict(frozen=True)

    v: int = 1
    model: str
    run: str = ""
    """Id of the run that paid for it: a kill may have come between the payment and its event."""
    at: datetime = Field(default_factory=lambda: datetime.now(UTC))
    rejected: str = ""
    """Why the reply was of no use in the end: an ordinary rerun asks anew, a replay serves it."""
    reply: Reply


class Bank(Protocol):
    """Where replies are kept."""

    replay: bool

    def get(self, key: str) -> Row | None: ...
    async def put(self, key: str, row: Row) -> Row: ...
    def reject(self, key: str, why: str) -> None: ...
    async def close(self) -> None: ...


class DiskBank:
    """A bank in a folder. Several processes may use it at once.

    Reading happens on the caller's thread (tens of microseconds); writing on one private thread that takes all waiting
    rows into one transaction, because a write may wait for another process or for the disk.
    """

    def __init__(self, folder: Path, notice: Notice, replay: bool = False) -> None:
        self.folder = folder
        self.replay = replay
        self._notice = notice
        self._cache = _open(folder, notice)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="sample-bank")
        self._waiting: list[tuple[str, Row, asyncio.Future[Row]]] = []
        self._flushing: asyncio.Task[None] | None = None

    def get(self, key: str) -> Row | None:
        """The row of this key; None when there is none, or none of ours."""
        try:
            text = self._cache.get(key)
            return None if text is None else Row.model_validate_json(text)
        except (StrangeRow, ValidationError) as error:
            self._notice(f"the sample bank in {self.folder} holds a row that it did not write ({_line(error)}); it is asked anew")
            return None

    async def put(self, key: str, row: Row) -> Row:
        """Keep the row and return the one that stands: the first reply to a question is its reply in every run."""
        future: asyncio.Future[Row] = asyncio.get_running_loop().create_future()
        self._waiting.append((key, row, future))
        if self._flushing is None or self._flushing.done():
            self._flushing = asyncio.create_task(self._flush())
        return await future

    def reject(self, key: str, why: str) -> None:
        """Mark the reply as of no use, so that an ordinary rerun asks anew."""
        row = self.get(key)
        if row is not None and not row.rejected:
            self._thread.submit(self._replace, key, row.model_copy(update={"rejected": why}))

    async def close(self) -> None:
        """Wait for what is being written, then close."""
        while self._flushing is not None and not self._flushing.done():
            await asyncio.wait([self._flushing])
        await asyncio.to_thread(self._thread.shutdown)
        self._cache.close()

    async def _flush(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            batch, self._waiting = self._waiting, []
            try:
                standing = await loop.run_in_executor(self._thread, self._write, [(key, row) for key, row, _ in batch])
            except (sqlite3.Error, OSError) as error:
                failure = UsageError(
                    f"cannot write the sample bank in {self.folder}: {_line(error)}; make room, then resume the run"
                )
                for _, _, future in batch:
                    if not future.done():
                        future.set_exception(failure)
                continue
            for (_, _, future), row in zip(batch, standing, strict=True):
                if not future.done():
                    future.set_result(row)

    def _write(self, batch: list[tuple[str, Row]]) -> list[Row]:
        with self._cache.transact(retry=True):
            return [self._keep(key, row) for key, row in batch]

    def _keep(self, key: str, row: Row) -> Row:
        standing = self.get(key)
        if standing is not None and not standing.rejected:
            return standing
        self._cache.set(key, row.model_dump_json(), tag=row.model)
        return row

    def _replace(self, key: str, row: Row) -> None:
        self._cache.set(key, row.model_dump_json(), tag=row.model, retry=True)


def _open(folder: Path, notice: Notice) -> Any:
    try:
        return _cache(folder)
    except sqlite3.DatabaseError as error:
        moved = folder.with_name(f"{folder.name}.broken-{datetime.now(UTC):%Y%m%dT%H%M%S}")
        folder.rename(moved)
        notice(f"the sample bank in {folder} is damaged ({_line(error)}); it was moved to {moved} and a new one begun")
        return _cache(folder)


def _cache(folder: Path) -> Any:
    return Cache(
        str(folder), disk=TextDisk, eviction_policy="none", cull_limit=0, size_limit=NO_LIMIT, statistics=0, sqlite_synchronous=2
    )


def cached(llm: LLM, bank: Bank, run: str, logged: set[str]) -> LLM:
    """Serve from the bank, share equal requests that are in flight, keep what comes back.

    `run` is this run's id and `logged` the keys whose payment is in its log. A row that this very run paid for without
    having logged it is handed out as paid (`cached` False), once, so that accounts are right after a kill.
    """
    flying: dict[str, asyncio.Future[None]] = {}

    async def ask(request: Request) -> Reply:
        key = request.key
        while (row := bank.get(key)) is None or not (bank.replay or _stands(row, key)):
            if bank.replay:
                raise NotBanked(f"the sample bank has no reply to this {request.label.purpose} request ({key[:12]})")
            leaving.get()()
            if key not in flying:
                return await _lead(request, key)
            await _landed(flying[key])
        return _served(row, key)

    async def _lead(request: Request, key: str) -> Reply:
        flight = flying[key] = asyncio.get_running_loop().create_future()
        try:
            reply = await llm(request)
            standing = (await bank.put(key, Row(model=request.model, run=run, reply=reply))).reply
            logged.add(key)
            return reply.model_copy(update={"text": standing.text, "finish": standing.finish, "reasoning": standing.reasoning})
        except CallFailed as error:
            flight.set_exception(error)
            flight.exception()  # read here: it may be that nobody waits
            raise
        finally:
            del flying[key]
            if not flight.done():
                flight.cancel()

    def _stands(row: Row, key: str) -> bool:
        return not row.rejected or key in logged or (bool(run) and row.run == run)

    def _served(row: Row, key: str) -> Reply:
        owed = bool(run) and row.run == run and key not in logged
        logged.add(key)
        return row.reply.model_copy(update={"cached": not owed})

    return ask


async def _landed(flight: asyncio.Future[None]) -> None:
    """Wait for an equal request. Its failure is ours too; one that was given up is not."""
    await asyncio.wait([flight])
    if not flight.cancelled() and (error := flight.exception()) is not None:
        shared = copy.copy(error)
        if isinstance(shared, CallFailed):
            shared.tries = 0
        raise shared


def _line(error: BaseException) -> str:
    return " ".join(str(error).split())[:160]
