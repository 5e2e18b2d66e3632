"""A session with its views and signals: what happens between `solve` and its exit code."""

from __future__ import annotations

import asyncio
import json
import signal
import sys

from nlevolve.records import RunFinished
from nlevolve.run.session import Session
from nlevolve.run.store import StoreFailed
from nlevolve.view.publish import Publisher

EXIT_STORE = 1
"""The run's folder could no longer be written; what was acknowledged is kept."""


def carry_out(session: Session, *, live: bool, as_json: bool) -> int:
    """Run a session to its end and return the exit code."""
    publisher = Publisher(session.folder, session.selection, session.known)
    try:
        finished = asyncio.run(_run(session, publisher, live, as_json))
    except StoreFailed as error:
        print(f"nlevolve: {error}", file=sys.stderr)
        return EXIT_STORE
    if as_json:
        print(json.dumps({"folder": str(session.folder), "exit_code": finished.exit_code, **publisher.results()}))
    if finished.why:
        print(f"nlevolve: {finished.why}", file=sys.stderr)
    return finished.exit_code


async def _run(session: Session, publisher: Publisher, live: bool, as_json: bool) -> RunFinished:
    _listen(session.stopping)
    return await session.run([publisher.see])


def _listen(stopping: asyncio.Event) -> None:
    """The first Ctrl-C or SIGTERM lets what is in flight end; a second one stops at once."""
    loop = asyncio.get_running_loop()
    running = asyncio.current_task()
    assert running is not None

    def stop() -> None:
        if stopping.is_set():
            running.cancel()
        stopping.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
