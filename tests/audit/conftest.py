"""Small runs to be audited: made once, and looked at by several tests."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

import nlevolve
from nlevolve.llm.request import ProviderDown, Request
from nlevolve.view.publish import Publisher
from tests.stories.worlds import REAL, config, groping, prepare, scripted, task_file

TASKS = ["arc1:68b16354", "arc1:25d487eb"]


@pytest.fixture(scope="session")
def solved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two tasks by the embedded models, the second of them not solved."""
    place = tmp_path_factory.mktemp("solved")
    nlevolve.solve(TASKS, run="true", runs_dir=place / "runs", cache_dir=place / "bank", report=False)
    return place / "runs" / "true"


@pytest.fixture(scope="session")
def flaky(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A task by a scripted model that fails now and then."""
    place = tmp_path_factory.mktemp("flaky")

    def say(request: Request) -> str:
        if request.label.purpose == "check" and (request.label.birth or 0) % 3 == 0 and request.label.target == 1:
            raise ProviderDown("connection refused")
        return groping(request)

    settings = config(**{name.replace(".", "__"): value for name, value in REAL.items()}, checker__retries=0)
    session = prepare(place, task_file(place), scripted(say), settings=settings)
    asyncio.run(session.run([Publisher(session.folder, session.selection).see]))
    return place / "runs" / "story"
