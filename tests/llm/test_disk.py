"""diskcache is as we know it: what TextTable and the read-only bank stand on. Where one of these fails, look into llm/disk.py."""

from __future__ import annotations

import contextlib
import inspect
import sqlite3
from pathlib import Path

import pytest
from diskcache import Cache, Disk
from diskcache.core import MODE_RAW

from nlevolve.llm.disk import FILE, SELECT, SYNC_FULL, SYNC_NORMAL, TextDisk, TextTable, text_of


@pytest.mark.parametrize(
    ("method", "wanted"),
    [
        (Disk.put, ["self", "key"]),
        (Disk.get, ["self", "key", "raw"]),
        (Disk.store, ["self", "value", "read", "key"]),
        (Disk.fetch, ["self", "mode", "filename", "value", "read"]),
        (Disk.remove, ["self", "file_path"]),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_what_we_override_is_called_as_we_override_it(method: object, wanted: list[str]) -> None:
    assert list(inspect.signature(method).parameters) == wanted
    name = method.__name__
    assert list(inspect.signature(getattr(TextDisk, name)).parameters) == wanted


def test_disk_has_no_further_way_to_values_that_we_do_not_override() -> None:
    """A new method of Disk could be one that unpickles or opens files."""
    own = {name for name, value in vars(Disk).items() if inspect.isfunction(value)}
    assert own == {"__init__", "hash", "put", "get", "store", "_write", "fetch", "filename", "remove"}


def synchronous(table: TextTable) -> int:
    """How hard this thread's commits wait, as sqlite says."""
    cache: Cache = table._cache
    ((level,),) = cache._sql("PRAGMA synchronous").fetchall()
    return int(level)


def test_commits_wait_for_the_disk_where_it_is_wanted_and_only_there(tmp_path: Path) -> None:
    table = TextTable(tmp_path)
    for wanted, level in [(True, SYNC_FULL), (True, SYNC_FULL), (False, SYNC_NORMAL), (True, SYNC_FULL)]:
        table.through_a_power_cut(wanted)
        assert synchronous(table) == level
    assert synchronous(TextTable(tmp_path)) == SYNC_NORMAL  # it is nobody's setting for good
    table.close()


def test_the_table_lies_as_the_read_only_bank_reads_it(tmp_path: Path) -> None:
    table = TextTable(tmp_path)
    table.set("key", "a text", tag="m")
    table.close()
    base = sqlite3.connect(tmp_path / FILE)
    row = base.execute(SELECT, ("key",)).fetchone()
    assert row == (MODE_RAW, None, "a text")
    assert text_of(row) == "a text"
    assert base.execute("SELECT count(*) FROM Settings").fetchone()[0] > 0
    base.close()


def test_nothing_is_ever_thrown_away_whoever_opened_the_folder_before(tmp_path: Path) -> None:
    with Cache(str(tmp_path), size_limit=1, eviction_policy="least-recently-stored", cull_limit=10) as stranger:
        stranger.close()
    table = TextTable(tmp_path)
    for number in range(50):
        assert table.add(f"{number}", "x" * 10_000, tag="m")
    assert list(table) == [f"{number}" for number in range(50)]
    table.close()


def test_a_transaction_is_whole_or_not_at_all(tmp_path: Path) -> None:
    table = TextTable(tmp_path)
    with contextlib.suppress(ZeroDivisionError), table.transaction():
        table.set("key", "a text", tag="m")
        _ = 1 / 0
    assert table.get("key") is None
    table.set("key", "a text", tag="m")
    assert not table.add("key", "another", tag="m")
    table.delete("key")
    assert table.get("key") is None
    table.close()
