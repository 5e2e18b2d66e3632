"""A process that writes to a bank until it is killed."""

from __future__ import annotations

import asyncio
from multiprocessing.connection import Connection
from pathlib import Path

from nlevolve.llm.bank import DiskBank, Sample
from nlevolve.llm.request import Reply


def write_for_ever(folder: Path, name: str, acknowledgements: Connection) -> None:
    """Put rows, eight at a time, and send their keys once they are kept."""
    asyncio.run(_write(folder, name, acknowledgements))


async def _write(folder: Path, name: str, acknowledgements: Connection) -> None:
    bank = DiskBank(folder, lambda text: acknowledgements.send([text]))
    for number in range(1_000_000):
        keys = [f"{name}-{number}-{part}" for part in range(8)]
        await asyncio.gather(*(bank.put(key, Sample(model="m", reply=Reply(text=key * 50, cost_usd=0.0))) for key in keys))
        acknowledgements.send(keys)
