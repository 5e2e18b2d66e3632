"""Data sets as they lie on people's disks: folders of folders, lists of pairs, broken files among good ones, long rows."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nlevolve.errors import UsageError
from nlevolve.options import Options
from nlevolve.puzzle import files, sources
from nlevolve.puzzle.datasets import load
from nlevolve.puzzle.grids import LARGEST_SIDE, MOST_SIDE
from nlevolve.puzzle.solutions import open_solutions

TASK: dict[str, Any] = {"train": [{"input": [[1, 2]], "output": [[4]]}], "test": [{"input": [[7, 8]], "output": [[8]]}]}
RAGGED: dict[str, Any] = {**TASK, "test": [{"input": [[1], [2, 3]]}]}
PAIRS = [{"input": [[n % 10, n // 10]], "output": [[n // 10, n % 10]]} for n in range(50)]


def write(path: Path, data: Any) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(data if isinstance(data, str) else json.dumps(data))
    return str(path)


def why(*selectors: str, **options: Any) -> str:
    with pytest.raises(UsageError) as caught:
        load(selectors, **options)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def ids(*selectors: str, **options: Any) -> list[str]:
    return [task.id for task in load(selectors, **options).tasks]


def test_a_folder_gives_what_its_folders_hold_and_passes_over_what_is_no_task_of_anybody(tmp_path: Path) -> None:
    write(tmp_path / "corpus" / "Above" / "Above1.json", TASK)
    write(tmp_path / "corpus" / "Below" / "deep" / "Below1.json", TASK)
    write(tmp_path / "own.json", TASK)
    for name in (
        "._own.json",
        ".hidden.json",
        ".git/x.json",
        "metadata.json",
        "a_solutions.json",
        "submission.json",
        "runs/a/results.json",
        "bank/cards.json",
    ):
        write(tmp_path / name, "\0")
    for name in ("runs/a/events.jsonl", "bank/cache.db"):
        write(tmp_path / name, "")
    (tmp_path / "link.json").symlink_to("nowhere.json")
    assert ids(str(tmp_path)) == ["Above1", "Below1", "own"]


def test_all_that_is_broken_is_named_at_once_or_left_out(tmp_path: Path) -> None:
    write(tmp_path / "good.json", TASK)
    write(tmp_path / "torn.json", '{"train": [')
    write(tmp_path / "many_challenges.json", {"fine": TASK, "ragged": RAGGED})
    told = why(str(tmp_path))
    assert told.startswith("2 of 4 tasks are broken: ")
    assert told.endswith("; --skip-broken leaves them out")
    assert "many_challenges.json, task ragged: test pair 1, input: row 2" in told
    assert "torn.json is not valid JSON" in told
    kept = load([str(tmp_path)], skip_broken=True)
    assert [task.id for task in kept.tasks] == ["good", "fine"]
    assert [("ragged" in line, "torn.json" in line) for line in kept.broken] == [(True, False), (False, True)]
    assert load(kept.selectors).tasks == kept.tasks


def test_ten_broken_ones_are_named_and_the_rest_are_counted(tmp_path: Path) -> None:
    for number in range(12):
        write(tmp_path / f"b{number:02}.json", RAGGED)
    told = why(str(tmp_path), skip_broken=True)
    assert told.startswith("12 of 12 tasks are broken: ")
    assert ("b09.json" in told, "b10.json" in told, told.endswith("; and 2 more")) == (True, False, True)


def test_only_what_is_selected_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    whole: Callable[..., Any] = sources.task
    monkeypatch.setattr("nlevolve.puzzle.datasets.task", lambda id, *rest: (read.append(id), whole(id, *rest))[1])
    many = write(tmp_path / "many.json", {f"t{n}": TASK if n < 3 else RAGGED for n in range(1000)})
    assert ids(f"{many}[:2]") == ["t0", "t1"]
    assert ids(f"{many}:t2") == ["t2"]
    write(tmp_path / "folder" / "a.json", TASK)
    write(tmp_path / "folder" / "b.json", RAGGED)
    assert ids(f"{tmp_path}/folder[:1]") == ["a"]
    assert read == ["t0", "t1", "t2", "a"]


@pytest.mark.parametrize(
    "text", ['{"a": {"train": [}, "b": {"test": []}}', '{"a": {"x": "}{"}, "b', '{"a": {} "b": {}}', '{"a": [1}']
)
def test_what_is_torn_is_said_wherever_it_is(tmp_path: Path, text: str) -> None:
    assert "broken.json is not valid JSON" in why(write(tmp_path / "broken.json", text))


def test_a_file_is_cut_into_its_tasks_as_a_parser_would(tmp_path: Path) -> None:
    odd = {'br{ace"': {**TASK, "note": 'a } and a \\" and a ]'}, "b": {"x": [{}, [], "{"], **TASK}}
    for text in (json.dumps(odd), json.dumps(odd, indent=3), f"\ufeff \n{json.dumps(odd)}\t"):
        assert dict(files.tasks_in(Path(write(tmp_path / "odd.json", text)))) == odd


def test_a_list_of_pairs_is_a_task_drawn_from_it_the_same_everywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "re arc" / "tasks" / "aa.json", PAIRS)
    write(tmp_path / "re arc" / "tasks" / "bb.json", PAIRS)
    monkeypatch.chdir(tmp_path)
    (plain,) = load(["re arc/tasks/aa.json"]).tasks
    assert (len(plain.pairs), len(plain.tests)) == (3, 1)
    two = load(["re arc:4+2"], seed=5)
    assert [(task.id, len(task.pairs), len(task.tests)) for task in two.tasks] == [("aa", 4, 2), ("bb", 4, 2)]
    assert two.tasks[0].pairs != two.tasks[1].pairs
    assert load(["re arc:4+2"], seed=6).tasks != two.tasks
    assert load(["re arc:4+2@5[1:]"]).tasks == two.tasks[1:]
    # what config.json records needs no seed
    assert load(two.selectors).tasks == two.tasks
    told = open_solutions(two.selectors)
    for task in two.tasks:
        assert [(t[0][::-1],) for t in task.tests] == list(told[task.id])
        assert not {pair.input for pair in task.pairs} & set(task.tests)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("pairs.json:60+1", "is a list of 50 pairs, 60+1 asks for 61"),
        ("pairs.json:3+0", "leaves no pair"),
        ("task.json:3+1", "is no list of pairs"),
        ("x_solutions.json", "holds solutions, not tasks: give its challenges file x_challenges.json"),
        ("tasks.zip", "tasks.zip is a zip archive: unpack it"),
        (f"{'q' * 201}.json", "at most 200 characters, this one has 201"),
        ("wide.json", "row 1 has 93 cells, allowed are 1 to 30; --max-side"),
    ],
)
def test_a_hint_leads_on(name: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "pairs.json", PAIRS)
    write(tmp_path / "task.json", TASK)
    write(tmp_path / "x_solutions.json", {"a": [[[8]]]})
    write(tmp_path / "x_challenges.json", {"a": TASK})
    write(tmp_path / f"{'q' * 201}.json", TASK)
    write(tmp_path / "wide.json", {"train": [{"input": [[0] * 93], "output": [[1]]}], "test": [{"input": [[0] * 93]}]})
    with zipfile.ZipFile(tmp_path / "tasks.zip", "w") as archive:
        archive.write(tmp_path / "task.json")
    assert says in why(name)


def test_an_id_may_have_two_hundred_characters(tmp_path: Path) -> None:
    assert ids(write(tmp_path / f"{'q' * 200}.json", TASK)) == ["q" * 200]


def test_rows_as_long_as_is_said_are_read_with_their_solution(tmp_path: Path) -> None:
    long = [[1] * 93]
    wide = write(tmp_path / "wide.json", {"train": [{"input": long, "output": long}], "test": [{"input": long, "output": long}]})
    selection = load([wide], max_side=93)
    assert selection.tasks[0].max_side == selection.max_side == 93
    assert open_solutions(selection.selectors, 93) == {"wide": ((tuple(long[0]),),)}
    assert "92" in why(wide, max_side=92)


def test_the_flag_allows_what_a_grid_allows() -> None:
    assert Options().max_side == LARGEST_SIDE
    assert Options.read({"max_side": MOST_SIDE}).max_side == MOST_SIDE
    with pytest.raises(UsageError):
        Options.read({"max_side": MOST_SIDE + 1})


@pytest.mark.parametrize("output", [[[]], [[8, 77]], "x", [[1, 2], [3]]])
def test_a_test_output_that_is_no_grid_is_told_of_when_the_task_is_read(output: Any, tmp_path: Path) -> None:
    file = write(tmp_path / "one.json", {**TASK, "test": [{"input": [[7, 8]], "output": output}]})
    with pytest.raises(UsageError, match="test pair 1, output"):
        load([str(file)])


@pytest.mark.parametrize("unknown", [{}, {"output": None}, {"output": []}])
def test_an_output_that_is_left_out_null_or_empty_is_not_known(unknown: dict[str, Any], tmp_path: Path) -> None:
    file = write(tmp_path / "one.json", {**TASK, "test": [{"input": [[7, 8]], **unknown}]})
    assert open_solutions(load([file]).selectors) == {}


def test_a_folder_of_solutions_alone_names_the_challenges_file_that_it_lacks(tmp_path: Path) -> None:
    (tmp_path / "arc_solutions.json").write_text('{"a": [[[1]]]}')
    with pytest.raises(UsageError, match=r"arc_solutions\.json holds solutions alone.*arc_challenges\.json"):
        load([str(tmp_path)])
