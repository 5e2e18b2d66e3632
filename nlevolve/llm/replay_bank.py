"""The sample bank of a replay, and of whoever only looks: read, and never written to."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from nlevolve.errors import UsageError
from nlevolve.llm.bank import WAIT, Notice, Sample, lined, sample_of
from nlevolve.llm.disk import FILE, NO_LIMIT, SELECT, SELECT_ALL, StrangeRow, text_of
from nlevolve.llm.request import Request


class ReplayBank:
    """A bank that is only read, also where nothing may be written. Raises UsageError when there is none."""

    replay = True

    def __init__(self, folder: Path, notice: Notice) -> None:
        self.folder = folder
        self._notice = notice
        file = folder / FILE
        if not file.is_file():
            raise UsageError(f"there is no sample bank in {folder}; name its folder with --cache-dir")
        if file.is_symlink():
            raise UsageError(f"cannot use the sample bank in {folder}: {FILE} is a link; put the file itself in its place")
        self._base = _read_only(file)

    def get(self, key: str) -> Sample | None:
        """The sample of this key; None when there is none, or none of ours."""
        found = self._base.execute(SELECT, (key,)).fetchone()
        return None if found is None else self._sample(found)

    async def look(self, key: str) -> Sample | None:
        """As `get`, for whoever does not ask where the bank is."""
        return self.get(key)

    async def claim(self, request: Request) -> Sample | None:
        raise AssertionError("a replay buys nothing")

    def release(self, key: str) -> None:
        """Nothing was claimed."""

    def samples(self) -> Iterator[tuple[str, Sample]]:
        """Every sample that can be read, oldest first. Raises UsageError where the file is damaged."""
        try:
            for key, *row in self._base.execute(SELECT_ALL):
                sample = self._sample((row[0], row[1], row[2])) if isinstance(key, str) else None
                if sample is not None:
                    yield key, sample
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
            raise UsageError(f"the sample bank in {self.folder} is damaged ({lined(error)}): it cannot be read whole") from None

    def _sample(self, row: tuple[Any, Any, Any]) -> Sample | None:
        try:
            return sample_of(text_of(row))
        except (StrangeRow, ValidationError) as error:
            self._notice(f"the sample bank holds a row that nlevolve did not write ({lined(error)}): passed over")
            return None

    async def put(self, key: str, sample: Sample) -> Sample:
        raise AssertionError("a replay asks nobody, so it has nothing to keep")

    def reject(self, key: str, why: str) -> None:
        """Nothing: a replay changes nothing."""

    async def close(self) -> None:
        self._base.close()


def is_bank(folder: Path) -> bool:
    """Whether a sample bank is in this folder, and not another program's diskcache."""
    file = folder / FILE
    if file.is_symlink() or not file.is_file():
        return False
    try:
        base = _read_only(file)
    except UsageError:
        return False
    try:
        found = base.execute("SELECT value FROM Settings WHERE key = 'size_limit'").fetchone()
        return bool(found == (NO_LIMIT,))
    except sqlite3.Error:
        return False
    finally:
        base.close()


def _read_only(file: Path) -> sqlite3.Connection:
    """A connection that writes nothing; in a folder that cannot be written sqlite needs to be told that nobody else does."""
    for mode in ("mode=ro", "mode=ro&immutable=1"):
        base = sqlite3.connect(f"{file.resolve().as_uri()}?{mode}", uri=True, timeout=WAIT)
        try:
            base.execute("SELECT count(*) FROM Settings").fetchone()
            return base
        except sqlite3.OperationalError:
            base.close()
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
            base.close()
            raise UsageError(f"the sample bank in {file.parent} is damaged ({lined(error)}): it cannot be read") from None
    raise UsageError(f"cannot read the sample bank in {file.parent}")
