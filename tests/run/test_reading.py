"""Two readers of a description: who is asked for what, which reading counts, what the next births are told of both."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace

import pytest

from nlevolve.ask.fields import parent_fields
from nlevolve.evolve.population import population
from nlevolve.llm.request import Reply, Request
from nlevolve.records import AnswerFollowed, Birth, CandidateChecked
from nlevolve.run.answering import Answering
from nlevolve.run.birth import bear
from nlevolve.sandbox.pool import Sandbox
from tests.evolve.candidates import checked
from tests.run.contexts import FAILURES, SAID, A, Bench, C, Script, a_task, bench, kinds, none, rule

WRITE = Birth(index=5, operator="write", model="offline/generator")


def program(marks: str, tests: str = "a") -> str:
    """One that gives what these marks say on each training input ((pair, 9),), and on each test input ((7, number),)."""
    gives = {(n, 9): [list(row) for row in SAID[mark]] for n, mark in enumerate(marks) if mark in SAID}
    gives |= {(7, n): [list(row) for row in SAID[mark]] for n, mark in enumerate(tests) if mark in SAID}
    return f"```python\nGIVES = {gives}\n\ndef transform(grid):\n    return GIVES[grid[0][0], grid[0][1]]\n```"


@dataclass
class Coding(Script):
    """The models of a run, with a coder: its replies in order, the last for ever."""

    programs: tuple[str, ...] = ()
    coded: list[Request] = field(default_factory=list)

    async def __call__(self, request: Request) -> Reply:
        if request.label.role != "coder":
            return await super().__call__(request)
        self.coded.append(request)
        said = self.programs[min(len(self.coded), len(self.programs)) - 1]
        if said in FAILURES:
            raise FAILURES[said]()
        return Reply(text=said, cost_usd=0.125)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with closing(Sandbox(1)) as pool:
        yield pool


def coding(sandbox: Sandbox, rules: Mapping[int, str], *programs: str, **changes: object) -> tuple[Bench, Coding]:
    script = Coding(rules, programs=programs)
    at = bench(script=script, **{"coder__model": "offline/coder", "coder__seconds": 30, **changes})
    return replace(at, context=replace(at.context, sandbox=sandbox)), script


def born(at: Bench, pairs: int = 3) -> CandidateChecked:
    event = asyncio.run(bear(a_task(pairs), at.context, WRITE, none(), 0))
    assert isinstance(event, CandidateChecked)
    return event


def by(event: CandidateChecked) -> list[str]:
    return [attempt.by for attempt in event.attempts]


def test_a_program_that_is_exact_is_confirmed_by_reading_one_pair(sandbox: Sandbox) -> None:
    at, script = coding(sandbox, {5: rule("a", "===")}, program("==="))
    event = born(at)
    assert (kinds(event.attempts), by(event), event.confirmed) == ("===", ["coder"] * 3, True)
    assert (script.pairs(5), len(script.coded)) == ([0], 1)
    assert event.program.startswith("GIVES = ")
    assert event.attempts[0].other is not None
    assert (event.attempts[0].other.by, event.attempts[0].other.accuracy) == ("checker", 1.0)


def test_words_that_only_the_program_reads_right_are_perfect_and_not_confirmed(sandbox: Sandbox) -> None:
    at, _ = coding(sandbox, {5: rule("a", "x==")}, program("==="))
    event = born(at)
    assert (kinds(event.attempts), event.confirmed) == ("===", False)


def test_where_the_program_is_wrong_the_checker_reads_and_the_better_reading_counts(sandbox: Sandbox) -> None:
    at, script = coding(sandbox, {5: rule("a", "==ox")}, program("=oxx"))
    event = born(at, 4)
    assert (kinds(event.attempts), by(event)) == ("==xx", ["coder", "checker", "coder", "checker"])
    assert script.pairs(5) == [1, 2, 3]
    others = [attempt.other for attempt in event.attempts]
    assert [other and (other.by, other.accuracy) for other in others] == [
        None,
        ("coder", 0.0),
        ("checker", 0.0),
        ("coder", 0.5),
    ]


def test_both_readers_together_can_be_right_on_every_pair(sandbox: Sandbox) -> None:
    at, script = coding(sandbox, {5: rule("a", "x=x")}, program("=x="), policy__confirm="always")
    event = born(at)
    assert (kinds(event.attempts), by(event), event.confirmed) == ("===", ["coder", "checker", "coder"], True)
    assert script.pairs(5) == [1, 1], "what the checker read is asked for twice, as ever"


def test_with_code_alone_nobody_else_reads(sandbox: Sandbox) -> None:
    at, script = coding(sandbox, {5: rule("a", "===")}, program("=xo"), policy__read="code")
    event = born(at)
    assert (kinds(event.attempts), by(event), script.pairs(5)) == ("=xo", ["coder"] * 3, [])


def test_a_program_that_fails_is_asked_for_once_more_with_the_message_and_the_grid(sandbox: Sandbox) -> None:
    at, script = coding(sandbox, {5: rule("a", "ooo")}, program("=?="), program("==="), policy__read="code")
    event = born(at)
    assert kinds(event.attempts) == "==="
    assert "on the input of pair 2: KeyError: '(1, 9)' (line 4)" in script.coded[1].messages[-1].text
    assert script.coded[1].messages[-2].role == "assistant"
    at, script = coding(sandbox, {5: rule("a", "ooo")}, program("=?="), program("??="), policy__read="code")
    assert kinds(born(at).attempts) == "=g="
    assert len(script.coded) == 2, "and no more"


@pytest.mark.parametrize(
    ("said", "calls"),
    [("CANNOT: be said", 1), ("It mirrors the rows.", 2), ("?", 1), ("def transform(grid):\n    return [[11]]", 2)],
)
def test_without_a_program_the_words_are_read_as_before(said: str, calls: int, sandbox: Sandbox) -> None:
    at, script = coding(sandbox, {5: rule("a", "=x=")}, said)
    event = born(at)
    assert (kinds(event.attempts), by(event), len(script.coded)) == ("=x=", ["checker"] * 3, calls)
    at, _ = coding(sandbox, {5: rule("a", "=x=")}, said, policy__read="code")
    assert kinds(born(at).attempts) == ("???" if said == "?" else "ggg"), "an outage is no evidence"


def test_a_description_that_the_program_shows_to_be_hopeless_costs_no_check_where_the_policy_saves_them(sandbox: Sandbox) -> None:
    grown = population([checked(0, "==x"), checked(1, "=x=")])
    at, script = coding(sandbox, {5: rule("a", "===")}, program("ooo"), policy__check="telling")
    event = asyncio.run(bear(a_task(), at.context, WRITE, grown, 0))
    assert isinstance(event, CandidateChecked)
    assert (kinds(event.attempts), script.pairs(5)) == ("ooo", [])


def test_a_revision_is_told_which_reader_got_what(sandbox: Sandbox) -> None:
    at, _ = coding(sandbox, {5: rule("a", "==ox")}, program("=oxx"))
    event = born(at, 4)
    told = parent_fields(a_task(4), event.description, event.attempts, 9000)
    assert [result["verdict"] for result in told["results"]] == [
        "exact, for a program made from the words",
        "exact for a reader, 2 of 2 cells wrong for a program made from the words: the words were read in two ways",
        "1 of 2 cells wrong for a program made from the words, 2 of 2 cells wrong for a reader: the words were read in two ways",
        "1 of 2 cells wrong, for a reader and for a program made from the words alike",
    ]


def answers(at: Bench, rules: Mapping[str, str], code: str) -> list[object]:
    """The two answers where one perfect description is read by both, and what was asked."""
    event = checked(0, "===", f"Rule 0: === tests {rules['words']}").model_copy(update={"program": code.split("\n", 1)[1][:-4]})
    [one] = asyncio.run(Answering(a_task(), at.context).follow(population([event])))
    asked = len([e for e in at.events if isinstance(e, AnswerFollowed) and e.attempt.by == "checker"])
    return [one.attempt_1, one.attempt_2, one.proposed[0].votes, asked]


def test_programs_of_perfect_descriptions_vote_on_the_test_inputs_and_nobody_is_asked(sandbox: Sandbox) -> None:
    quiet = {"answers__imperfect": 0, "answers__fill": 0}
    at, script = coding(sandbox, {}, **quiet)
    assert answers(at, {"words": "a"}, program("===", "a")) == [A, None, 200.0, 1], "agreement raises the vote"
    at, _ = coding(sandbox, {}, **quiet)
    assert answers(at, {"words": "a"}, program("===", "c")) == [A, C, 100.0, 1], "disagreement gives the second answer"
    at, script = coding(sandbox, {}, policy__read="code", **quiet)
    assert answers(at, {"words": "a"}, program("===", "c")) == [C, None, 100.0, 0]
    assert script.coded == []
    at, _ = coding(sandbox, {}, policy__read="code", **quiet)
    assert answers(at, {"words": "a"}, program("===", "?"))[::3] == [A, 1], "where it fails the words are read"
