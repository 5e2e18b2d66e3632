"""Whatever a story's runs went through, an audit finds nothing that differs in what they left."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.audited import differences


@pytest.fixture(autouse=True)
def audits(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if request.node.get_closest_marker("forged") is None:
        assert differences(tmp_path) == []
