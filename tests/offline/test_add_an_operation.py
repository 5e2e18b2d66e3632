"""docs/add-an-operation.md followed to the letter, in a copy of the program."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "add-an-operation.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program with the files of the page in their places."""
    folder = tmp_path_factory.mktemp("copy")
    for name in ("nlevolve", "tests/offline", "benchmarks"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    (folder / "tests" / "__init__.py").touch()
    files = re.findall(r"```python\n# (\S+)\n(.*?)```", PAGE, re.DOTALL)
    assert [Path(name).name for name, _ in files] == ["thinning.py", "test_thinning.py"]
    for name, text in files:
        assert not (folder / name).exists()
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def run(folder: Path, *words: str) -> str:
    """What Python prints in the copy."""
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([sys.executable, *words], cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_new_operation_passes_all_that_looks_at_operations(copy: Path) -> None:
    files = [f"tests/offline/{name}.py" for name in ("families/test_thinning", "test_direct", "test_english", "test_honesty")]
    told = run(copy, "-m", "pytest", *files, "-p", "no:cacheprovider", "-k", "thinning or KeepEveryNth or hold_no_grids")
    assert "skipped" not in told


def test_it_is_read_and_said_as_the_page_says(copy: Path) -> None:
    (script,) = re.findall(r"python -c '\n(.*?)'", PAGE, re.DOTALL)
    assert "KeepEveryNth(" in run(copy, "-c", script)


def test_it_is_found_in_examples_and_makes_another_version_of_the_models(copy: Path) -> None:
    script = """
from nlevolve.offline.answer import Job, answer
from nlevolve.offline.version import version
rows = "1 5 2 6\\n7 6 6 5\\n3 8 4 7"
pair = f"# Training pairs\\n## Pair 1\\nInput (3x4):\\n{rows}\\nOutput (2x2):\\n1 2\\n3 4\\n"
print(version(), answer(Job("offline/generator", pair, 0, 'lines')))
"""
    theirs, said = run(copy, "-c", script).split(maxsplit=1)
    ours, _ = run(ROOT, "-c", script).split(maxsplit=1)
    assert said.strip() == "- Keep only every second row and column, starting with the first."
    assert theirs != ours
