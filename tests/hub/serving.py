"""A hub in a process of its own, to be killed: python serving.py FOLDER PORT MAX_CALLS. Says its port when it listens."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from nlevolve.hub.service import Hub
from nlevolve.llm.ledger import Caps


async def main(folder: Path, port: int, calls: int) -> None:
    async with Hub.started(folder, port=port, token="word", caps=Caps(calls=calls)) as hub:
        sys.stdout.write(f"{hub.url.rpartition(':')[2]}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
