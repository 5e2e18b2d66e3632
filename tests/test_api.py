"""The package from Python."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import nlevolve
from nlevolve.errors import UsageError
from tests.scripted import scripted
from tests.stories.worlds import groping, task_file


def test_solve_returns_what_results_json_says(tmp_path: Path) -> None:
    seen = []
    options = {"runs_dir": tmp_path / "runs", "cache_dir": tmp_path / "bank", "run": "demo", "live": scripted(groping)}
    result = nlevolve.solve([str(task_file(tmp_path))], see=seen.append, settings={"policy.pool": 3}, **options)
    assert result.exit_code == 0
    assert result.run == "demo"
    assert result.tasks["mirror"].stopped in ("perfect", "exhausted")
    assert isinstance(result.tasks["mirror"].description, list)
    assert seen[0].kind == "run_started"
    assert (result.folder / "results.json").is_file()


def test_wrong_settings_raise_before_anything_is_made(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="pool"):
        nlevolve.solve([str(task_file(tmp_path))], settings={"policy.pol": 3}, runs_dir=tmp_path / "runs")
    assert not (tmp_path / "runs").exists()


def test_importing_loads_none_of_the_heavy_packages() -> None:
    heavy = ("litellm", "openai", "numpy", "scipy", "matplotlib", "jinja2", "rich", "diskcache")
    code = f"import sys, nlevolve; print([m for m in {heavy} if m in sys.modules])"
    shown = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[1]
    )
    assert shown.stdout.strip() == "[]"
