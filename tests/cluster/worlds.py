"""Runs whose replies are in the bank already: workers need no way to a model, and are quick."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from nlevolve.options import Options
from nlevolve.puzzle.datasets import load
from nlevolve.run.session import Session, begin
from tests.scripted import scripted
from tests.stories.worlds import config, groping, task_file

TASKS = 4


def asked(folder: Path, library: str = "none", **changes: Any) -> Session:
    """A run of four tasks, and with it a bank that has all that they ask."""
    tasks = load([str(task_file(folder, name=f"task{number}")) for number in range(TASKS)])
    options = Options(preset="quick", runs_dir=folder / "runs", cache_dir=folder / "bank", run="alone", library=library)
    session = begin(tasks, config(**changes), options, live=scripted(groping))
    asyncio.run(session.run([]))
    return session
