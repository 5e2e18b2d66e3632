"""Replies that several runs had, each in a sample bank of its own, brought together in one."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from nlevolve.llm.bank import DiskBank, Notice
from nlevolve.llm.bank_files import BATCH
from nlevolve.llm.replay_bank import ReplayBank, is_bank
from nlevolve.records import CallFinished, read_event
from nlevolve.run.parts import Part

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Gathered:
    """What became of one run's replies."""

    part: Part
    used: int
    """Distinct replies that its log names."""
    there: int
    """How many of them are in the common bank now."""

    @property
    def lacking(self) -> str:
        """What is missing, in a line; empty where nothing is."""
        missing = self.used - self.there
        return f"{missing:,} of the {self.used:,} replies of {self.part.name} are in no sample bank here" if missing else ""


def bank_of(part: Part) -> Path:
    """Where the run's own replies are, or were on the machine that made it."""
    return Path(str(part.config["cache_dir"]))


def gather(parts: Sequence[Part], folder: Path, notice: Notice) -> list[Gathered]:
    """Copy the replies that the runs used into the bank in `folder`, which is made if there is none; what is there stays.

    Raises UsageError for a bank that cannot be read, BankFailed where nothing can be written.
    """
    bank = DiskBank(folder, notice)
    try:
        return [_gathered(part, bank, notice) for part in parts]
    finally:
        asyncio.run(bank.close())


def _gathered(part: Part, bank: DiskBank, notice: Notice) -> Gathered:
    keys = _used(part)
    with _own(part, notice) as own:
        for start in range(0, len(keys) if own else 0, BATCH):
            found = ((key, own.get(key)) for key in keys[start : start + BATCH] if own)
            bank.keep([(key, sample) for key, sample in found if sample is not None])
    return Gathered(part, len(keys), sum(bank.get(key) is not None for key in keys))


@contextmanager
def _own(part: Part, notice: Notice) -> Iterator[ReplayBank | None]:
    """The run's own bank, if it is here."""
    if not is_bank(bank_of(part)):
        yield None
        return
    own = ReplayBank(bank_of(part), notice)
    try:
        yield own
    finally:
        asyncio.run(own.close())


def _used(part: Part) -> list[str]:
    """The keys of the replies that its log names, each once."""
    lines = (line for session in part.sessions for line in session.lines if b'"call_finished"' in line)
    calls = [event for event in map(read_event, lines) if isinstance(event, CallFinished)]
    return list(dict.fromkeys(call.request for call in calls if call.source != "failed" and call.request))
