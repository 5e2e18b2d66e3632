"""A run exported to learn from: what its files hold, and what they do not."""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from pyarrow.parquet import read_table

import nlevolve
from nlevolve.puzzle.datasets import load
from nlevolve.view.export.event_tables import digest, kinds
from nlevolve.view.export.spills import LEAST
from nlevolve.view.grading import open_solutions
from tests.cli.conftest import Run
from tests.spellings import SPELLINGS

TASKS = ["arc1:67a3c6ac", "arc1:ed36ccf7", "arc1:3aa6fb7a"]
LINES = ["sft", "dpo", "ttt"]
FORMS = [["sft", "--augment", "5"], ["dpo"], ["ttt"], ["hf", "--augment", "2"], ["events"]]


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of three tasks."""
    place = tmp_path_factory.mktemp("teaching")
    nlevolve.solve(TASKS, run="one", runs_dir=place / "runs", cache_dir=place / "cache", report=False)
    return place


@pytest.fixture
def run(nlevolve: Run, folders: Path, tmp_path: Path) -> Run:
    shutil.copytree(folders / "runs", tmp_path / "runs")
    return nlevolve


def lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text().splitlines()]


def content(file: Path) -> str:
    """What a file holds, of a table its rows."""
    return json.dumps(read_table(file).to_pylist(), default=str) if file.suffix == ".parquet" else file.read_text()


def test_no_export_holds_a_test_output_or_a_line_twice_and_no_prompt_names_its_task(run: Run, tmp_path: Path) -> None:
    said = [run("export", "one", "--format", *form) for form in FORMS]
    assert {code for code, *_ in said} == {0}
    assert "turned copies are proven and kept" in said[0][2]
    place = tmp_path / "runs/one/export"
    texts = {str(file.relative_to(place)): content(file) for file in place.rglob("*.*")}
    assert len(texts) > 30
    for task, outputs in open_solutions(TASKS).items():
        shown = next(one for one in load(TASKS).tasks if one.id == task)
        grids = [*(grid for pair in shown.pairs for grid in (pair.input, pair.output)), *shown.tests]
        for output in outputs or ():
            assert len(output) * len(output[0]) >= LEAST
            assert output not in grids
            for note in SPELLINGS:
                told = note(output)
                assert not any(told in text or json.dumps(told)[1:-1] in text for text in texts.values()), (task, told)
    for form in LINES:
        found = [line for file in place.glob(f"{form}*.jsonl") for line in lines(file)]
        prompts = [
            json.dumps([line.get("prompt"), line.get("messages"), line.get("chosen"), line.get("rejected")]) for line in found
        ]
        assert len(prompts) == len(set(prompts)) > 0
        assert not any(line["task"] in prompt for line, prompt in zip(found, prompts, strict=True))
        assert "Apache-2.0" in texts[f"{form}.README.md"]
    taught = lines(place / "sft.jsonl")
    assert {line["role"] for line in taught} >= {"generator", "checker"}
    assert "`offline/generator`" in texts["sft.README.md"]


def test_where_there_is_nothing_to_learn_from_it_is_said(run: Run, tmp_path: Path) -> None:
    log = tmp_path / "runs/one/events.jsonl"
    log.write_text("".join(line for line in log.open() if '"candidate_checked"' not in line))
    log.write_text("garbage\n" + log.read_text())
    assert "1 line of the log cannot be read (1 garbled): what is written" in run("export", "one", "--format", "kaggle")[2]
    log.write_text(log.read_text().removeprefix("garbage\n"))
    code, out, err = run("export", "one", "--format", "dpo")
    assert (code, (tmp_path / out.strip()).read_text()) == (0, "")
    assert (
        err
        == "nlevolve: nothing of run one can be learnt from as dpo: no description is strictly better than one it was made from\n"
    )
    assert run("export", "one", "--format", "kaggle", "--augment", "3")[2].endswith(
        "--augment is for sft, ttt, hf: kaggle has no copies\n"
    )
    shutil.move(tmp_path / "runs/one", tmp_path / "runs/two.s1")
    shutil.copytree(tmp_path / "runs/two.s1", tmp_path / "runs/two.s2")
    code, _, err = run("export", "two", "--format", "sft")
    assert (code, err) == (2, "nlevolve: two is 2 repeats, and an export is of one: two.s1, two.s2\n")


def test_a_folder_for_datasets_has_the_same_lines_in_tables_and_says_which_is_which(run: Run, tmp_path: Path) -> None:
    for form in ("sft", "dpo", "ttt", "hf"):
        assert run("export", "one", "--format", form)[0] == 0
    place = tmp_path / "runs/one/export"
    head = (place / "hf/README.md").read_text().split("---\n")[1]
    named = dict(zip(re.findall(r"path: (\S+)", head), re.findall(r"split: (\S+)", head), strict=True))
    assert {f"data/{file.name}" for file in (place / "hf/data").iterdir()} == set(named)
    assert re.findall(r"config_name: (\w+)", head) == [form for form in LINES if f"data/{form}-" in head]
    for path, split in named.items():
        form = path.removeprefix("data/").partition("-")[0]
        files = [place / f"{form}.jsonl", *place.glob(f"{form}.validation.jsonl")]
        wanted = [line for file in files for line in lines(file) if line["split"] == split]
        assert read_table(place / "hf" / path).to_pylist() == [{k: v for k, v in one.items() if k != "split"} for one in wanted]


def test_the_log_is_a_table_a_kind_without_what_was_answered(run: Run, tmp_path: Path) -> None:
    assert run("export", "one", "--format", "events", "--output", "tables")[:2] == (0, "tables\n")
    log = [json.loads(line) for line in (tmp_path / "runs/one/events.jsonl").open()]
    tables = {file.stem: read_table(file) for file in (tmp_path / "tables").glob("*.parquet")}
    assert {kind: table.num_rows for kind, table in tables.items() if table.num_rows} == Counter(line["kind"] for line in log)
    assert set(tables) == set(kinds())
    [checked, *_] = tables["candidate_checked"].to_pylist()
    told = log[checked["line"]]
    assert (checked["description"], checked["birth"]["operator"]) == (told["description"], told["birth"]["operator"])
    assert checked["attempts"][0]["grid"] == told["attempts"][0]["grid"]
    [answered, *_] = tables["task_answered"].to_pylist()
    first = log[answered["line"]]["answers"][0]["attempt_1"]
    assert answered["answers"][0]["attempt_1"] == digest(tuple(map(tuple, first)))
    assert "task_answered" in (tmp_path / "tables/README.md").read_text()


@pytest.mark.parametrize("form", ["hf", "events"])
def test_without_the_extra_its_name_is_said(run: Run, monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    for name in ("pyarrow", "pyarrow.parquet", "pandas"):
        monkeypatch.setitem(sys.modules, name, None)
    code, _, err = run("export", "one", "--format", form)
    wanted = "needs pyarrow, which is not installed: pip install 'nlevolve[data]'"
    assert (code, err) == (2, f"nlevolve: --format {form} {wanted}\n")
    with pytest.raises(nlevolve.UsageError, match=r"read_run needs pandas, .* pip install 'nlevolve\[data\]'"):
        nlevolve.read_run("one")
