"""Signals to a run whose loop does not come to hear them."""

from __future__ import annotations

import asyncio
import os
import signal

import pytest

from nlevolve.cli import running


def test_a_later_signal_ends_a_run_whose_loop_hears_none(monkeypatch: pytest.MonkeyPatch) -> None:
    async def busy() -> None:
        running.listen(asyncio.Event(), lambda: None)
        os.kill(os.getpid(), signal.SIGTERM)
        monkeypatch.setattr(running, "DEAF", -1.0)  # some seconds later
        os.kill(os.getpid(), signal.SIGTERM)

    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        with pytest.raises(KeyboardInterrupt):
            asyncio.run(busy())
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
