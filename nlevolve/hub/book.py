"""What a hub knows of money and purchases, as a fold over facts; and the file in which these stand before anybody is answered."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from nlevolve.errors import UsageError
from nlevolve.files import opened
from nlevolve.llm.ledger import Hold, Lost

FILE, LOCK = "ledger.jsonl", "hub.lock"
HEAD = {"nlevolve hub": 1}
LONGEST = 64 * 2**20
"""Bytes of facts after which they are written anew as what they come to."""
PRIVATE = 0o600

Fact = tuple[Any, ...]
"""A word for what happened, the account it happened to, and the rest: see `Book.see`. JSON."""


@dataclass
class Held:
    """A reservation that nobody has settled."""

    task: str
    key: str
    usd: float
    tokens: int
    prompt: int = 0
    priced: bool = True
    last: bool = False

    def hold(self) -> Hold:
        """As the ledger has it."""
        return Hold(self.usd, self.tokens, self.prompt, priced=self.priced, last=self.last)


@dataclass
class Account:
    """Of one run, or of one part of it that a worker carries out."""

    run: str
    part: str = ""
    name: str = ""
    session: str = ""
    usd: float = 0.0
    """With what may have been billed and nobody said."""
    unknown_usd: float = 0.0
    calls: int = 0
    tokens: int = 0
    held: dict[int, Held] = field(default_factory=dict)
    lost: dict[str, list[Lost]] = field(default_factory=dict)
    """Digest of a request -> what is counted of each call of which nobody said what became of it."""
    doubtful: dict[str, None] = field(default_factory=dict)
    """Those of them that the log of the latest session may yet say something of."""
    claims: dict[str, None] = field(default_factory=dict)
    """Digests of what it is buying, in order."""

    def pay(self, calls: int, usd: float, unknown_usd: float, tokens: int) -> None:
        self.calls += calls
        self.usd += usd + unknown_usd
        self.unknown_usd += unknown_usd
        self.tokens += tokens


class Book:
    """All accounts."""

    def __init__(self) -> None:
        self.accounts: dict[str, Account] = {}

    def see(self, fact: Fact) -> None:
        """Fold one fact in. Raises KeyError, TypeError or ValueError for one that cannot be."""
        match fact:
            case "whole", str(name), dict(told):
                self.accounts[name] = _account(told)
            case "session", str(name), str(run), str(part), str(title), str(session):
                account = self.accounts.setdefault(name, Account(run, part))
                if session != account.session:
                    account.doubtful.clear()
                account.name, account.session = title, session
            case "held", str(name), int(n), dict(told):
                self.accounts[name].held[n] = Held(**told)
            case "settled", str(name), int(n), *paid:
                del self.accounts[name].held[n]
                self.accounts[name].pay(*paid)
            case "lost", str(name), int(n), bool(doubtful):
                account = self.accounts[name]
                one = account.held.pop(n)
                lost = lost_of(one)
                account.lost.setdefault(one.key, []).append(lost)
                account.doubtful |= {one.key: None} if doubtful else {}
                account.pay(lost.calls, 0.0, lost.usd, lost.tokens)
            case "regained", str(name), str(key):
                lost = self.accounts[name].lost[key].pop()
                self.accounts[name].doubtful.pop(key, None)
                if not self.accounts[name].lost[key]:
                    del self.accounts[name].lost[key]
                self.accounts[name].pay(-lost.calls, 0.0, -lost.usd, -lost.tokens)
            case "paid", str(name), *paid:
                self.accounts[name].pay(*paid)
            case "claimed", str(name), str(key):
                self.accounts[name].claims[key] = None
            case "released", str(name), str(key):
                self.accounts[name].claims.pop(key, None)
            case _:
                raise ValueError("no such fact")

    def facts(self) -> Iterator[Fact]:
        """The fewest that come to the same."""
        for name, account in self.accounts.items():
            yield "whole", name, asdict(account)


def lost_of(held: Held) -> Lost:
    """What is counted of a reservation whose call may have been made: all of it."""
    return Lost(held.task, held.usd, 1, held.prompt + held.tokens)


def _account(told: dict[str, Any]) -> Account:
    held = {int(n): Held(**one) for n, one in told.pop("held").items()}
    lost = {key: [Lost(**one) for one in each] for key, each in told.pop("lost").items()}
    return Account(**told, held=held, lost=lost)


class Journal:
    """The book's file in a folder that belongs to one hub at a time. A kill loses nothing that was written, a power cut what the
    system had not brought to the disk. Raises UsageError."""

    def __init__(self, folder: Path) -> None:
        self.folder, self._file = folder, folder / FILE
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._lock = FileLock(folder / LOCK)
            self._lock.acquire(timeout=0)
        except Timeout:
            raise UsageError(f"another hub has the folder {folder}: stop it, or name another --folder") from None
        except OSError as error:
            raise UsageError(f"cannot use the folder {folder}: {error.strerror}; name another --folder") from None
        try:
            self.book = _read(self._file)
            self._open()
        except OSError as error:
            self._lock.release()
            raise UsageError(f"cannot write {self._file}: {error.strerror}; make room, or name another --folder") from None
        except BaseException:
            self._lock.release()
            raise

    def write(self, facts: Iterable[Fact]) -> None:
        """Facts that the book has seen. They are with the system when this returns.

        Raises OSError. Nothing may be written after that: a line may be torn, and what is not in the file nobody may build upon.
        """
        self._size += _put(self._number, facts)
        if self._size > self._enough:
            before = self._number
            self._open()
            os.close(before)

    def close(self) -> None:
        os.close(self._number)
        self._lock.release()

    def _open(self) -> None:
        """Begin a file that holds what the book comes to, and put it in the place of the other."""
        part = self._file.with_name(f".{FILE}.part")
        part.unlink(missing_ok=True)
        number = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, PRIVATE)
        try:
            self._size = _put(number, [("head", HEAD), *self.book.facts()])
            os.fsync(number)
        except OSError:
            os.close(number)
            part.unlink(missing_ok=True)
            raise
        part.replace(self._file)
        self._number, self._enough = number, max(LONGEST, 2 * self._size)


def _put(number: int, facts: Iterable[Fact]) -> int:
    data = "".join(f"{json.dumps(fact, separators=(',', ':'))}\n" for fact in facts).encode()
    left = memoryview(data)
    while left:
        left = left[os.write(number, left) :]
    return len(data)


def _read(file: Path) -> Book:
    """What stands in it; an empty one where there is none. The last line may be torn."""
    book, number = Book(), 0
    if not file.exists():
        return book
    try:
        with open(opened(file), encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                if not line.endswith("\n"):
                    break
                fact = json.loads(line)
                if number == 1:
                    _check_head(file, fact)
                else:
                    book.see(tuple(fact))
    except OSError as error:
        raise UsageError(f"cannot read {file}: {error.strerror}") from None
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError):
        where = f"near line {max(1, number):,}"
        raise UsageError(f"{file} is damaged {where}: put a copy in its place, or name another --folder") from None
    return book


def _check_head(file: Path, fact: Any) -> None:
    """Raises UsageError for the file of another version, and ValueError for what is none."""
    if fact == ["head", HEAD]:
        return
    if isinstance(fact, list) and fact[:1] == ["head"]:
        raise UsageError(f"{file} is of another version of nlevolve: use the hub that wrote it, or name another --folder")
    raise ValueError
