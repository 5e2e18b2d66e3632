"""Links, pipes and second names planted in a received folder lead no write and no read elsewhere."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.attacks.conftest import Nlevolve

PRECIOUS = "this belongs to somebody\n" * 9
COMMANDS = {
    "resume": ["resume", "received", "--no-live"],
    "report": ["report", "received"],
    "kaggle": ["export", "received", "--format", "kaggle"],
    "arc-prize": ["export", "received", "--format", "arc-prize"],
    **{form: ["export", "received", "--format", form] for form in ("sft", "dpo", "ttt", "hf", "events")},
    "library": ["export", "received", "--format", "library"],
}
WRITTEN = ["events.jsonl", "results.json", "submission.json", "report.html"]
EXPORTED = [
    "export/submission.json",
    "export/sft.jsonl",
    "export/sft.README.md",
    "export/ttt.jsonl",
    "export/hf/README.md",
    "export/events/task_started.parquet",
    "export/library.json",
    "export/arc-prize/turned.json",
]


@pytest.fixture
def precious(tmp_path: Path) -> Path:
    """A file elsewhere that nobody may touch."""
    (tmp_path / "home").mkdir()
    file = tmp_path / "home" / "precious"
    file.write_text(PRECIOUS)
    return file


def hard(link: Path, target: Path) -> None:
    link.hardlink_to(target)


def soft(link: Path, target: Path) -> None:
    link.symlink_to(target)


@pytest.mark.parametrize("plant", [soft, hard])
def test_what_is_planted_for_a_file_leads_no_write_elsewhere(
    plant: Callable[[Path, Path], None], nlevolve: Nlevolve, received: Path, precious: Path
) -> None:
    for name in [*WRITTEN, *EXPORTED]:
        for trap in (received / f"{name}.part", *([received / name] if name != "events.jsonl" else [])):
            trap.unlink(missing_ok=True)
            trap.parent.mkdir(parents=True, exist_ok=True)
            plant(trap, precious)
    for command in COMMANDS.values():
        assert nlevolve(*command).code == 0
    assert precious.read_text() == PRECIOUS
    assert [file for file in received.rglob("*") if file.is_symlink()] == [
        file for file in received.rglob("*.part") if file.is_symlink()
    ]


@pytest.mark.parametrize("plant", [soft, hard])
def test_a_log_that_is_somebody_elses_file_is_neither_written_nor_cut(
    plant: Callable[[Path, Path], None], nlevolve: Nlevolve, received: Path, precious: Path
) -> None:
    (received / "events.jsonl").unlink()
    plant(received / "events.jsonl", precious)
    code, _, err = nlevolve(*COMMANDS["resume"])
    assert code in (1, 2)
    assert err.strip().count("\n") == 0, err
    assert "events.jsonl" in err
    assert "link" in err
    assert precious.read_text() == PRECIOUS


@pytest.mark.parametrize("name", ["export", "export/arc-prize"])
def test_an_export_does_not_go_through_a_folder_that_is_a_link(
    name: str, nlevolve: Nlevolve, received: Path, precious: Path
) -> None:
    link = received / name
    link.parent.mkdir(exist_ok=True)
    link.symlink_to(precious.parent)
    assert nlevolve(*COMMANDS["arc-prize"]).code == 2
    assert os.listdir(precious.parent) == ["precious"]


@pytest.mark.parametrize("name", ["config.json", "events.jsonl"])
@pytest.mark.parametrize(
    "command",
    [["resume", "received", "--no-live"], ["report", "received"], ["watch", "received", "--still"], ["audit", "received"]],
)
def test_what_is_read_is_no_link_and_no_pipe_that_never_ends(
    name: str, command: list[str], nlevolve: Nlevolve, received: Path, tmp_path: Path
) -> None:
    """A link would put another file's content into a report that is handed on."""
    if (name, command[0]) == ("config.json", "watch"):
        return  # it reads the log alone
    shutil.copy(received / name, tmp_path / "elsewhere")
    for plant in (lambda at: at.symlink_to(tmp_path / "elsewhere"), os.mkfifo):
        (received / name).unlink()
        plant(received / name)
        code, _, err = nlevolve(*command)
        assert code == 2, err
        assert err.count("\n") == 1


def test_a_lock_that_is_a_link_is_not_followed(nlevolve: Nlevolve, received: Path, precious: Path) -> None:
    (received.parent / ".received.lock").symlink_to(precious)
    code, _, err = nlevolve(*COMMANDS["resume"])
    assert (code, err.count("\n")) == (2, 1)
    assert ".received.lock is no plain file" in err
    assert " done " in nlevolve("ls").out  # nobody holds it
    assert precious.read_text() == PRECIOUS


@pytest.mark.parametrize("name", ["cache.db", "cache.db-wal", "cache.db-journal", "cards.json"])
def test_a_bank_whose_files_are_links_is_not_written_through_them(
    name: str, nlevolve: Nlevolve, task: str, precious: Path, tmp_path: Path
) -> None:
    bank = tmp_path / "bank"
    bank.mkdir()
    (bank / name).symlink_to(precious)
    code, _, err = nlevolve("solve", task, "--cache-dir", "bank", "--no-live", "--run", "mine")
    assert (code, name in err) == ((0, False) if name == "cards.json" else (2, True)), err
    assert precious.read_text() == PRECIOUS
