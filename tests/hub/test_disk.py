"""A hub's disk: full, in nobody's hands, damaged, of another version. Said in one line, and nothing that was answered is lost."""

from __future__ import annotations

import asyncio
import resource
from collections.abc import Iterator
from contextlib import AsyncExitStack, closing, contextmanager
from pathlib import Path
from sqlite3 import OperationalError

import pytest

from nlevolve.errors import BankFailed, UsageError
from nlevolve.hub import book
from nlevolve.hub.book import FILE, Journal
from nlevolve.hub.joined import OUTBOX
from nlevolve.hub.service import Hub
from nlevolve.hub.status import status_of
from nlevolve.llm.bank import DiskBank
from nlevolve.llm.ledger import Caps
from nlevolve.records import ServerAway
from tests.hub.test_hub import CALL, KEYS, Model, Raw, joined, request, story, until

HEAD = b'["head",{"nlevolve hub":1}]\n'
SESSION = b'["session","a","a","","","first"]\n'


@contextmanager
def no_file_longer_than(size: int) -> Iterator[None]:
    """As a disk that is full then."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_hub_whose_disk_is_full_ends_and_what_it_had_answered_is_there_again(tmp_path: Path) -> None:
    async def told() -> None:
        file = tmp_path / FILE
        async with Hub.started(tmp_path, caps=Caps(calls=9)) as hub, Raw(hub) as worker:
            await worker.ask("reserve", key=KEYS[0], **CALL)
            size = file.stat().st_size
            with no_file_longer_than(size + 20):
                await worker.say("reserve", key=KEYS[1], **CALL)
                with pytest.raises(BankFailed, match=r"cannot write the hub's ledger in .*: File too large"):
                    await asyncio.shield(hub.desk.failed)
            # there is room again, but a line is torn: what would follow it could not be read
            await worker.say("settle", hold=1, key=KEYS[0], sent=True)
        assert file.stat().st_size == size + 20
        async with Hub.started(tmp_path, caps=Caps(calls=9)) as hub, Raw(hub) as worker:
            assert status_of(hub.desk)["held"]["calls"] == 1
            assert await worker.ask("reserve", key=KEYS[0], **CALL) == {"usd": 1.0, "tokens": 1_000}  # the same, not another
            await worker.ask("settle", hold=1, key=KEYS[0], sent=True)
            told = status_of(hub.desk)
            assert (told["spent"]["calls"], told["held"]["calls"]) == (1, 0)

    story(told)


def test_a_file_that_cannot_be_written_anew_stays_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / FILE).write_bytes(HEAD + SESSION)
    with no_file_longer_than(10), pytest.raises(UsageError, match=r"cannot write .*: File too large; make room"):
        Journal(tmp_path)
    assert [one.name for one in tmp_path.glob("*ledger*")] == [FILE]
    assert (tmp_path / FILE).read_bytes() == HEAD + SESSION
    monkeypatch.setattr(book, "LONGEST", 1_000)
    with closing(Journal(tmp_path)) as journal:
        fact = ("session", "a", "a", "", "x" * 1_000, "first")
        journal.book.see(fact)
        with no_file_longer_than(1_500):
            journal.write([fact])  # and all of it anew
            with pytest.raises(OSError, match="File too large"):
                journal.write([fact])
    with closing(Journal(tmp_path)) as journal:
        assert journal.book.accounts["a"].name == "x" * 1_000


def test_a_folder_that_is_none_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match=r"cannot use the folder .*: Not a directory; name another --folder"):
        Journal(tmp_path / "file" / "hub")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (HEAD + SESSION + b"{\n" + SESSION, "damaged near line 3: put a copy"),
        (HEAD + b'["settled","b",1,1,0,0,0]\n', "damaged near line 2: put a copy"),
        (HEAD + b'["held","b"]\n', "damaged near line 2: put a copy"),
        (HEAD + b"7\n", "damaged near line 2: put a copy"),
        (HEAD + b"[" * 100_000 + b"\n", "damaged near line 2: put a copy"),
        (HEAD + b"\xff\xfe\n", "damaged near line 1: put a copy"),
        (b"hello\n", "damaged near line 1: put a copy"),
        (b"[]\n", "damaged near line 1: put a copy"),
        (b'["head",{"nlevolve hub":2}]\n' + SESSION, "of another version of nlevolve: use the hub that wrote it"),
    ],
)
def test_a_ledger_that_cannot_be_read_is_left_as_it_is(tmp_path: Path, content: bytes, why: str) -> None:
    (tmp_path / FILE).write_bytes(content)
    with pytest.raises(UsageError, match=f"is {why}"):
        Journal(tmp_path)
    assert (tmp_path / FILE).read_bytes() == content
    (tmp_path / FILE).write_bytes(HEAD + SESSION + b"\0" * 100)  # what a power cut leaves at an end
    with closing(Journal(tmp_path)) as journal:
        assert list(journal.book.accounts) == ["a"]


def test_a_hub_whose_bank_is_full_is_away_until_there_is_room_and_nothing_is_bought_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full() -> None:
        raise OperationalError("database or disk is full")

    async def told() -> None:
        model = Model()
        model.gate = asyncio.Event()
        outbox = DiskBank(tmp_path / "one" / OUTBOX, pytest.fail)
        async with AsyncExitStack() as run:
            async with Hub.started(tmp_path / "hub", token="word") as hub:
                stack, events = await run.enter_async_context(joined(hub, tmp_path, model))
                asked = asyncio.gather(*(stack(request(f"{n}")) for n in range(6)))
                await until(lambda: len(model.asked) == 6)
                monkeypatch.setattr(hub.desk.bank._table, "transaction", full)
                model.gate.set()
                with pytest.raises(BankFailed, match=r"bank: database or disk is full; make room there and start it again"):
                    await asyncio.shield(hub.desk.failed)
                await until(lambda: len(list(outbox.samples())) == 6)  # what was under way is kept here
            await until(lambda: any(isinstance(event, ServerAway) for event in events))
            assert not asked.done()
            port = int(hub.url.rpartition(":")[2])
            async with Hub.started(tmp_path / "hub", port=port, token="word") as hub:
                assert [reply.text for reply in await asked] == [f"to {n}" for n in range(6)]
                assert await stack(request("6")) is not None
                await run.aclose()
                told = status_of(hub.desk)
        assert (told["spent"]["calls"], told["held"]["calls"], told["workers"][0]["state"]) == (7, 0, "gone")
        assert len(model.asked) == 7
        assert not list(outbox.samples())

    story(told)
