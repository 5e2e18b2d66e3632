"""`nlevolve tasks` lists and draws, with a terminal or without, and names what it can't find in one line."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest

from tests.cli.conftest import Run


@pytest.fixture
def run(nlevolve: Run) -> Run:
    """Call `nlevolve tasks`."""
    return partial(nlevolve, "tasks")


def test_a_line_a_task_and_what_it_comes_to(run: Run) -> None:
    code, out, err = run("arc1:007bbfb7", "arc2:evaluation[:1]")
    assert (code, err) == (0, "")
    assert out.splitlines()[1].split() == ["007bbfb7", "arc1", "5", "1", "3×3", "→", "9×9", "02467", "0.00"]
    assert out.splitlines()[2].startswith("0934a4d8  arc2")
    assert out.splitlines()[-1].startswith("2 tasks, 9 training pairs, 2 test inputs;")


def test_a_hundred_thousand_are_plain_lines_that_say_the_same(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A drawn table takes milliseconds a row."""
    drawn = run("arc1:training[:3]")[1]
    monkeypatch.setattr("nlevolve.view.terminal.tasks.MOST_DRAWN", 2)
    plain = run("arc1:training[:3]")[1]
    assert drawn.count("\n") == 5
    assert [line.split() for line in plain.splitlines()] == [line.split() for line in drawn.splitlines()]


def test_the_first_few(run: Run) -> None:
    _, out, _ = run("arc1:training[:5]", "--limit", "2")
    assert len(out.splitlines()) == 5
    assert "… and 3 more" in out


def test_all_grids_of_a_task_but_no_test_output(run: Run, tmp_path: Path) -> None:
    pairs = [{"input": [[1, 2]], "output": [[3], [4]]}]
    (tmp_path / "mine.json").write_text(json.dumps({"train": pairs, "test": [{"input": [[5]], "output": [[9]]}]}))
    _, out, _ = run("mine.json", "--show")
    assert [line.rstrip() for line in out.splitlines()[1:7]] == [
        "1 in 1×2   out 2×1",
        " 1 2     →  3",
        "            4",
        "",
        "test 1 1×1",
        " 5",
    ]
    assert "9" not in out.split("copying")[1]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["arc1:007bbfb8"], "nearest: 007bbfb7"),
        (["arc1:training[:1]", "--palette", "grey"], "palettes: arc, colour-blind"),
        (["arc1:training[:1]", "--limit", "0"], "--limit"),
        ([], "selectors"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(run: Run, arguments: list[str], says: str) -> None:
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert says in err
    assert len(err.splitlines()) == 1
