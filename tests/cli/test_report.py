"""`report`, `compare` and `export` on a real run's folder: what they write, and one line for what is wrong."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from html import unescape
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest

import nlevolve.api
from tests.cli.conftest import Run


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
def run(nlevolve: Run, folders: Path, tmp_path: Path) -> Run:
    """Call the command line in a folder of its own with both runs."""
    shutil.copytree(folders / "runs", tmp_path / "runs")
    return nlevolve


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


def test_two_runs_best_of_a_task_stand_side_by_side(run: Run) -> None:
    code, out, _ = run("compare", "one", "two", "turned")
    assert code == 0
    assert re.search(r"^A  one  birth \d, write, \d of 2 pairs, .*solved", out, re.MULTILINE)
    assert re.search(r"^B  two  birth \d", out, re.MULTILINE)
    for said in ("pair 1", "pair 2", "test 1", "truth", "A1 ✔", "• "):
        assert said in out
    code, out, _ = run("compare", "one", "two", "turned", "--json")
    assert json.loads(out)["runs"]["one"]["solved"] is True
    assert run("compare", "one", "two", "turnd") == (
        2,
        "",
        "nlevolve: 'turnd' is neither a run nor a task of one; nearest: turned\n",
    )
    assert run("compare", "one", "two", "turned", "--csv")[2].endswith("leave out the task\n")


def test_compare_as_csv_and_what_the_second_alone_solved(run: Run, tmp_path: Path) -> None:
    _, out, _ = run("compare", "one", "two", "--csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert [(row["task"], row["run"]) for row in rows] == [("turned", "one"), ("turned", "two")]
    assert (rows[0]["solved"], rows[0]["pairs"], rows[0]["cost_usd"]) == ("true", "2", "0.0")
    assert run("compare", "one", "two", "--only-b")[1] == ""
    log = tmp_path / "runs/one/events.jsonl"
    log.write_text("".join(line for line in log.read_text().splitlines(True) if '"task_answered"' not in line))
    assert run("compare", "one", "two", "--only-b")[1] == "turned\n"
    assert run("compare", "two", "one", "--only-b")[1] == ""
    assert "choose one" in run("compare", "one", "two", "--only-b", "--json")[2]


def test_charts_leave_as_drawings_with_their_numbers(run: Run, tmp_path: Path) -> None:
    _, out, _ = run("report", "one", "--charts", "drawn")
    files = out.split()[1:]
    assert "drawn/latency.csv" in files
    for file in files:
        text = (tmp_path / file).read_text()
        if file.endswith(".svg"):
            ElementTree.fromstring(text)
            assert "var(" not in text
        else:
            assert len(list(csv.DictReader(io.StringIO(text)))) > 0
    run("compare", "one", "two", "--charts", "both")
    numbers = list(csv.DictReader(io.StringIO((tmp_path / "both/solved-against-calls.csv").read_text())))
    assert [row["run"] for row in numbers] == ["one", "two"]
    page = (tmp_path / "runs/one/report.html").read_text()
    held = re.search(r'download="one-latency.csv" href="data:text/csv;charset=utf-8,([^"]*)"', page)
    assert held is not None
    assert unquote(unescape(held[1])) == (tmp_path / "drawn/latency.csv").read_text()
    (tmp_path / "file").touch()
    assert run("report", "one", "--charts", "file")[2] == "nlevolve: file cannot be made a folder (File exists)\n"


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
        (["export", "one", "--format", "pdf"], "no format 'pdf'; nearest: hf; formats: kaggle, "),
        (["export", "one"], "Missing option '--format'"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(run: Run, arguments: list[str], said: str) -> None:
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert said in err
    assert len(err.splitlines()) == 1
