"""Descriptions that a run begins with: read from whatever people have, within bounds, and checked before anybody is asked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from nlevolve.errors import UsageError
from nlevolve.evolve.policy import Phase, Policy
from nlevolve.evolve.warm import warmed
from nlevolve.puzzle.tasks import Pair, Task
from nlevolve.run.seeds import LARGEST, MOST, MOST_BULLETS, seeded

GRID = ((1, 2), (3, 4))
TASKS = [Task(name, (Pair(GRID, GRID),), (GRID,)) for name in ("a", "b")]
LARC = [
    {"task": "a", "see": "a line", "grid": "", "do": "copy it.", "builds": 4, "builds_succeeded": 1, "confidence": 5},
    {"task": "a", "see": "", "grid": "is the same", "do": "mirror it", "builds": 2, "builds_succeeded": 2},
]


def read(tmp_path: Path, content: Any, name: str = "seeds.json") -> dict[str, list[tuple[str, ...]]]:
    file = tmp_path / name
    file.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return {task: [one.bullets for one in told] for task, told in seeded(str(file), tmp_path, TASKS).given.items()}


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ({"a": [" Copy  it. ", ""], "c": ["no task here"]}, {"a": [("Copy it.",)]}),
        ({"a": [["One."], ["Two.", "Then three."]]}, {"a": [("One.",), ("Two.", "Then three.")]}),
        ([{"task": "a", "tasks": ["a", "b"], "description": ["Copy it."]}], {"a": [("Copy it.",)], "b": [("Copy it.",)]}),
        ('{"a": ["One."]}\n\n{"task": "b", "description": ["Two."]}\n', {"a": [("One.",)], "b": [("Two.",)]}),
        ({"a": [["Copy it."], ["copy it"]]}, {"a": [("Copy it.",)]}),
        ({"a": [[f"Rule {n}."] for n in range(20)]}, {"a": [(f"Rule {n}.",) for n in range(MOST)]}),
        (
            "\n".join(map(json.dumps, LARC)),
            {
                "a": [
                    ("The output grid size is the same.", "To make the output, you have to mirror it."),
                    ("In the input, you should see a line.", "To make the output, you have to copy it."),
                ]
            },
        ),
    ],
    ids=["plain", "several", "library", "lines", "twins", "bounded", "larc"],
)
def test_files_are_read_in_every_form_that_people_have(content: Any, found: Any, tmp_path: Path) -> None:
    assert read(tmp_path, content) == found


def test_what_it_is_from_and_how_much_is_left_out_is_kept(tmp_path: Path) -> None:
    (tmp_path / "mine.json").write_text(json.dumps({"b": ["One."], "x": ["Two."], "y": ["Three."]}))
    row = seeded(str(tmp_path / "mine.json"), tmp_path, TASKS).seeds
    assert row is not None
    assert (row.of, row.tasks, row.descriptions, row.ignored, len(row.digest)) == ("mine.json", 1, 1, 2, 64)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("no json", "line 1 is not JSON"),
        ('{"a": ["One."]}\n{"a": ', "line 2 is not JSON"),
        ({"a": "One."}, "a description is a list of bullets"),
        ({"a": [1, 2]}, "a description is a list of bullets"),
        ({"a": ["  "]}, "task a: a description is empty"),
        ({"a": ["x"] * (MOST_BULLETS + 1)}, "60 bullets of 2,000 characters at most"),
        ({"a": ["x" * 2_001]}, "60 bullets of 2,000 characters at most"),
        ({"c": ["One."]}, "of 1 tasks, and none of those that are to be solved"),
        ([3], "expected"),
        ([{"description": ["One."]}], "needs its task's id"),
        ({"task": "a", "do": ""}, "do: "),
        ("[" * 100_000, "line 1 is not JSON"),
        ("x" * (LARGEST + 1), "more than 20,000,000 bytes"),
    ],
)
def test_what_cannot_be_is_said_in_a_line(content: Any, said: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=said) as refused:
        read(tmp_path, content)
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 500


def test_a_name_of_neither_file_nor_run_names_what_is_near(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"--seeds: there is no file 'none', and no run 'none'"):
        seeded("none", tmp_path, TASKS)


def test_births_that_are_given_come_before_the_phases_which_lose_none() -> None:
    policy = Policy(phases=(Phase(births=3, overlap=3), Phase(births=2, barrier=True)))
    behind = warmed(policy, 2)
    assert warmed(policy, 0) is policy
    assert behind.births == 7
    assert [behind.sees(k) for k in range(7)] == [0, 0, 2, 2, 2, 5, 5], "nobody is asked before these are known"
    assert [behind.phase_of(k) for k in range(7)] == [0, 0, 0, 0, 0, 1, 1]
    assert [behind.phase_end(k) for k in range(7)] == [1, 1, 4, 4, 4, 6, 6]
    assert behind.model_copy(update={"stop_perfect": 2}).births == 7
