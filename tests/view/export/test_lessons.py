"""The library of a run: only what held is in it."""

from __future__ import annotations

from pathlib import Path

from nlevolve.records import AnyEvent
from nlevolve.view.export.lessons import library
from nlevolve.view.history import read
from nlevolve.view.results import results
from nlevolve.view.run_folder import RunFolder
from tests.view.story import FLIP, SOLUTIONS, TASKS, WRONG, B, D, birth, candidate, events, follow, followed


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


def test_a_rule_that_is_known_to_be_wrong_itself_teaches_nothing_though_another_solved_the_task():
    tries = (followed(FLIP, 0, B), followed(FLIP, 1, D))
    narrow = [candidate(FLIP, birth(2), ("Swap the two cells.",), tries, 6), follow(FLIP, 2, 0, WRONG, 6.5)]
    assert len(library(run([*events(), narrow[0]]))) == 2, "nobody has followed it on the tests"
    assert len(library(run([*events(), *narrow]))) == 1
    assert len(library(run([*events(), *narrow], {}))) == 2, "nobody knows"


def test_shorter_rules_stand_first_and_copies_are_left_out():
    tries = (followed(FLIP, 0, B), followed(FLIP, 1, D))
    shorter = candidate(FLIP, birth(2), ("Mirror it.",), tries, 6)
    copy = candidate(FLIP, birth(3), ("Mirror it",), tries, 6).model_copy(update={"duplicate_of": 2})
    assert [len(rule["description"]) for rule in library(run([*events(), shorter, copy]))] == [1, 2]


def test_what_two_births_or_two_tasks_have_in_common_stands_once():
    tries = (followed(FLIP, 0, B), followed(FLIP, 1, D))
    twin = candidate(FLIP, birth(2), ("Mirror the input grid left to right", "Change nothing else."), tries, 6)
    [rule] = library(run([*events(), twin]))
    assert (rule["task"], rule["tasks"]) == ("flip", ["flip"])
