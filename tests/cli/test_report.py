"""`report`, `compare` and `export` on a real run's folder: what they write, and one line for what is wrong."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import nlevolve.api
from nlevolve.cli import main

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two runs, `one` and `two`, on a task of their own, under runs/."""
    place = tmp_path_factory.mktemp("report")
    pairs = [{"input": [[a, b], [c, d]], "output": [[b, a], [d, c]]} for a, b, c, d in ((1, 2, 3, 4), (5, 6, 7, 8), (1, 5, 5, 0))]
    (place / "turned.json").write_text(json.dumps({"train": pairs[:2], "test": pairs[2:]}))
    for name, checker in (("one", "offline/checker"), ("two", "offline/checker-weak")):
        nlevolve.api.solve(
            [str(place / "turned.json")],
            checker=checker,
            settings={"policy.phases": [{"births": 2, "overlap": 2}]},
            run=name,
            runs_dir=place / "runs",
            cache_dir=place / "cache",
        )
    return place


@pytest.fixture
def run(folders: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Call the command line in a folder of its own with both runs; returns exit code, stdout, stderr."""
    shutil.copytree(folders / "runs", tmp_path / "runs")

    def call(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["nlevolve", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        return int(ended.value.code or 0), out, err

    return call


def test_a_run_ends_with_its_report_and_the_command_writes_the_same(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "runs" / "one" / "report.html"
    first = file.read_text()
    file.unlink()
    code, out, _ = run("report", "one")
    assert (code, out.strip()) == (0, "runs/one/report.html")
    assert file.read_text() == first


def test_a_report_can_go_elsewhere(run: Run, tmp_path: Path) -> None:
    run("report", "one", "--output", "here.html")
    assert "turned" in (tmp_path / "here.html").read_text()


def test_a_report_survives_the_loss_of_the_task_files(run: Run, tmp_path: Path, folders: Path) -> None:
    config = tmp_path / "runs" / "one" / "config.json"
    config.write_text(config.read_text().replace(str(folders), str(folders / "gone")))
    code, _, err = run("report", "one")
    assert (code, err) == (0, "")
    assert "1 of 1" in (tmp_path / "runs" / "one" / "report.html").read_text()


def test_compare_in_tables_json_and_a_page(run: Run, tmp_path: Path) -> None:
    code, out, _ = run("compare", "one", "runs/two", "--html", "c.html")
    assert code == 0
    assert "On 1 shared task" in out
    assert "offline/checker-weak" in out
    page = (tmp_path / "c.html").read_text()
    assert "offline/checker-weak" in page
    assert '<a href="runs/one/report.html#turned">turned</a>' in page
    assert '<a class="small" href="runs/two/report.html#turned">two</a>' in page
    (tmp_path / "runs/two/report.html").unlink()
    (tmp_path / "elsewhere").mkdir()
    run("compare", "one", "runs/two", "--html", "elsewhere/c.html")
    page = (tmp_path / "elsewhere/c.html").read_text()
    assert '<a href="../runs/one/report.html">one</a>' in page
    assert "two/report.html" not in page, "nothing leads to a page that is not there"
    _, out, _ = run("compare", "one", "two", "--json")
    assert [side["run"] for side in json.loads(out)["runs"]] == ["one", "two"]


def test_export(run: Run, tmp_path: Path) -> None:
    code, out, _ = run("export", "one", "--format", "kaggle")
    assert (code, out.strip()) == (0, "runs/one/export/submission.json")
    assert (tmp_path / out.strip()).read_text() == (tmp_path / "runs/one/submission.json").read_text()
    run("export", "one", "--format", "arc-prize", "--output", "prize")
    (entry,) = json.loads((tmp_path / "prize" / "turned.json").read_text())
    assert entry["attempt_1"]["answer"] == [[5, 1], [0, 5]]
    assert entry["attempt_1"]["correct"] is True
    run("export", "one", "--format", "library", "--output", "rules.json")
    assert json.loads((tmp_path / "rules.json").read_text())[0]["task"] == "turned"
    code, out, _ = run("export", "one", "--format", "sft")
    chats = [json.loads(line) for line in (tmp_path / out.strip()).read_text().splitlines()]
    assert len(chats) >= 3


def test_chats_are_not_told_with_other_prompts(run: Run, tmp_path: Path) -> None:
    config = tmp_path / "runs" / "one" / "config.json"
    told = json.loads(config.read_text())
    told["prompts"]["write.md"] = "another"
    config.write_text(json.dumps(told))
    code, _, err = run("export", "one", "--format", "sft")
    assert code == 2
    assert "have changed since run one" in err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["report", "onne"], "no run 'onne' under runs; nearest: one"),
        (["report", "one", "--output", "no/such/x.html"], "cannot write no/such/x.html"),
        (["compare", "one"], "compare needs two or more runs, got only one"),
        (["compare", "one", "one"], "run runs/one is named twice"),
        (["compare", "one", "three"], "no run 'three' under runs"),
        (["export", "one", "--format", "pdf"], "no format 'pdf'; formats: kaggle, "),
        (["export", "one"], "Missing option '--format'"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(run: Run, arguments: list[str], said: str) -> None:
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert said in err
    assert len(err.splitlines()) == 1
