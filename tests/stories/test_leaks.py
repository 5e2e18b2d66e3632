"""What no provider may learn: test outputs, names of tasks and files, what a check is judged by, the thoughts of another."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

import nlevolve
from nlevolve.offline.answer import Job, answer
from nlevolve.offline.prompt_reading import texts
from nlevolve.puzzle.datasets import load
from nlevolve.puzzle.grids import render
from nlevolve.puzzle.solutions import Solution, open_solutions
from nlevolve.puzzle.tasks import Task
from nlevolve.records import CallFinished
from nlevolve.run.store import read_events
from tests.server import Asked, Provider, Said

SELECTORS = ("arc1:67a3c6ac", "arc1:3c9b0459", "arc2:00576224", "arc1:05f2a901", "a-file-of-ours.json")
"""Solved at once and not at all, of two data sets and a file."""
NAMES = re.compile(r"\barc\b|arc-?[12]|arc-?agi|kaggle|evaluation|a-file-of-ours|ours\.json", re.IGNORECASE)
THOUGHT = "Perhaps the answer is to do nothing at all."
OWN = {"train": [{"input": [[1, 2, 3, 4]], "output": [[1, 3, 3, 7]]}, {"input": [[5, 6, 7, 8]], "output": [[8, 6, 6, 5]]}]}
OWN_TEST = {"test": [{"input": [[9, 1, 9, 2]], "output": [[6, 0, 7, 0, 6, 1, 2, 0, 8, 9]]}]}


class Recorded(NamedTuple):
    """What went over the wire, and what it was about."""

    asked: list[Asked]
    tasks: tuple[Task, ...]
    solutions: dict[str, Solution]
    folder: Path

    @property
    def checks(self) -> Iterator[tuple[str, Task, int]]:
        """The requests to follow a description on a training pair: their text, their task and the pair's number from 0."""
        for text in map(said, self.asked):
            _, _, target = text.partition("# Input grid")
            for task in self.tasks if target else ():
                for number, pair in enumerate(task.pairs):
                    if f"columns:\n{render(pair.input)}\n" in target:
                        yield text, task, number


def said(asked: Asked) -> str:
    return "\n".join(asked.texts)


def embedded(asked: Asked) -> Said:
    """An embedded model that thinks aloud, in both ways in which providers show it."""
    reply = answer(Job(f"offline/{asked.model}", texts(asked.body["messages"]), 0, "json"))
    return Said(f"<think>{THOUGHT}</think>{reply}", reasoning=THOUGHT)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    """A small run over HTTP, with every kind of request in it."""
    folder = tmp_path_factory.mktemp("leaks")
    own = folder / "a-file-of-ours.json"
    own.write_text(json.dumps(OWN | OWN_TEST))
    selectors = [str(own) if name == own.name else name for name in SELECTORS]
    with Provider(embedded) as server:
        result = nlevolve.solve(
            selectors,
            generator="openai/generator-weak",
            checker="openai/checker",
            settings={
                "generator.base_url": server.url,
                "checker.base_url": server.url,
                "answers.direct": 1,
                "policy.phases": [
                    {"births": 2, "overlap": 2},
                    {"births": 4, "moves": ["revise", "recombine"], "overlap": 2},
                ],
            },
            runs_dir=folder / "runs",
            cache_dir=folder / "bank",
            report=False,
        )
    selection = load(selectors)
    return Recorded(server.asked, selection.tasks, dict(open_solutions(selection.selectors)), result.folder)


def test_the_run_asked_for_everything_that_can_be_asked(recorded: Recorded) -> None:
    calls = [event for event in read_events(recorded.folder) if isinstance(event, CallFinished)]
    assert {call.purpose for call in calls} == {"write", "revise", "recombine", "check", "follow", "solve"}
    assert len(recorded.asked) > 40
    assert len(list(recorded.checks)) > 20
    assert len(recorded.solutions) == len(recorded.tasks) == len(SELECTORS)


def test_no_request_holds_a_test_output(recorded: Recorded) -> None:
    outputs = [output for solution in recorded.solutions.values() for output in solution]
    written = [render(output) for output in outputs] + [json.dumps(output)[1:-1] for output in outputs]
    for asked in recorded.asked:
        assert not [form for form in written if form in said(asked)]


def test_no_request_holds_the_name_of_a_task_a_file_or_a_data_set(recorded: Recorded) -> None:
    for asked in recorded.asked:
        whole = json.dumps([asked.body, asked.headers])
        assert not [task.id for task in recorded.tasks if task.id in whole]
        assert not NAMES.search(whole)


def test_a_check_does_not_hold_the_output_it_is_judged_by(recorded: Recorded) -> None:
    for text, task, number in recorded.checks:
        assert render(task.pairs[number].output) not in text
        others = [pair for i, pair in enumerate(task.pairs) if i != number]
        assert all(render(pair.output) in text for pair in others)


def test_thoughts_are_kept_for_people_and_reach_no_model(recorded: Recorded) -> None:
    calls = [event for event in read_events(recorded.folder) if isinstance(event, CallFinished)]
    assert all(call.reasoning == THOUGHT for call in calls if call.source == "provider")
    assert not [asked for asked in recorded.asked if THOUGHT in said(asked)]
