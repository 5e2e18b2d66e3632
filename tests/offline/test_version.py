"""The embedded models' version: a digest of their sources and of nothing else."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from nlevolve import offline
from nlevolve.offline.version import DIGITS, digest, version

SOURCES = Path(offline.__path__[0])


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The sources at another place, as another checkout has them."""
    return Path(shutil.copytree(SOURCES, tmp_path / "elsewhere", ignore=shutil.ignore_patterns("__pycache__")))


def test_every_process_has_the_same() -> None:
    told = [sys.executable, "-c", "from nlevolve.offline.version import version; print(version())"]
    assert subprocess.run(told, capture_output=True, text=True, check=True, cwd=SOURCES.parents[1]).stdout.strip() == version()
    assert len(version()) == DIGITS


def test_place_dates_line_ends_and_what_is_no_source_make_no_difference(copy: Path) -> None:
    for file in copy.rglob("*.py"):
        file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
        os.utime(file, (0, 0))
    (copy / "__pycache__").mkdir()
    (copy / "__pycache__" / "english.cpython-311.pyc").write_bytes(b"compiled")
    (copy / "notes.txt").write_text("not a source")
    assert digest(copy) == version()


@pytest.mark.parametrize("name", sorted(file.relative_to(SOURCES).as_posix() for file in SOURCES.rglob("*.py")))
def test_a_change_of_any_source_makes_another(name: str, copy: Path) -> None:
    (copy / name).write_text((copy / name).read_text(encoding="utf-8") + "\n# changed\n", encoding="utf-8")
    assert digest(copy) != version()


def test_a_new_a_lost_and_a_renamed_source_make_another(copy: Path) -> None:
    (copy / "families" / "wishing.py").write_text("")
    new = digest(copy)
    (copy / "families" / "wishing.py").rename(copy / "families" / "willing.py")
    renamed = digest(copy)
    (copy / "families" / "willing.py").unlink()
    assert digest(copy) == version()
    (copy / "words.py").unlink()
    assert len({new, renamed, digest(copy), version()}) == 4
