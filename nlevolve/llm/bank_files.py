"""The sample bank as a whole: what is in it, taking it elsewhere, forgetting parts of it."""

from __future__ import annotations

import gzip
import io
import os
import re
import tempfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, TextIO, cast

from pydantic import ValidationError

from nlevolve.errors import UsageError
from nlevolve.llm.bank import LARGEST_ROW, DiskBank, Readable, Sample
from nlevolve.llm.disk import FILE
from nlevolve.records import Usage

BATCH = 500
KEY_LENGTH = 64
"""Hexadecimal digits of a key."""
KEY = re.compile(rf"[0-9a-f]{{{KEY_LENGTH}}}")


class Banked(Sample):
    """A line of an exported bank: a sample and its key."""

    key: str


@dataclass
class Holdings:
    """What the bank has of one model."""

    replies: int = 0
    rejected: int = 0
    usage: Usage = field(default_factory=Usage)
    usd: float = 0.0
    unpriced: int = 0
    first: datetime | None = None
    last: datetime | None = None

    def add(self, sample: Sample) -> None:
        self.replies += 1
        self.rejected += bool(sample.rejected)
        self.usage += sample.reply.usage
        self.usd += sample.reply.cost_usd or 0.0
        self.unpriced += sample.reply.cost_usd is None
        self.first = min(self.first or sample.at, sample.at)
        self.last = max(self.last or sample.at, sample.at)


def open_existing(folder: Path, notice: Callable[[str], None]) -> DiskBank:
    """The bank in a folder, to be changed. Raises UsageError when there is none; ReplayBank is for looking at it."""
    if not (folder / FILE).is_file():
        raise UsageError(f"there is no sample bank in {folder}; name its folder with --cache-dir")
    return DiskBank(folder, notice)


def holdings(bank: Readable) -> dict[str, Holdings]:
    """What the bank has, by model."""
    found: dict[str, Holdings] = {}
    for _, sample in bank.samples():
        found.setdefault(sample.model, Holdings()).add(sample)
    return dict(sorted(found.items()))


def found(bank: Readable, key: str) -> list[tuple[str, Sample]]:
    """The samples whose keys begin so. Raises UsageError when there is none."""
    whole = bank.get(key) if len(key) == KEY_LENGTH else None
    samples = [(key, whole)] if whole else [one for one in bank.samples() if one[0].startswith(key)]
    if not samples:
        raise UsageError(f"the sample bank in {bank.folder} has no reply whose key begins with {key}")
    return samples


def export_samples(bank: Readable, file: Path, keys: Iterable[str] | None = None) -> int:
    """Write every sample, or those of these keys, as a line of JSON (gzipped if the name ends in .gz); how many.

    A file that is there is replaced when all is written, or stays as it was. Raises UsageError.
    """
    count = 0
    with _replacing(file) as lines:
        for key, sample in bank.samples() if keys is None else _of(bank, keys):
            lines.write(Banked(key=key, **dict(sample)).model_dump_json() + "\n")
            count += 1
    return count


def _of(bank: Readable, keys: Iterable[str]) -> Iterator[tuple[str, Sample]]:
    for key in keys:
        if (sample := bank.get(key)) is not None:
            yield key, sample


@contextmanager
def _replacing(file: Path) -> Iterator[TextIO]:
    if file.exists() and not file.is_file():
        with _opened(file, "w") as pipe:  # a pipe, or standard output: there is nothing to replace
            yield pipe
        return
    part = None
    try:
        handle, name = tempfile.mkstemp(prefix=f".{file.name[:100]}.", suffix=".part", dir=file.parent)
        part = Path(name)
        with os.fdopen(handle, "wb") as raw:
            zipped = gzip.GzipFile(fileobj=raw, mode="wb", filename="") if file.suffix == ".gz" else None
            with io.TextIOWrapper(cast(BinaryIO, zipped or raw), encoding="utf-8") as lines:
                yield lines
                lines.flush()
                if zipped is not None:
                    zipped.close()
                os.fsync(raw.fileno())
        part.chmod(0o666 & ~_umask())
        part.replace(file)
        part = None
    except OSError as error:
        raise UsageError(f"cannot write {file}: {error.strerror}") from None
    finally:
        if part is not None:
            part.unlink(missing_ok=True)


def _umask() -> int:
    """What new files are not allowed: those of mkstemp are for nobody else, whatever the user wants."""
    os.umask(mask := os.umask(0o077))
    return mask


def import_samples(bank: DiskBank, file: Path) -> tuple[int, int]:
    """Take the samples of an exported bank; what is here already stays. (samples read, samples that are new).

    Raises UsageError for what is none; what stands before the fault is taken in.
    """
    read = new = 0
    batch: list[tuple[str, Sample]] = []
    try:
        for banked in _lines(file):
            read += 1
            batch.append((banked.key, Sample(**{name: getattr(banked, name) for name in Sample.model_fields})))
            if len(batch) == BATCH:
                new += _take(bank, batch)
                batch = []
    except UsageError:
        _take(bank, batch)
        raise
    return read, new + _take(bank, batch)


def forget(bank: DiskBank, unwanted: Callable[[str, Sample], bool], *, dry_run: bool = False) -> int:
    """Drop the samples for which `unwanted` says so; how many."""
    keys = [key for key, sample in bank.samples() if unwanted(key, sample)]
    if not dry_run:
        bank.drop(keys)
    return len(keys)


def _take(bank: DiskBank, batch: list[tuple[str, Sample]]) -> int:
    # also of no use it stays: a file from elsewhere takes the place of nothing
    new = [(key, sample) for key, sample in batch if bank.get(key) is None]
    return sum(standing is sample for standing, (_, sample) in zip(bank.keep(new), new, strict=True))


def _lines(file: Path) -> Iterator[Banked]:
    # a pipe would keep us waiting for its other end, a device for the end of the world
    if file.exists() and not file.is_file():
        what = "a folder" if file.is_dir() else "a pipe, a device or the like"
        raise UsageError(f"{file} is no file but {what}: name a file that cache export wrote")
    with _opened(file, "r") as lines:
        for number, line in _numbered(lines, file):
            try:
                banked = Banked.model_validate_json(line)
            except ValidationError:
                raise UsageError(f"{file}, line {number} is no row of an exported sample bank") from None
            if not KEY.fullmatch(banked.key):
                raise UsageError(f"{file}, line {number} has no key of {KEY_LENGTH} digits")
            yield banked


def _numbered(lines: TextIO, file: Path) -> Iterator[tuple[int, str]]:
    """The lines, counted from 1. Raises UsageError where the file does not go on as it should."""
    number = 0
    try:
        while line := lines.readline(LARGEST_ROW + 1):
            number += 1
            if len(line) > LARGEST_ROW:
                raise UsageError(f"{file}, line {number} has more than {LARGEST_ROW:,} characters: it is no row of a sample bank")
            yield number, line
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise UsageError(_damaged(file, number, "is cut short or damaged")) from None
    except UnicodeDecodeError:
        raise UsageError(_damaged(file, number, "is no text")) from None
    except OSError as error:
        raise UsageError(f"cannot read {file}: {error.strerror}") from None


def _damaged(file: Path, number: int, what: str) -> str:
    """`number`: of its last whole line; 0 where its first is not."""
    return f"{file} {what} in line {number + 1:,}: " + ("what stands before is taken in" if number else "nothing is taken in")


def _opened(file: Path, mode: str) -> TextIO:
    try:
        if file.suffix == ".gz":
            return cast(TextIO, gzip.open(file, f"{mode}t", encoding="utf-8"))
        return cast(TextIO, file.open(mode, encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"cannot open {file}: {error.strerror}") from None
