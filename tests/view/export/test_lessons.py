"""What a run can teach: only what held is taught, and no chat holds the output it asks for."""

from __future__ import annotations

import json
from pathlib import Path

from nlevolve.ask.prompts import Prompts, bundled
from nlevolve.puzzle.grids import render
from nlevolve.records import AnyEvent
from nlevolve.view.export.lessons import chats, library
from nlevolve.view.history import read
from nlevolve.view.results import results
from nlevolve.view.run_folder import RunFolder
from tests.view.story import FLIP, SOLUTIONS, TASKS, B, D, birth, candidate, events, followed

PROMPTS = Prompts(bundled())


def run(told: list[AnyEvent], solutions: dict[str, tuple[object, ...]] | None = None) -> RunFolder:
    history = read(told)
    known = SOLUTIONS if solutions is None else solutions
    return RunFolder(Path("runs/story"), {}, history, TASKS, known, results(history, TASKS, known))


def test_the_library_holds_what_held():
    (rule,) = library(run(events()))
    assert rule["task"] == "flip"
    assert rule["description"] == ["Mirror the input grid left to right.", "Change nothing else."]
    assert (rule["solved"], rule["operator"], rule["pairs"], rule["words"]) == (True, "revise", 2, 10)


def test_a_rule_that_was_wrong_on_the_tests_teaches_nothing():
    assert library(run(events(), {**SOLUTIONS, "flip": (D, D)})) == []
    assert len(library(run(events(), {}))) == 1


def test_shorter_rules_stand_first_and_copies_are_left_out():
    tries = (followed(FLIP, 0, B), followed(FLIP, 1, D))
    shorter = candidate(FLIP, birth(2), ("Mirror it.",), tries, 6)
    copy = candidate(FLIP, birth(3), ("Mirror it",), tries, 6).model_copy(update={"duplicate_of": 2})
    assert [len(rule["description"]) for rule in library(run([*events(), shorter, copy]))] == [1, 2]


def test_what_two_births_or_two_tasks_have_in_common_is_taught_once():
    tries = (followed(FLIP, 0, B), followed(FLIP, 1, D))
    twin = candidate(FLIP, birth(2), ("Mirror the input grid left to right", "Change nothing else."), tries, 6)
    told = run([*events(), twin])
    [rule] = library(told)
    assert (rule["task"], rule["tasks"]) == ("flip", ["flip"])
    lines = [json.dumps(chat) for chat in chats(told, PROMPTS)]
    assert len(lines) == len(set(lines))


def test_a_chat_a_description_and_one_a_pair():
    told = list(chats(run(events()), PROMPTS))
    assert [[m["role"] for m in chat["messages"]] for chat in told] == [["system", "user", "assistant"]] * 3
    written, *followed_so = [json.loads(chat["messages"][-1]["content"]) for chat in told]
    assert written == {"bullets": ["Mirror the input grid left to right.", "Change nothing else."]}
    assert [one["grid"] for one in followed_so] == [[list(row) for row in B], [list(row) for row in D]]


def test_no_chat_shows_the_output_it_asks_for():
    written, first, second = (chat["messages"][1]["content"] for chat in chats(run(events()), PROMPTS))
    assert render(FLIP.pairs[0].output) in written
    assert render(FLIP.pairs[0].output) not in first
    assert render(FLIP.pairs[1].output) not in second
    assert render(FLIP.pairs[1].output) in first
