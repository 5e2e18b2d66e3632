"""Programs audited: each is run again, and taken from the reply that brought it; what was forged of them is named."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

import nlevolve
from nlevolve.cli.audit import audited
from nlevolve.run.store import read_config
from tests.audit import forging
from tests.audit.forging import of_kind
from tests.server import Provider, Said


@pytest.fixture(scope="module")
def coded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A task whose rule is said in Python."""
    return solved(tmp_path_factory.mktemp("coded"), "offline/coder", {"coder.seconds": 30})


def solved(place: Path, coder: str, settings: Mapping[str, object]) -> Path:
    """The folder of a run of one birth."""
    nlevolve.solve(
        ["arc1:67a3c6ac"],
        preset="quick",
        coder=coder,
        run="coded",
        runs_dir=place / "runs",
        cache_dir=place / "bank",
        report=False,
        settings={"policy.phases": [{"births": 1}], **settings},
    )
    return place / "runs" / "coded"


def found(run: Path) -> list[str]:
    return list(map(str, audited(run, read_config(run), requests=False).differs))


def test_a_run_with_programs_passes_and_each_reading_of_theirs_is_made_again(coded: Path) -> None:
    told = audited(coded, read_config(coded))
    assert not told.differs
    assert told.compared["program"] >= 4, "three training pairs and a test input"


@pytest.mark.parametrize("said", ["CANNOT: it is beyond Python", "I would rather talk of something else."])
def test_what_a_coder_could_not_say_is_looked_up_in_its_reply(said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOSTED_VLLM_API_KEY", "sk-0123456789")
    with Provider(lambda asked: Said(said)) as server:
        run = solved(tmp_path, "hosted_vllm/coder", {"policy.read": "code", "coder.base_url": server.url})
    assert found(run) == []
    forging.log(run, of_kind("candidate_checked"), another_reason)
    assert found(run), "another reason than the coder's goes unseen"


def another_reason(event: Any) -> None:
    event["attempts"][0]["why"] += " at all"


def mirroring(event: Any) -> bool:
    return event["kind"] == "candidate_checked" and "row[::-1]" in event["program"]


def another_program(event: Any) -> None:
    event["program"] = event["program"].replace("[::-1]", "")


def another_grid(event: Any) -> None:
    event["attempt"]["grid"][0][0] = 9 - event["attempt"]["grid"][0][0]


def another_reader(event: Any) -> None:
    event["attempts"][0]["by"] = "coder"
    event["program"] = ""


@pytest.mark.forged
@pytest.mark.parametrize(
    ("which", "change", "told"),
    [
        (mirroring, another_program, "of 67a3c6ac on pair 1"),
        (mirroring, another_program, "is not what the banked replies"),
        (lambda event: event["kind"] == "answer_followed" and event["attempt"]["by"] == "coder", another_grid, "on test input 1"),
        (of_kind("candidate_checked"), another_reader, "gave a grid, and there is no program"),
    ],
)
def test_what_was_forged_is_named(which: Any, change: Any, told: str, coded: Path, tmp_path: Path) -> None:
    forged = tmp_path / "forged"
    shutil.copytree(coded, forged)
    forging.log(forged, which, change)
    assert [line for line in found(forged) if told in line], found(forged)
