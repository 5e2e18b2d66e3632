"""The sample bank: what is written stays, what others wrote is not trusted."""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import os
import pickle
import shutil
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import NoReturn

import pytest

from nlevolve.errors import BankFailed, UsageError
from nlevolve.llm.bank import DiskBank, Sample
from nlevolve.llm.bank_check import check_bank
from nlevolve.llm.bank_files import export_samples, forget, found, holdings, import_samples
from nlevolve.llm.disk import FILE, TextTable
from nlevolve.llm.replay_bank import ReplayBank
from nlevolve.llm.request import Reply
from nlevolve.records import Usage
from tests.llm.writer import write_for_ever

KEY = "k" * 64


def row(text: str = "hello", **fields: object) -> Sample:
    return Sample.model_validate({"model": "m", "reply": {"text": text}, **fields})


def written(folder: Path, rows: dict[str, Sample]) -> None:
    async def write() -> None:
        bank = DiskBank(folder, print)
        await asyncio.gather(*(bank.put(key, one) for key, one in rows.items()))
        await bank.close()

    asyncio.run(write())


def read(folder: Path, key: str = KEY, notices: list[str] | None = None) -> Sample | None:
    return DiskBank(folder, (notices if notices is not None else []).append).get(key)


def spoil(folder: Path, **columns: object) -> None:
    """Change a row behind the bank's back."""
    base = sqlite3.connect(folder / FILE)
    with base:
        base.execute(f"UPDATE Cache SET {', '.join(f'{name} = ?' for name in columns)} WHERE key = ?", [*columns.values(), KEY])
    base.close()


def test_what_was_put_is_there_in_another_process(tmp_path: Path) -> None:
    kept = row("a\nb\x00 ⬛", run="r", rejected="")
    written(tmp_path, {KEY: kept})
    assert read(tmp_path) == kept


class Bomb:
    """Unpickling it makes a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (str(self.path),)


@pytest.mark.parametrize("column", ["value", "key"])
def test_a_pickle_is_refused_and_not_executed(tmp_path: Path, column: str) -> None:
    folder, mark = tmp_path / "bank", tmp_path / "executed"
    written(folder, {KEY: row()})
    bomb = sqlite3.Binary(pickle.dumps(Bomb(mark)))
    spoil(folder, **({"mode": 4, "value": bomb} if column == "value" else {"raw": 0, "key": bomb}))
    notices: list[str] = []
    for bank in (DiskBank(folder, notices.append), ReplayBank(folder, notices.append)):
        assert bank.get(KEY) is None
    assert not list(DiskBank(folder, notices.append).samples())
    assert bool(notices) == (column == "value")  # a key that is no text is never looked up
    assert not mark.exists()


def test_a_file_name_is_refused_neither_read_nor_removed(tmp_path: Path) -> None:
    folder, secret = tmp_path / "bank", tmp_path / "secret"
    secret.write_text(row("a secret").model_dump_json())
    written(folder, {KEY: row()})
    for mode in (2, 3, 4):
        spoil(folder, mode=mode, filename="../secret", value=None)
        notices: list[str] = []
        assert read(folder, notices=notices) is None
        assert "did not write" in notices[0]
        assert ReplayBank(folder, print).get(KEY) is None
    written(folder, {KEY: row("new")})
    assert secret.exists()
    assert read(folder) is not None


def test_text_that_is_no_row_is_passed_over(tmp_path: Path) -> None:
    written(tmp_path, {KEY: row()})
    spoil(tmp_path, value='{"model": 3}')
    assert read(tmp_path) is None


@pytest.mark.parametrize("damage", [b"this is no database" * 100, b"SQLite format 3\x00" + b"\xff" * 5000])
def test_a_damaged_bank_is_moved_aside_and_a_new_one_begun(tmp_path: Path, damage: bytes) -> None:
    written(tmp_path, {KEY: row()})
    for file in tmp_path.glob(f"{FILE}*"):
        file.unlink()
    (tmp_path / FILE).write_bytes(damage)
    notices: list[str] = []
    bank = DiskBank(tmp_path, notices.append)
    assert bank.get(KEY) is None
    assert bank.keep([(KEY, row("new"))]) == [row("new").model_copy(update={"at": bank.get(KEY).at})]
    assert "damaged" in notices[0]
    assert [file.read_bytes() for file in tmp_path.glob(f"{FILE}.broken*")] == [damage]


def test_damage_in_the_middle_of_a_run_costs_the_bank_and_not_the_run(tmp_path: Path) -> None:
    written(tmp_path, {f"{n:064}": row("x" * 3000) for n in range(300)})
    notices: list[str] = []
    bank = DiskBank(tmp_path, notices.append)
    base = sqlite3.connect(tmp_path / FILE)
    base.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    base.close()
    with (tmp_path / FILE).open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 400_000)
    found = [bank.get(f"{n:064}") for n in range(300)]
    assert None in found
    bank.keep([(KEY, row("new"))])
    assert bank.get(KEY) is not None
    assert "damaged" in notices[0]


def test_a_folder_that_cannot_be_used_is_a_users_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot use the sample bank"):
        DiskBank(tmp_path / "file", print)
    with pytest.raises(UsageError, match="there is no sample bank"):
        ReplayBank(tmp_path / "nowhere", print)


def test_a_bank_that_vanishes_is_noticed_before_a_reply_is_acknowledged(tmp_path: Path) -> None:
    bank = DiskBank(tmp_path / "bank", print)
    shutil.rmtree(tmp_path / "bank")
    with pytest.raises(UsageError, match="sample bank"):
        bank.keep([(KEY, row())])


def test_a_full_disk_is_a_users_error_and_what_was_acknowledged_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    connect = sqlite3.connect

    def connect_small(*args: object, **kwargs: object) -> sqlite3.Connection:
        base = connect(*args, **kwargs)
        base.execute("PRAGMA max_page_count = 100")  # sqlite says then what it says of a full disk
        return base

    monkeypatch.setattr(sqlite3, "connect", connect_small)
    bank = DiskBank(tmp_path, print)
    kept = 0

    def fill() -> None:
        nonlocal kept
        for number in range(1000):
            bank.keep([(f"{number:064}", row("x" * 2000))])
            kept += 1

    with pytest.raises(UsageError, match="full"):
        fill()
    assert kept > 10
    assert all(read(tmp_path, f"{number:064}") for number in range(kept))


def test_of_two_banks_that_find_the_same_damage_one_mends_it_and_both_go_on(tmp_path: Path) -> None:
    written(tmp_path, {f"{n:064}": row("x" * 10_000) for n in range(50)})
    notices: list[str] = []
    one, other = (DiskBank(tmp_path, notices.append) for _ in range(2))
    base = sqlite3.connect(tmp_path / FILE)
    base.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    base.close()
    with (tmp_path / FILE).open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 400_000)
    assert one.get(f"{7:064}") is None
    one.keep([(KEY, row("mine"))])
    assert other.get(f"{7:064}") is None
    assert [bank.get(KEY).reply.text for bank in (one, other)] == ["mine", "mine"]
    assert len([notice for notice in notices if "damaged" in notice]) == 1


def test_a_replay_writes_nothing(tmp_path: Path) -> None:
    written(tmp_path, {KEY: row()})
    before = {file.name: file.stat().st_mtime_ns for file in tmp_path.iterdir() if file.name == FILE}
    bank = ReplayBank(tmp_path, print)
    assert bank.get(KEY) == read(tmp_path)
    assert bank.get("other") is None
    asyncio.run(bank.close())
    assert {file.name: file.stat().st_mtime_ns for file in tmp_path.iterdir() if file.name == FILE} == before


def test_a_bank_goes_from_folder_to_folder_as_a_file(tmp_path: Path) -> None:
    rows = {f"{n:064}": row(f"text {n}", model="ab"[n % 2]) for n in range(1200)}
    written(tmp_path / "one", rows)
    for name in ("bank.jsonl", "bank.jsonl.gz"):
        assert export_samples(DiskBank(tmp_path / "one", print), tmp_path / name) == 1200
        folder = tmp_path / f"from {name}"
        written(folder, {f"{7:064}": row("mine")})
        other = DiskBank(folder, print)
        assert import_samples(other, tmp_path / name) == (1200, 1199)
        expected = {**rows, f"{7:064}": row("mine")}
        assert {key: one.reply for key, one in other.samples()} == {key: one.reply for key, one in expected.items()}


@pytest.mark.parametrize("name", ["bank.jsonl", "bank.jsonl.gz"])
def test_an_export_that_breaks_off_leaves_the_file_that_was_there(tmp_path: Path, name: str) -> None:
    class Breaking(ReplayBank):
        def samples(self) -> Iterator[tuple[str, Sample]]:
            yield from super().samples()
            raise MemoryError

    written(tmp_path / "bank", {KEY: row()})
    file = tmp_path / name
    file.write_text("what was there")
    with pytest.raises(MemoryError):
        export_samples(Breaking(tmp_path / "bank", print), file)
    assert file.read_text() == "what was there"
    assert {one.name for one in tmp_path.iterdir()} == {"bank", name}
    with pytest.raises(UsageError, match="cannot write"):
        export_samples(ReplayBank(tmp_path / "bank", print), tmp_path / "nowhere" / name)


def test_looking_at_a_bank_writes_nothing_and_needs_no_permission_to(tmp_path: Path) -> None:
    folder, out = tmp_path / "bank", tmp_path / "out.jsonl"
    written(folder, {f"{n:064}": row(f"text {n}") for n in range(3)})
    before = {file.name: file.read_bytes() for file in folder.iterdir() if file.suffix == ".db"}
    folder.chmod(0o500)
    try:
        bank = ReplayBank(folder, print)
        assert [key for key, _ in bank.samples()] == [f"{n:064}" for n in range(3)]
        assert holdings(bank)["m"].replies == export_samples(bank, out) == 3
        assert found(bank, f"{2:064}")[0][1].reply.text == "text 2"
    finally:
        folder.chmod(0o700)
    assert {file.name: file.read_bytes() for file in folder.iterdir() if file.suffix == ".db"} == before


@pytest.mark.parametrize("error", [MemoryError(), RuntimeError("a bug"), OSError(5, "Input/output error")])
def test_whoever_waits_for_the_writer_is_answered_whatever_it_dies_of(
    tmp_path: Path, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> NoReturn:
        raise error

    async def put(bank: DiskBank) -> list[object]:
        waiting = [bank.put(f"{n:064}", row()) for n in range(3)]
        ended = await asyncio.gather(*waiting, return_exceptions=True)
        await bank.close()
        return list(ended)

    monkeypatch.setattr(TextTable, "add", fail)
    ended = asyncio.run(put(DiskBank(tmp_path, print)))
    assert [type(one) for one in ended] == [BankFailed] * 3
    assert (str(error) or "MemoryError") in str(ended[0])


@pytest.mark.parametrize("line", ["{}", "nonsense", '{"key": "short", "model": "m", "reply": {"text": ""}}'])
def test_a_line_that_is_no_row_is_named(tmp_path: Path, line: str) -> None:
    (tmp_path / "file").write_text(line + "\n")
    with pytest.raises(UsageError, match="line 1"):
        import_samples(DiskBank(tmp_path / "bank", print), tmp_path / "file")


def test_what_is_held_is_counted_and_parts_are_forgotten(tmp_path: Path) -> None:
    reply = Reply(text="", usage=Usage(prompt=10, completion=5), cost_usd=0.5)
    written(tmp_path, {f"{n:064}": Sample(model="ab"[n % 2], reply=reply, rejected="no" if n == 0 else "") for n in range(10)})
    bank = DiskBank(tmp_path, print)
    held = holdings(bank)
    assert (held["a"].replies, held["a"].rejected, held["a"].usd, held["b"].usage.prompt) == (5, 1, 2.5, 50)
    assert forget(bank, lambda key, one: one.model == "a", dry_run=True) == 5
    assert forget(bank, lambda key, one: one.model == "a") == 5
    assert list(holdings(bank)) == ["b"]


def test_two_writers_killed_fifty_times_lose_nothing_that_they_acknowledged(tmp_path: Path) -> None:
    rng, acknowledged, processes = Random(0), list[str](), multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(["tests.llm.writer"])
    for life in range(25):
        pair = []
        for name in "ab":
            ours, theirs = processes.Pipe(duplex=False)
            process = processes.Process(target=write_for_ever, args=(tmp_path, f"{life}{name}", theirs), daemon=True)
            process.start()
            theirs.close()
            pair.append((process, ours))
        for _, acknowledgements in pair:
            assert acknowledgements.poll(60)
        time.sleep(rng.uniform(0.0, 0.03))
        for process, acknowledgements in pair:
            process.kill()
            process.join()
            with contextlib.suppress(EOFError):
                while True:
                    acknowledged += acknowledgements.recv()
    base = sqlite3.connect(tmp_path / FILE)
    assert base.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert len(acknowledged) > 500
    bank = DiskBank(tmp_path, pytest.fail)
    assert not [key for key in acknowledged if (one := bank.get(key)) is None or one.reply.text != key * 50]


def test_a_bank_that_another_program_holds_is_waited_for_and_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sixty seconds without a word look like a hang, at the start of a run and in its midst."""
    written(tmp_path, {"a" * 64: row()})
    monkeypatch.setattr("nlevolve.llm.silence.SILENT", 0.01)
    other = sqlite3.connect(tmp_path / FILE, isolation_level=None, check_same_thread=False)
    told: list[str] = []

    def hear(text: str) -> None:
        told.append(text)
        other.execute("ROLLBACK")

    other.execute("BEGIN IMMEDIATE")
    check_bank(tmp_path, replay=False, notice=hear)

    async def put() -> None:
        bank = DiskBank(tmp_path, hear)
        other.execute("BEGIN IMMEDIATE")
        await bank.put("b" * 64, row())
        await bank.close()

    asyncio.run(put())
    other.close()
    assert len(told) == 2
    assert all("is locked by another program: waiting up to 60 s" in text for text in told)
