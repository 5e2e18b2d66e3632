"""A run exported to learn from: what its files hold, and what they do not."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

import nlevolve.api
from nlevolve.puzzle.datasets import load
from nlevolve.view.export.spills import LEAST, NOTATIONS
from nlevolve.view.grading import open_solutions
from tests.cli.conftest import Run

TASKS = ["arc1:67a3c6ac", "arc1:ed36ccf7", "arc1:3aa6fb7a"]
FORMS = [["sft", "--augment", "5"], ["dpo"], ["ttt"]]


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of three tasks."""
    place = tmp_path_factory.mktemp("teaching")
    nlevolve.api.solve(TASKS, run="one", runs_dir=place / "runs", cache_dir=place / "cache", report=False)
    return place


@pytest.fixture
def run(nlevolve: Run, folders: Path, tmp_path: Path) -> Run:
    shutil.copytree(folders / "runs", tmp_path / "runs")
    return nlevolve


def lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text().splitlines()]


def test_no_export_holds_a_test_output_or_a_line_twice_and_no_prompt_names_its_task(run: Run, tmp_path: Path) -> None:
    said = [run("export", "one", "--format", *form) for form in FORMS]
    assert [code for code, *_ in said] == [0, 0, 0]
    assert "turned copies are proven and kept" in said[0][2]
    place = tmp_path / "runs/one/export"
    bytes_of = {file.name: file.read_text() for file in place.iterdir()}
    for task, outputs in open_solutions(TASKS).items():
        shown = next(one for one in load(TASKS).tasks if one.id == task)
        grids = [*(grid for pair in shown.pairs for grid in (pair.input, pair.output)), *shown.tests]
        for output in outputs or ():
            assert len(output) * len(output[0]) >= LEAST
            assert output not in grids
            for note in NOTATIONS:
                told = note(output)
                assert not any(told in text or json.dumps(told)[1:-1] in text for text in bytes_of.values()), (task, told)
    for form, *_ in FORMS:
        found = [line for file in place.glob(f"{form}*.jsonl") for line in lines(file)]
        prompts = [
            json.dumps([line.get("prompt"), line.get("messages"), line.get("chosen"), line.get("rejected")]) for line in found
        ]
        assert len(prompts) == len(set(prompts)) > 0
        assert not any(line["task"] in prompt for line, prompt in zip(found, prompts, strict=True))
        assert "Apache-2.0" in bytes_of[f"{form}.README.md"]
    taught = lines(place / "sft.jsonl")
    assert {line["role"] for line in taught} >= {"generator", "checker"}
    assert "`offline/generator`" in bytes_of["sft.README.md"]


def test_where_there_is_nothing_to_learn_from_it_is_said(run: Run, tmp_path: Path) -> None:
    log = tmp_path / "runs/one/events.jsonl"
    log.write_text("".join(line for line in log.open() if '"candidate_checked"' not in line))
    code, out, err = run("export", "one", "--format", "dpo")
    assert (code, (tmp_path / out.strip()).read_text()) == (0, "")
    assert (
        err
        == "nlevolve: nothing of run one can be learnt from as dpo: no description is strictly better than one it was made from\n"
    )
    assert run("export", "one", "--format", "kaggle", "--augment", "3")[2].endswith(
        "--augment is for sft and ttt: kaggle has no copies\n"
    )
    shutil.move(tmp_path / "runs/one", tmp_path / "runs/two.s1")
    shutil.copytree(tmp_path / "runs/two.s1", tmp_path / "runs/two.s2")
    code, _, err = run("export", "two", "--format", "sft")
    assert (code, err) == (2, "nlevolve: two is 2 repeats, and an export is of one: two.s1, two.s2\n")
