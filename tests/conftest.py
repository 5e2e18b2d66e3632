"""What holds for every test: no key, no colour setting and no folder of whoever runs it; no deadline on a busy machine."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import Phase, settings

settings.register_profile("nlevolve", deadline=None)
# `make mutants` only wants to know whether a test fails, and the same each time
settings.register_profile("mutants", deadline=None, derandomize=True, database=None, phases=[Phase.explicit, Phase.generate])
settings.load_profile("nlevolve")

_SECRET = ("_API_KEY", "_TOKEN", "_SECRET", "_API_BASE", "_BASE_URL")
_DISPLAY = ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES", "NLEVOLVE_")


@pytest.fixture(autouse=True)
def isolated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run in an empty folder, so that nothing is read from or written to the user's own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", f"{tmp_path}-state")
    for name in os.environ:
        if name.endswith(_SECRET) or name.startswith(_DISPLAY):
            monkeypatch.delenv(name)


@pytest.fixture(autouse=True, scope="session")
def stateless(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What fixtures of a module or a session begin confirms nothing for whoever runs the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    """Who leaves a client open fails itself, and not whoever comes next: an open one keeps litellm from the garbage collector."""
    threshold, frozen = gc.get_threshold(), gc.get_freeze_count()
    yield
    assert (gc.get_threshold(), gc.get_freeze_count() > frozen) == (threshold, False), "a client was left open"
