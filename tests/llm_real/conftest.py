"""The real server: one for the session, and more where a story breaks its own. `make test-llm` installs it and runs these."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.llm_real.llama import LlamaCpp, Shell, running, short_prompts, tiny_task
from tests.llm_real.server import missing


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """These are skipped with a word, not failed, where they were not asked for or cannot run."""
    lacking, asked_for = missing(), "llm_real" in (config.option.markexpr or "")
    why = "only by `make test-llm`" if not asked_for else f"{lacking} not installed: `make test-llm` does" if lacking else ""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.llm_real)
            if why:
                item.add_marker(pytest.mark.skip(reason=why))


@pytest.fixture(scope="session")
def llama() -> Iterator[LlamaCpp]:
    """The server that the stories share."""
    with running() as server:
        yield server


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    tiny_task(tmp_path)
    short_prompts(tmp_path / "prompts")
    return Shell(tmp_path)
