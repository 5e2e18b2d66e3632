"""Solutions are found beside their tasks, and nowhere else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from nlevolve.errors import UsageError
from nlevolve.puzzle.datasets import load
from nlevolve.puzzle.solutions import open_solutions, solutions_beside

KNOWN = {
    "train": [{"input": [[1]], "output": [[2]]}],
    "test": [{"input": [[3]], "output": [[4]]}, {"input": [[5]], "output": [[6]]}],
}
UNKNOWN = {**KNOWN, "test": [{"input": [[3]]}, {"input": [[5]]}]}


def write(path: Path, data: Any) -> str:
    path.write_text(json.dumps(data))
    return str(path)


def test_a_data_set_knows_all_of_its_solutions() -> None:
    selection = load(["arc2:evaluation"])
    solutions = open_solutions(selection.selectors)
    assert [len(solutions[task.id]) for task in selection.tasks] == [len(task.tests) for task in selection.tasks]


def test_a_task_file_carries_its_own_or_none(tmp_path: Path) -> None:
    half = {**KNOWN, "test": [KNOWN["test"][0], {"input": [[5]]}]}
    files = [write(tmp_path / f"{name}.json", data) for name, data in {"a": KNOWN, "b": UNKNOWN, "c": half}.items()]
    assert open_solutions(load(files).selectors) == {"a": (((4,),), ((6,),))}


def test_a_challenges_file_has_them_beside_it(tmp_path: Path) -> None:
    file = write(tmp_path / "arc-agi_test_challenges.json", {"a": UNKNOWN, "b": UNKNOWN, "c": KNOWN})
    write(tmp_path / "arc-agi_test_solutions.json", {"a": [[[7]], [[8]]]})
    assert open_solutions(load([file]).selectors) == {"a": (((7,),), ((8,),)), "c": (((4,),), ((6,),))}


@pytest.mark.parametrize(
    ("solutions", "says"),
    [({"a": [[[7]]]}, "a list of 2 outputs"), ({"a": [[[7]], [[77]]]}, "cell 1 is 77"), ([], "no solutions")],
)
def test_a_broken_solutions_file_is_named(tmp_path: Path, solutions: Any, says: str) -> None:
    file = write(tmp_path / "challenges.json", {"a": UNKNOWN})
    write(tmp_path / "solutions.json", solutions)
    with pytest.raises(UsageError, match=says) as caught:
        open_solutions(load([file]).selectors)
    assert "solutions.json" in str(caught.value)


def test_a_file_that_is_gone_leaves_its_task_without_solution(tmp_path: Path) -> None:
    file = write(tmp_path / "a.json", KNOWN)
    selectors = load([file]).selectors
    Path(file).unlink()
    assert open_solutions(selectors) == {}


def test_the_names_of_solutions_files() -> None:
    assert solutions_beside(Path("d/challenges-v2_evaluation_challenges.json")) == Path(
        "d/challenges-v2_evaluation_solutions.json"
    )
    assert solutions_beside(Path("d/mine.json")) == Path("d/mine_solutions.json")
