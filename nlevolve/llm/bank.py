"""The sample bank on disk: one reply for each key, as JSON text on diskcache; never evicted, written before acknowledged."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from math import isfinite
from pathlib import Path
from typing import Protocol

from filelock import FileLock
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from nlevolve.errors import BankFailed
from nlevolve.llm.disk import FILE, StrangeRow, TextTable, file_of
from nlevolve.llm.request import Reply, Request
from nlevolve.llm.silence import said_if_long

Notice = Callable[[str], None]
WAIT = 60
"""Seconds for which sqlite waits for another program, as diskcache has it."""
LOCK = "mending.lock"
"""Held while a damaged database is moved aside: two runs must not do it to each other's new one."""
MOST_TOKENS, MOST_USD, MOST_TRIES = 10**12, 1e9, 10**6
GATHERING = 0.05
"""Seconds from one write of several paid samples to the next: under load many share a transaction, and its wait for the disk.

A wait for the disk takes one to ten milliseconds, in which nothing else is written; at 300 calls a second fifteen samples share
one. The last of them has waited a twentieth of a second, after a reply that took seconds.
"""
LARGEST_ROW = 16_000_000
"""Characters of a sample as JSON: replies have two megabytes unless somebody wants more, and escaped six times that at most."""


class Sample(BaseModel):
    """What the bank keeps for a key: a reply that was once given to a question, and what is known of it."""

    model_config = ConfigDict(frozen=True)

    v: int = 1
    model: str
    run: str = ""
    """Id of the run that paid for it: a kill may have come between the payment and its event."""
    at: datetime = Field(default_factory=lambda: datetime.now(UTC))
    rejected: str = ""
    """Why the reply was of no use in the end: an ordinary rerun asks anew, a replay serves it."""
    reply: Reply

    @field_validator("at")
    @classmethod
    def _in_a_zone(cls, at: datetime) -> datetime:
        # one without cannot be compared with the others
        return at if at.tzinfo else at.replace(tzinfo=UTC)

    @field_validator("reply")
    @classmethod
    def _possible(cls, reply: Reply) -> Reply:
        counts = (*dict(reply.usage).values(), reply.unknown_tokens)
        dollars = (reply.cost_usd or 0.0, reply.unknown_usd)
        if not 0 <= min(counts) <= max(counts) <= MOST_TOKENS or not all(0 <= usd <= MOST_USD for usd in dollars):
            raise ValueError("nobody counts so many tokens or dollars")
        if not (isfinite(reply.seconds) and isfinite(reply.first or 0.0) and 0 <= reply.tries <= MOST_TRIES):
            raise ValueError("no call takes so long, or so many tries")
        return reply


def sample_of(row: str) -> Sample:
    """Raises ValidationError, and StrangeRow for one that no reply of ours could fill."""
    if len(row) > LARGEST_ROW:
        raise StrangeRow(f"it has more than {LARGEST_ROW:,} characters")
    return Sample.model_validate_json(row)


class Bank(Protocol):
    """Where replies are kept."""

    replay: bool
    """Serve whatever is here and nothing else."""

    async def look(self, key: str) -> Sample | None:
        """The sample of this key; None when there is none, or none of ours."""

    async def claim(self, request: Request) -> Sample | None:
        """Before it is bought: wait while somebody else who shares the bank buys it. What is there then; `put` or `release` is to
        follow. Raises NoReply."""

    def release(self, key: str) -> None:
        """It is not bought after all."""

    async def put(self, key: str, sample: Sample) -> Sample: ...
    def reject(self, key: str, why: str) -> None: ...
    async def close(self) -> None: ...


class Readable(Protocol):
    """A bank to look at."""

    folder: Path

    def get(self, key: str) -> Sample | None: ...
    def samples(self) -> Iterator[tuple[str, Sample]]: ...


class DiskBank:
    """A bank in a folder. Several processes may use it at once.

    Reading happens on the caller's thread (tens of microseconds); writing on one private thread that takes all waiting
    samples into one transaction, because a write may wait for another process or for the disk. A damaged file is moved aside.
    Raises BankFailed when the folder cannot be written.
    """

    replay = False

    def __init__(self, folder: Path, notice: Notice) -> None:
        self.folder = folder
        self._notify = notice
        self._renewing = threading.Lock()
        self._home: tuple[int, asyncio.AbstractEventLoop] | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="sample-bank")
        self._waiting: list[tuple[str, Sample, asyncio.Future[Sample]]] = []
        self._flushing: asyncio.Task[None] | None = None
        self._table = self._open()

    def get(self, key: str) -> Sample | None:
        """The sample of this key; None when there is none, or none of ours."""
        table = self._table
        try:
            text = table.get(key)
            return None if text is None else sample_of(text)
        except (StrangeRow, ValidationError, UnicodeDecodeError) as error:
            self._notice(f"the sample bank in {self.folder} holds a row that nlevolve did not write ({lined(error)}): asked anew")
        except sqlite3.OperationalError as error:
            raise self._unusable(error) from None
        except sqlite3.DatabaseError as error:
            self._renew(table, error)
        return None

    async def look(self, key: str) -> Sample | None:
        """As `get`, for whoever does not ask where the bank is."""
        return self.get(key)

    async def claim(self, request: Request) -> Sample | None:
        """Nothing is waited for: a file tells nobody what is being bought."""
        return None

    def release(self, key: str) -> None:
        """Nothing was claimed."""

    async def put(self, key: str, sample: Sample) -> Sample:
        """Keep the sample and return the one that stands: the first reply to a question is its reply in every run."""
        loop = asyncio.get_running_loop()
        self._home = threading.get_ident(), loop
        future: asyncio.Future[Sample] = loop.create_future()
        self._waiting.append((key, sample, future))
        if self._flushing is None or self._flushing.done():
            self._flushing = asyncio.create_task(self._flush())
            self._flushing.add_done_callback(self._flushed)
        return await future

    def reject(self, key: str, why: str) -> None:
        """Mark the reply as of no use, so that an ordinary rerun asks anew."""
        sample = self.get(key)
        if sample is not None and not sample.rejected:
            marked = self._thread.submit(self.set, key, sample.model_copy(update={"rejected": why or "of no use"}))
            marked.add_done_callback(self._marked)

    def _marked(self, marking: Future[None]) -> None:
        error = None if marking.cancelled() else marking.exception()
        if error is not None:
            self._notice(f"a reply of no use could not be marked as such, so a rerun gets it again ({lined(error)})")

    async def close(self) -> None:
        """Wait for what is being written, then close."""
        while self._flushing is not None and not self._flushing.done():
            await asyncio.wait([self._flushing])
        await asyncio.to_thread(self._thread.shutdown)
        self._table.close()

    def samples(self) -> Iterator[tuple[str, Sample]]:
        """Every sample that can be read, oldest first."""
        for key in self._keys():
            sample = self.get(key)
            if sample is not None:
                yield key, sample

    def _keys(self) -> Iterator[str]:
        """Every key that can be read. Raises BankFailed where the file gives no more."""
        try:
            yield from self._table
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
            raise self._unusable(error) from None

    def keep(self, samples: list[tuple[str, Sample]]) -> list[Sample]:
        """Keep samples in one transaction; for each the one that stands. Blocks: where money was paid, until the disk has it."""
        table = self._table
        try:
            table.through_a_power_cut(_paid(samples))
            with said_if_long(lambda: self._notice(locked(self.folder))), table.transaction():
                standing = [self._keep(key, sample) for key, sample in samples]
        except sqlite3.OperationalError as error:
            raise self._unusable(error) from None
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
            self._renew(table, error)
            return self.keep(samples)
        if not (self.folder / FILE).exists():
            raise BankFailed(f"the sample bank in {self.folder} was removed while in use; put it back, then resume the run")
        return standing

    def set(self, key: str, sample: Sample) -> None:
        """Write one sample, whatever stands there. Blocks."""
        self._table.set(key, sample.model_dump_json(), tag=sample.model)

    def drop(self, keys: list[str]) -> None:
        """Forget these samples. Blocks."""
        with self._table.transaction():
            for key in keys:
                self._table.delete(key)

    def forget(self, keys: list[str]) -> None:
        """Drop them in their turn, behind what is being written."""
        self._thread.submit(self.drop, keys).add_done_callback(self._forgotten)

    def _forgotten(self, forgetting: Future[None]) -> None:
        error = None if forgetting.cancelled() else forgetting.exception()
        if error is not None:
            self._notice(f"what is kept elsewhere by now could not be removed from {self.folder} ({lined(error)})")

    async def _flush(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            began = loop.time()
            batch, self._waiting = self._waiting, []
            samples = [(key, sample) for key, sample, _ in batch]
            done: list[Sample] = []
            failed: BaseException | None = None
            try:
                done = await loop.run_in_executor(self._thread, self.keep, samples)
            except Exception as error:
                failed = error if isinstance(error, BankFailed) else self._unusable(error)
            finally:  # whatever it was, whoever waits must be answered
                for place, (_, _, future) in enumerate(batch):
                    if not future.done() and place < len(done):
                        future.set_result(done[place])
                    elif not future.done():
                        future.set_exception(failed or self._unusable(RuntimeError("its writer was stopped")))
            if len(samples) > 1 and _paid(samples):
                await asyncio.sleep(max(0.0, began + GATHERING - loop.time()))

    def _flushed(self, flushing: asyncio.Task[None]) -> None:
        """Where the writer itself died, those who came meanwhile are told so."""
        if flushing.cancelled() or flushing.exception() is not None:
            left, self._waiting = self._waiting, []
            for _, _, future in left:
                if not future.done():
                    future.set_exception(self._unusable(RuntimeError("its writer was stopped")))

    def _notice(self, text: str) -> None:
        """Say it where the run lives, also when the writing thread found out."""
        if self._home is None or self._home[0] == threading.get_ident():
            self._notify(text)
        else:
            self._home[1].call_soon_threadsafe(self._notify, text)

    def _keep(self, key: str, sample: Sample) -> Sample:
        text = sample.model_dump_json()
        if self._table.add(key, text, tag=sample.model):
            return sample
        standing = self.get(key)
        if standing is not None and (sample.rejected or not standing.rejected):
            return standing
        self._table.set(key, text, tag=sample.model)
        return sample

    def _open(self) -> TextTable:
        try:
            return TextTable(self.folder)
        except (sqlite3.OperationalError, OSError) as error:
            raise self._unusable(error) from None
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
            return self._mended(error, file_of(self.folder))

    def _renew(self, broken: TextTable, error: Exception) -> None:
        with self._renewing:
            if self._table is broken:
                self._table = self._mended(error, broken.file)

    def _mended(self, error: Exception, broken: int | None) -> TextTable:
        """A new database in place of the broken one, or the one that another process has put there in the meantime."""
        with FileLock(self.folder / LOCK):
            if file_of(self.folder) == broken:
                self._move_aside(error)
            return TextTable(self.folder)

    def _move_aside(self, error: Exception) -> None:
        stamp = f"broken-{datetime.now(UTC):%Y%m%dT%H%M%S}"
        for file in sorted(self.folder.glob(f"{FILE}*")):
            if "broken" not in file.name:
                file.rename(file.with_name(f"{file.name}.{stamp}"))
        self._notice(f"the sample bank in {self.folder} is damaged ({lined(error)}): moved to {FILE}.{stamp}, a new one is begun")

    def _unusable(self, error: Exception) -> BankFailed:
        return BankFailed(f"cannot use the sample bank in {self.folder}: {lined(error)}; mend that, or name another --cache-dir")


def _paid(samples: list[tuple[str, Sample]]) -> bool:
    return any(sample.reply.cost_usd != 0.0 for _, sample in samples)


def locked(folder: Path) -> str:
    """What is said of a bank that is waited for."""
    return f"the sample bank in {folder} is locked by another program: waiting up to {WAIT} s for each use of it"


def lined(error: BaseException) -> str:
    return " ".join(str(error).split())[:160] or type(error).__name__
