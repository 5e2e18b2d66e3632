"""What programs did in the checker's place, and how their text is shown."""

from __future__ import annotations

import ast
from types import SimpleNamespace
from typing import Any

from nlevolve.evolve.population import Candidate, population
from nlevolve.evolve.two_readers import beside
from nlevolve.records import Attempt, Followed, Garbled
from nlevolve.view.export.programs import programs
from nlevolve.view.programs import in_words, lines, mark, tally
from tests.evolve.candidates import checked

RIGHT, WRONG = ((1, 2),), ((0, 0),)


def by_coder(pair: int, grid: Any = RIGHT) -> Attempt:
    return Followed(pair=pair, grid=grid, accuracy=float(grid == RIGHT), by="coder")


def by_checker(pair: int, grid: Any = RIGHT) -> Attempt:
    return Followed(pair=pair, grid=grid, accuracy=float(grid == RIGHT))


def candidate(*attempts: Attempt, program: str = "def transform(grid):\n    return grid\n") -> Candidate:
    event = checked(0, "=" * len(attempts)).model_copy(update={"attempts": attempts, "program": program})
    return population([event]).members[0]


def test_a_pair_has_the_mark_of_who_read_it() -> None:
    assert mark(by_coder(0)) == "py"
    assert mark(by_checker(0)) == ""
    assert mark(beside(by_coder(0), by_checker(0))) == "py="
    assert mark(beside(by_coder(0), by_checker(0, WRONG))) == "py≠"
    assert mark(beside(by_checker(0), Garbled(pair=0, why="it failed", by="coder"))) == ""
    assert mark(None) == ""


def test_what_programs_did_is_counted_over_distinct_descriptions() -> None:
    one = candidate(
        by_coder(0), beside(by_coder(1), by_checker(1, WRONG)), beside(by_checker(2), Garbled(pair=2, why="", by="coder"))
    )
    assert tally([one]) == {"made": 1, "failed": 1, "pairs": 2, "saved": 1, "differ": 1}
    assert tally([candidate(by_checker(0), program="")])["made"] == 0
    assert in_words(tally([one])) == "1 program, 1 check saved, 1 without a grid on some pair, 1 pair read in two ways"
    assert in_words(tally([])) == ""


def test_a_programs_text_keeps_its_indentation_and_nothing_that_a_terminal_obeys() -> None:
    assert lines("def f():\n    return 1\n") == ["def f():", "    return 1"]
    assert "\x1b" not in "".join(lines("x = '\x1b[31m'"))
    assert lines("") == []


def test_an_exported_program_has_its_description_as_its_docstring_whatever_that_holds() -> None:
    bullets = 'Say """ and \\n, and end with a "quote"'
    event = checked(0, "=", bullets).model_copy(update={"program": "def transform(grid):\n    return grid\n"})
    history = SimpleNamespace(task=lambda name: SimpleNamespace(best=population([event]).members[0]))
    run: Any = SimpleNamespace(tasks=[SimpleNamespace(id="../a/b")], history=history)
    [(name, text)] = list(programs(run))
    assert name == "..%2Fa%2Fb.py"
    assert bullets in str(ast.get_docstring(ast.parse(text)))
