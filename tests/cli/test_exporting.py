"""What is made of a run to learn from: on which side of the split its tasks are, and what the card says."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from nlevolve.ask.prompts import Prompts, bundled
from nlevolve.cli.exporting import Teaching, write_lines
from nlevolve.puzzle.tasks import Pair, Task
from nlevolve.view.export.card import Part, card
from nlevolve.view.export.chats import split_of
from nlevolve.view.history import read
from nlevolve.view.results import results
from nlevolve.view.run_folder import RunFolder
from tests.view.story import FLIP, SOLUTIONS, TASKS, events

PROMPTS = Prompts(bundled())


def teaching(tasks: tuple[Task, ...]) -> Teaching:
    history = read(events())
    run = RunFolder(Path("runs/story"), {}, history, tasks, SOLUTIONS, results(history, tasks, SOLUTIONS))
    return Teaching(run, PROMPTS, 0)


def on(split: str) -> Task:
    """A task that is on this side."""
    drawn = (
        Task("drawn", (Pair(((n, 1),), ((1, n),)), Pair(((1, 1, n),), ((n, n, 1),) * (n + 1))), (((1,),),)) for n in range(10)
    )
    wide = (replace(task, pairs=(*task.pairs, Pair(((1,) * n,), ((1, 2),)))) for task in drawn for n in range(1, 9))
    return next(task for task in wide if split_of(task) == split)


def test_a_task_is_on_one_side_in_every_format(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = teaching((*TASKS, on("train"), replace(on("validation"), id="held")))
    sides: dict[str, set[str]] = {}
    for part in (told.sft(), told.dpo(), told.ttt()):
        for line in part.lines:
            sides.setdefault(line["task"], set()).add(line["split"])
    assert {task: {split_of(one)} for task, one in (("flip", FLIP), ("drawn", on("train")))}.items() <= sides.items()
    assert sides["held"] == {"validation"}
    assert all(len(one) == 1 for one in sides.values())
    one = next(line for line in told.ttt().lines if line["task"] == "held")
    write_lines(told.run, Part("sft", "Chats.", [one]), tmp_path / "sft.jsonl")
    assert [(tmp_path / name).read_text().count("\n") for name in ("sft.jsonl", "sft.validation.jsonl")] == [0, 1]
    assert "all lines of sft are of tasks for validation" in capsys.readouterr().err


def test_a_run_of_nothing_but_tasks_for_validation_has_them_to_train_on_and_says_so() -> None:
    told = teaching((on("validation"),))
    part = told.ttt()
    assert part.lines
    assert {line["split"] for line in part.lines} == {"train"}
    said = card(told.run, [part])
    assert "do not join it with exports of other runs" in said
    assert "The solutions of 1 of the 1 tasks are not known here" in said
    assert "The longest line has about " in said
