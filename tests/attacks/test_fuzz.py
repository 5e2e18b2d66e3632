"""Whatever is typed, and whatever becomes of the files: one line where something is wrong, and no traceback.

A short part runs with all tests, the whole with `make fuzz`. Seeded: the same numbers give the same lines and the same damage.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.attacks.fuzzing import MORE, READERS, call, command_line, damage, furnish

BLOCK = 25
LINES = 500
DAMAGES = 40


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("furnished")
    furnish(folder)
    return folder


@pytest.fixture
def folder(furnished: Path, tmp_path: Path) -> Path:
    """A copy, for one test to spoil."""
    shutil.copytree(furnished, tmp_path / "here", symlinks=True)
    shutil.copytree(furnished / "runs" / "a", tmp_path / "here" / "runs" / "b")
    return tmp_path / "here"


def typed(folder: Path, numbers: range) -> None:
    faults = [fault for number in numbers if (fault := call(folder, command_line(number)).fault())]
    assert not faults, "\n\n".join(faults)


def read(folder: Path, number: int, more: bool = False) -> None:
    what = damage(folder, number)
    faults = [fault for words in (READERS + MORE if more else READERS) if (fault := call(folder, words).fault())]
    assert not faults, "\n\n".join([what, *faults])


def test_a_few_random_command_lines_end_as_they_should(folder: Path) -> None:
    typed(folder, range(BLOCK))


@pytest.mark.parametrize("number", range(3))
def test_a_damaged_run_or_bank_is_told_in_one_line(number: int, folder: Path) -> None:
    read(folder, number)


@pytest.mark.fuzz
@pytest.mark.parametrize("block", range(1, LINES // BLOCK))
def test_random_command_lines_end_as_they_should(block: int, folder: Path) -> None:
    typed(folder, range(block * BLOCK, (block + 1) * BLOCK))


@pytest.mark.fuzz
@pytest.mark.parametrize("number", range(3, DAMAGES))
def test_damaged_runs_and_banks_are_told_in_one_line(number: int, folder: Path) -> None:
    read(folder, number, more=True)
