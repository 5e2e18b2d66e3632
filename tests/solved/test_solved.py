"""A library's file and what comes into it: readable, bounded, no grid, id or file's name; pruned of what helps nobody."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nlevolve.errors import UsageError
from nlevolve.puzzle.datasets import load
from nlevolve.puzzle.symmetry import Transform
from nlevolve.puzzle.tasks import Task
from nlevolve.records import Description, Entry, Use
from nlevolve.solved import file as library_file
from nlevolve.solved.entries import entry, unfit
from nlevolve.solved.keeping import joined, pruned

FLIP, DRAW, OTHER = load(["arc1:68b16354", "arc1:25d487eb", "arc1:00d62c1b"]).tasks


def rule(task: object = FLIP, told: str = "Mirror it.", **uses: tuple[int, int]) -> Entry:
    used = {run: Use(shown=shown, fitted=fitted) for run, (shown, fitted) in uses.items()}
    return entry(task, Description(bullets=(told,)), "a run", "a/model").model_copy(update={"uses": used})


def test_a_file_is_read_as_it_was_written_and_a_line_that_was_edited_is_another_entry(tmp_path: Path) -> None:
    file = tmp_path / "new" / "library.jsonl"
    assert library_file.read_if_there(file) == []
    entries = [rule(r1=(3, 1)), rule(DRAW, "Draw a line.")]
    library_file.write(file, entries)
    assert library_file.read(file) == entries
    file.write_text(file.read_text().replace("Mirror it.", "Turn it."))
    edited, same = library_file.read(file)
    assert (edited.description.bullets, edited.id) == (("Turn it.",), rule(told="turn  it").id)
    assert same == entries[1]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{", "line 2 is not JSON"),
        ('{"task": "t", "description": ["a"]}', "nlevolve library import reads other forms"),
        (lambda row: {**row, "v": 2}, "v: input should be 1"),
        (lambda row: {**row, "description": {"bullets": []}}, "a description is empty"),
        (lambda row: {**row, "description": {"bullets": ["long " * 500]}}, "60 bullets of 2,000 characters at most"),
        (lambda row: {**row, "fingerprints": ["x"] * 2001}, "fingerprints: at most 2,000 of it"),
        (
            lambda row: {**row, "fingerprints": [], "task": "mine"},
            "it has no fingerprints, and its task 'mine' is not known by its id",
        ),
        (lambda row: {**row, "fingerprints": ["0123456789abcdef"]}, "those of its task's pairs and inputs"),
        (lambda row: {**row, "fingerprints": ["p0123456789abcdef", "x"]}, "those of its task's pairs and inputs"),
        ("[1, 2]", "line 2: an entry is {"),
        (lambda row: {**row, "description": ["Mirror it."]}, "description is {"),
        (lambda row: {**row, "uses": {"r": {"shown": -1}}}, "uses.r.shown: give 0 or more"),
        (lambda row: {**row, "uses": {"r": {"shown": 3, "fitted": -1}}}, "uses.r.fitted: give 0 or more"),
        (lambda row: {**row, "uses": {"r": {"shown": 1, "fitted": 10}}}, "uses.r: 10 births fitted, and it was shown to 1"),
    ],
    ids=[
        "torn",
        "other",
        "newer",
        "empty",
        "long",
        "many",
        "of nothing",
        "of no pair",
        "odd",
        "a list",
        "bullets",
        "negative",
        "fitted",
        "more",
    ],
)
def test_a_stranger_s_file_has_bounds_and_what_is_wrong_is_said_with_its_line(line: object, told: str, tmp_path: Path) -> None:
    file = tmp_path / "library.jsonl"
    good = rule().model_dump(mode="json")
    bad = line if isinstance(line, str) else json.dumps(line(good))
    file.write_text(f"{json.dumps(good)}\n{bad}\n")
    with pytest.raises(UsageError, match=told) as refused:
        library_file.read(file)
    assert "\n" not in str(refused.value)


def test_an_entry_needs_no_id_and_of_a_task_that_is_known_no_fingerprints(tmp_path: Path) -> None:
    file = tmp_path / "library.jsonl"
    own = Task("mine", FLIP.pairs, FLIP.tests)
    rows = [{"task": "68b16354", "description": {"bullets": ["Mirror it."]}}, rule(own).model_dump(mode="json")]
    rows[1] |= {"fingerprints": [], "id": "?"}
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    published, mine = library_file.read(file, tasks=[own])
    assert published == rule().model_copy(update={"origin": "", "model": ""})
    assert mine == rule(own)


def test_what_may_hold_an_output_or_say_which_task_it_is_is_never_shown() -> None:
    bad = ["It becomes 0 0 3 0 0 3 0 0 3.", "[[1, 2, 3], [4, 5, 6], [7, 8, 9]]", "As in 68b16354.", "See flip.json."]
    assert all(unfit(Description(bullets=("Mirror it.", told))) for told in bad)
    assert not unfit(
        Description(
            bullets=("The output has 3 rows of 3 cells.", "Every 2 by 2 block in rows 1, 2 and three is filled, one of the two.")
        )
    )


def test_entries_of_several_runs_are_put_together_and_what_helps_nobody_goes() -> None:
    turned = rule(Transform(turns=1).task(FLIP), "Mirror the whole of it from left to right.", r1=(2, 2))
    both = joined([rule(r1=(3, 1)), turned], [rule(r2=(5, 0)), rule(DRAW, "Draw.", r1=(20, 0))])
    assert [(one.shown, one.fitted) for one in both] == [(8, 1), (2, 2), (20, 0)]
    found = pruned(both)
    assert found.kept == [both[1]]
    assert [why for _, why in found.gone] == [f"its task has {turned.id}, too", "shown to 20 births, and none fitted"]
    assert pruned(both, in_vain=21).kept == [both[1], both[2]]
    assert pruned(both, in_vain=20).kept == [both[1]]


def test_too_large_a_library_is_pruned_to_what_helped_most_and_to_what_a_file_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = rule(r1=(9, 1)), rule(DRAW, "Draw a line.", r1=(2, 0))
    entries = [two, one, rule(OTHER, "Fill every hole.", r1=(1, 0))]
    file = tmp_path / "library.jsonl"
    file.write_text(library_file.lines(entries))
    monkeypatch.setattr(library_file, "MOST", 2)
    with pytest.raises(UsageError, match=r"has 3 entries, it may have 2: nlevolve library prune --file .*library\.jsonl"):
        library_file.read(file)
    found = pruned(library_file.read(file, library_file.TO_PRUNE), most=2)
    assert (found.kept, [why for _, why in found.gone]) == ([one, entries[2]], ["1 more than 2"])
    found = pruned(entries, largest=len(library_file.lines([one])))
    assert (found.kept, found.gone[0][1][:10]) == ([one], "2 too many")


def test_of_very_many_runs_the_earliest_are_counted_together() -> None:
    many = {f"run{n}": Use(shown=2, fitted=1) for n in range(1_200)}
    (one,) = joined([rule()], [rule().model_copy(update={"uses": many})])
    assert (len(one.uses), one.shown, one.fitted) == (1_000, 2_400, 1_200)
    assert one.uses["run1199"] == Use(shown=2, fitted=1)


def test_while_a_library_is_changed_another_command_waits_and_says_so_in_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(library_file, "PATIENCE", 0)
    file = tmp_path / "library.jsonl"
    with library_file.changing(file), pytest.raises(UsageError, match="another command is changing"), library_file.changing(file):
        pass
    with library_file.changing(file):
        library_file.write(file, [rule()])
    with pytest.raises(UsageError, match="it is no plain file"), library_file.changing(tmp_path):
        pass


@pytest.mark.parametrize(
    "told",
    [
        *(
            "The result is 167 676 226.",
            "1 6 7. 6 7 6. 2 2 6.",
            "B M O / M O M / R R M",
            "row 1: 1 6 7 row 2: 6 7 6 row 3: 2 2 6",
        ),
        *("one six seven, Six seven six, two two six", "🟦🟪🟧🟪🟧🟪🟥🟥🟪"),
        "Row 1 is blue, magenta and orange. Row 2 is magenta, orange and magenta. Row 3 is red, red and magenta.",
        *("Cells 1\u200b 6 7 6\u200b 7 6 2 2 6", "As in Task 67A3C6AC", "See 67a3c6ac_1", "See data.parquet"),
        *("As in task 67a3\u200bc6ac", "See data.par\u00adquet"),
        *("Write OMY YMM YYM", "Write rkr kkk kkk", "Write RKRKKKKKK", "Write red bla red bla bla bla bla bla bla"),
        "In row 1 write 7 6 4. In row 2 write 4 6 6. In row 3 write 4 4 6.",
        "Column 1 from the top: red, red, black. Column 2 from the top: red, grey, red. Column 3 from the top: red, red, red.",
        "The first row is red, black, red, the second row has black, black, black, and the last row from left to right a red, "
        "a red and a red square.",
    ],
)
def test_what_may_be_an_answer_or_names_a_task_is_never_shown_however_it_is_written(told: str) -> None:
    assert unfit(Description(bullets=(told,)))


@pytest.mark.parametrize(
    "told",
    [
        "Recolor red to blue, green to yellow, grey to magenta, orange to cyan, and black to maroon.",
        "Color row 1 red, row 2 blue and row 3 green: the first row is red, the second row blue, the last row green.",
        "MAKE A BIGGER GRID. RED ONES GROW BY ONE, AND BECOME GREEN OR GREY.",
        "In column 2 of the 3x3 grid put a red cell, in the middle row a blue one, in the bottom row the 2 colors of the frame.",
    ],
)
def test_a_rule_with_colours_numbers_and_rows_is_no_grid(told: str) -> None:
    assert not unfit(Description(bullets=(told,)))


def test_a_grid_with_a_row_a_bullet_is_one_and_each_reason_is_said() -> None:
    told = {
        ("1 6 7", "6 7 6", "2 2 6"): "it has a grid written out",
        ("In row 1 write 2 0 2.", "In row 2 write 0 0 0.", "In row 3 write 0 0 0."): "it has a grid written out",
        ("Mirror it.", "As in 67a3c6ac."): "it names a task by its id",
        ("Mirror it.", "See flip.json."): "it names a file",
        ("Look at 67a3", "c6ac is no word."): "",
    }
    assert {bullets: unfit(Description(bullets=bullets)) for bullets in told} == told


def test_what_could_not_be_read_again_is_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "library.jsonl"
    library_file.write(file, [rule()])
    before = file.read_bytes()
    with pytest.raises(UsageError, match="uses"):
        library_file.write(file, [rule(**{f"run{n}": (1, 0) for n in range(1_001)})])
    monkeypatch.setattr(library_file, "LARGEST", len(before))
    with pytest.raises(UsageError, match="nothing was written"):
        library_file.write(file, [rule(), rule(DRAW)])
    assert file.read_bytes() == before
