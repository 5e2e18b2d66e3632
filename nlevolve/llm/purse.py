"""One budget for several runs: a file of what each has spent and holds, written under a lock. A run without one has its own.

Every run compares what all of them have spent and hold with its own `--budget`. What a run holds when it dies stays counted:
its calls were in flight, and may be billed. A resumed run says anew what it has spent, from its log.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from filelock import FileLock, Timeout
from pydantic import BaseModel, ConfigDict, Field, SerializerFunctionWrapHandler, ValidationError, model_serializer

from nlevolve.errors import BudgetFileFailed

LONGEST = 30.0
"""Seconds to wait for the file: nobody has it for longer than a thousandth of one, but a process may be stopped then."""
GLANCE = 0.002
"""Seconds between two tries to have it."""


class Share(BaseModel):
    """What one run has taken of the budget. USD."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    run: str
    """Its name, for people."""
    spent_usd: float = Field(0.0, ge=0)
    """With what may have been billed and nobody said."""
    held_usd: float = Field(0.0, ge=0)
    """Reserved for calls in flight; of a run that died, what they may have been billed."""
    spent_tokens: int = Field(0, ge=0)
    """The same in tokens, and so is the next."""
    held_tokens: int = Field(0, ge=0)

    @model_serializer(mode="wrap")
    def _plain(self, written: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """A file that nobody caps tokens by is as earlier programs wrote it, and can read it."""
        return {name: value for name, value in written(self).items() if value or not name.endswith("_tokens")}


class Book(BaseModel):
    """The file."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["nlevolve budget"] = "nlevolve budget"
    v: Literal[1] = 1
    runs: dict[str, Share] = {}
    """Id of a run -> its share."""


class Others:
    """What other runs have taken of the same budget, while nobody else can take any."""

    usd = 0.0
    """Spent and held."""
    tokens = 0
    """Spent and held."""
    held = False
    """Whether any of them holds some."""
    hear = False
    """Whether it matters what this run says."""

    def alive(self) -> bool:
        """Whether any that holds some goes on, so that it may yet come back."""
        return False

    def mine(self, spent_usd: float, held_usd: float, spent_tokens: int, held_tokens: int) -> None:
        """Say what this run has spent and holds."""


class Purse:
    """A budget of one's own: nobody else takes from it."""

    @contextmanager
    def open(self) -> Iterator[Others]:
        yield Others()

    def close(self) -> None:
        """Nothing more is held."""


class SharedPurse(Purse):
    """A budget that the runs have in common that name its file. Raises BudgetFileFailed."""

    def __init__(self, file: Path, run_id: str, name: str) -> None:
        self._file, self._id, self._name = file, run_id, name
        self._lock = FileLock(f"{file}.lock", timeout=LONGEST, poll_interval=GLANCE, thread_local=False)
        with self._kept():
            self._lease = FileLock(_lease(file, run_id), thread_local=False)
            self._lease.acquire(timeout=LONGEST)

    @contextmanager
    def open(self) -> Iterator[Others]:
        with self._kept():
            self._lock.acquire()
        try:
            with self._kept():
                book = read_book(self._file)
            others = _Others(book, self._file, self._id)
            yield others
            if others.said is not None:
                book.runs[self._id] = others.said.model_copy(update={"run": self._name})
                with self._kept():
                    self._write(book)
        finally:
            self._lock.release()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            os.unlink(self._lease.lock_file)
        self._lease.release()

    def _write(self, book: Book) -> None:
        part = self._file.with_name(f".{self._file.name}.{self._id}.part")
        part.unlink(missing_ok=True)  # of a process that died here
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644), "w", encoding="utf-8") as draft:
            draft.write(book.model_dump_json(indent=1) + "\n")
        part.replace(self._file)

    @contextmanager
    def _kept(self) -> Iterator[None]:
        try:
            yield
        except Timeout:
            raise BudgetFileFailed(f"the budget file {self._file} was held by another process for {LONGEST:.0f} s") from None
        except OSError as error:
            raise BudgetFileFailed(f"cannot use the budget file {self._file}: {error.strerror}; mend that, then resume") from None


class _Others(Others):
    def __init__(self, book: Book, file: Path, own: str) -> None:
        theirs = {run: share for run, share in book.runs.items() if run != own}
        self._holding = [run for run, share in theirs.items() if share.held_usd or share.held_tokens]
        self._file = file
        self.usd = sum(share.spent_usd + share.held_usd for share in theirs.values())
        self.tokens = sum(share.spent_tokens + share.held_tokens for share in theirs.values())
        self.held = bool(self._holding)
        self.hear = True
        self.said: Share | None = None

    def alive(self) -> bool:
        return any(_is_held(_lease(self._file, run)) for run in self._holding)

    def mine(self, spent_usd: float, held_usd: float, spent_tokens: int, held_tokens: int) -> None:
        spent = {"spent_usd": max(0.0, spent_usd), "spent_tokens": max(0, spent_tokens)}
        self.said = Share(run="", held_usd=held_usd, held_tokens=held_tokens, **spent)


def read_book(file: Path) -> Book:
    """The file's content; an empty one where there is no file. Raises BudgetFileFailed, and OSError."""
    if file.exists() and not file.is_file():  # a pipe would keep us waiting for its other end
        raise BudgetFileFailed(f"{file} is no plain file: name another one")
    try:
        text = file.read_text(encoding="utf-8")
        return Book.model_validate_json(text) if text.strip() else Book()
    except FileNotFoundError:
        return Book()
    except (ValidationError, UnicodeDecodeError):
        raise BudgetFileFailed(f"{file} is not a budget file of nlevolve's: name another one, or remove it") from None


def check_budget_file(file: Path, budget: float | None, tokens: int | None = None) -> None:
    """Raises BudgetFileFailed before a run begins that could not use it."""
    if budget is None and tokens is None:
        raise BudgetFileFailed(
            "--budget-file needs --budget: USD for all the runs that name the file, together (or --max-tokens-total)"
        )
    with SharedPurse(file, f"check-{os.getpid()}", "").open():
        pass


def _lease(file: Path, run_id: str) -> Path:
    return file.with_name(f".{file.name}.{run_id}.lease")


def _is_held(lease: Path) -> bool:
    """Whether the process that took it lives: the system lets go of a lock when its holder dies."""
    if not lease.exists():
        return False
    try:
        with FileLock(lease, timeout=0):
            return False
    except Timeout:
        return True
