"""A run that is told again from its bank has the figures of the run that it tells, whatever order its replies came in."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import pytest

from nlevolve.config import RunConfig, configure, presets
from nlevolve.options import Options
from nlevolve.puzzle.datasets import load
from nlevolve.run.origin import Origin
from nlevolve.run.session import begin
from nlevolve.run.store import read_config, read_events
from nlevolve.view.publish import Publisher
from tests.stories.worlds import groping, jittery, prepare, scripted, task_file


def played(folder: Path, settings: RunConfig, seed: int) -> Path:
    session = prepare(folder, task_file(folder), scripted(groping, jittery(seed)), settings=settings)
    asyncio.run(session.run([Publisher(session.folder, session.selection).see]))
    return session.folder


def told_again(run: Path, settings: RunConfig, task: Path, bank: Path) -> Path:
    config = read_config(run)
    origin = Origin(run.name, config["id"], log=read_events(run), recorded=config)
    options = Options(preset="quick", runs_dir=run.parents[1] / "elsewhere", cache_dir=bank, run=run.name, replay=True)
    session = begin(load([str(task)]), settings, options, origin=origin)
    asyncio.run(session.run([Publisher(session.folder, session.selection).see]))
    return session.folder


def timeless(run: Path) -> Any:
    """results.json without times."""
    return json.loads(re.sub(r'"(reply_)?seconds":[\d.e-]+', '"seconds":0', (run / "results.json").read_text()))


@pytest.mark.parametrize("preset", presets())
def test_every_preset_is_told_again_to_the_figure(preset: str, tmp_path: Path) -> None:
    settings = configure(preset)
    run = played(tmp_path, settings, seed=7)
    again = told_again(run, settings, tmp_path / "mirror.json", tmp_path / "bank")
    assert (again / "submission.json").read_bytes() == (run / "submission.json").read_bytes()
    assert timeless(again) == timeless(run)
