"""The driver without Dask: whoever comes when nobody is there has it look at once what can be handed out."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any, cast

import pytest

from nlevolve.cluster.asked import equipment
from nlevolve.cluster.driver import Driver
from nlevolve.cluster.engine import Engine
from nlevolve.cluster.shared import Shared
from tests.cluster.worlds import asked


class Nobody:
    """A scheduler without workers."""

    def hear(self, topic: str, listen: Any) -> None:
        """It says nothing."""


def test_a_worker_that_comes_when_none_is_left_begins_a_turn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    session, hub = asked(tmp_path), Shared("http://127.0.0.1:9", "")
    here = equipment(session, workers=1, here=False, hub=hub)

    async def woken() -> None:
        driver = Driver(session, cast(Engine, Nobody()), hub, here, None, lambda event: None)
        driver.roster.joined("late")
        async with asyncio.timeout(5):
            await driver._woken(())

    asyncio.run(woken())
