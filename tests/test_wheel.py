"""The wheel as `pip install`, `pipx` and `uvx` take it: built, unpacked, and run in an empty folder without the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_what_the_wheel_holds_solves_a_task_in_an_empty_folder(tmp_path: Path) -> None:
    built, unpacked, empty = (tmp_path / name for name in ("built", "unpacked", "empty folder"))
    empty.mkdir()
    pip = [sys.executable, "-m", "pip", "wheel", "-qq", "--no-deps", "--no-build-isolation", "--wheel-dir", str(built), str(ROOT)]
    subprocess.run(pip, check=True, capture_output=True, env={**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"})
    (wheel,) = built.glob("nlevolve-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(unpacked)

    def run(*words: str) -> str:
        # what it depends on is here already; the program itself is the one of the wheel
        command = [sys.executable, "-P", "-m", "nlevolve", *words]
        env = {**os.environ, "PYTHONPATH": str(unpacked)}
        return subprocess.run(command, check=True, capture_output=True, text=True, cwd=empty, env=env).stdout

    where = [sys.executable, "-P", "-c", "import nlevolve; print(nlevolve.__file__)"]
    env = {**os.environ, "PYTHONPATH": str(unpacked)}
    assert str(unpacked) in subprocess.run(where, check=True, capture_output=True, text=True, cwd=empty, env=env).stdout
    assert "1 of 1 task solved" in run("solve", "arc1:67a3c6ac", "--run", "first", "--no-live")
    assert "67a3c6ac" in run("show", "first", "67a3c6ac")
    assert sorted(path.name for path in empty.iterdir()) == [".nlevolve-cache", "runs"]
    assert (empty / "runs" / "first" / "report.html").stat().st_size > 10_000
