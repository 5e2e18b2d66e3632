"""People's descriptions and fresh pairs, as users bring them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from nlevolve.errors import UsageError
from nlevolve.exam.lessons import own
from nlevolve.exam.sources import freshened, larc
from nlevolve.puzzle.tasks import Pair

PAIR = {"input": [[1, 2]], "output": [[2, 1]]}


def lines(file: Path, *rows: Any) -> Path:
    file.write_text("\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows))
    return file


def told(do: str, builds: int, succeeded: int, task: str = "67a3c6ac") -> dict[str, Any]:
    return {"task": task, "see": "squares", "grid": "same size.", "do": do, "builds": builds, "builds_succeeded": succeeded}


def test_of_each_task_the_description_is_taken_from_which_most_people_built_the_output(tmp_path: Path) -> None:
    rows = (told("guess", 4, 1), told("flip it", 3, 3), told("nobody could", 5, 0), told("no", 2, 0, "68b16354"))
    (lesson,) = larc(lines(tmp_path / "larc.jsonl", *rows))
    assert lesson.task.id == "67a3c6ac"
    assert lesson.description.bullets == (
        "In the input, you should see squares.",
        "The output grid size same size.",
        "To make the output, you have to flip it.",
    )
    assert lesson.grids == ()
    assert lesson.steps == lesson.description.bullets[2:]


@pytest.mark.parametrize("name", ["fresh.json", "fresh.jsonl"])
def test_fresh_pairs_take_the_place_of_the_grids_and_tasks_without_any_are_left_out(tmp_path: Path, name: str) -> None:
    lessons = own()[:2]
    id = lessons[1].task.id
    row = {"task": id, "pairs": [PAIR]} if name.endswith("l") else {id: [PAIR]}
    (lesson,) = freshened(lessons, lines(tmp_path / name, row))
    assert lesson.task.id == id
    assert lesson.grids == (Pair(((1, 2),), ((2, 1),)),)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "line 1 is not JSON"),
        ('{"task": "67a3c6ac"}', "line 1: do is missing"),
        (json.dumps(told("x", 1, 1, "nowhere")), "line 1: 'nowhere' is no training task of ARC-AGI-1"),
        (json.dumps(told("x", 1, 0)), "has no description from which anybody built the output"),
        (json.dumps(told("x", 1, -1)), "line 1: builds_succeeded: give 0 or more"),
    ],
)
def test_a_bad_file_of_descriptions_is_named_in_one_line(tmp_path: Path, content: str, said: str) -> None:
    with pytest.raises(UsageError) as refused:
        larc(lines(tmp_path / "larc.jsonl", content))
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("f.json", "[]", "expected {task:"),
        ("f.json", '{"nowhere": []}', "has pairs of none of the 2 tasks"),
        ("f.json", json.dumps({"ID": [{"input": [[1]]}]}), "task ID: a pair is no input and output"),
        ("f.json", json.dumps({"ID": []}), "task ID: no pairs"),
        ("f.jsonl", json.dumps({"ID": []}), 'line 1: expected {"task": …, "pairs": […]}'),
        ("f.jsonl", json.dumps({"task": "ID", "pairs": [{"input": [[11]], "output": [[1]]}]}), "row 1, cell 1 is 11"),
    ],
)
def test_a_bad_file_of_pairs_is_named_in_one_line(tmp_path: Path, name: str, content: str, said: str) -> None:
    lessons = own()[:2]
    with pytest.raises(UsageError) as refused:
        freshened(lessons, lines(tmp_path / name, content.replace("ID", lessons[0].task.id)))
    assert said.replace("ID", lessons[0].task.id) in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_file_that_is_not_there_is_named() -> None:
    with pytest.raises(UsageError, match=r"cannot read gone\.jsonl: No such file"):
        larc(Path("gone.jsonl"))
