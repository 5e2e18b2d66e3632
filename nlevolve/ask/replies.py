"""A model's text -> bullets, a grid, a program, a review or a choice, or what was wrong with it (pure).

Any text may come in. The only exception that comes out is Unreadable, whose message is the exact problem, in words that
can be put to the model in a repair request. Where two readings are likely there is none: a wrong grid would count as
evidence against a description, and a wrong description would be checked and bred from.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache

from nlevolve.ask.reading.bullets import description, description_in, plain_line
from nlevolve.ask.reading.grids import answer_in, checked
from nlevolve.ask.reading.lettered import as_digits
from nlevolve.ask.reading.markup import plain_lines
from nlevolve.ask.reading.opinions import fields_in, letter_in, lone_verdict, test_in, verdict_in
from nlevolve.ask.reading.programs import ProgramReply, beside_program, program_in
from nlevolve.ask.reading.spoken import LONGEST_ANSWER, LONGEST_TEXT, MOST_LINES, answer_part
from nlevolve.ask.reading.unreadable import Unreadable
from nlevolve.puzzle.grids import LARGEST_SIDE, Grid, grid
from nlevolve.puzzle.notations import Grids
from nlevolve.records import Choice, Description, Review

LONGEST_NOTE = 500
LONGEST_REASON = 600
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""What candidates are called."""
WORKING = "working"
"""Where a model without thinking works before it answers: looked through."""


@dataclass(frozen=True)
class GridReply:
    """A grid, and what the model noted beside it."""

    grid: Grid
    note: str = ""


def read_grid(
    text: str, cut: bool = False, prompt: str = "", *, max_side: int = LARGEST_SIDE, grids: Grids = "digits"
) -> GridReply:
    """The grid that a reply gives as its answer.

    `cut`: it ended at its limit of tokens; `prompt`: words that it may have copied; `max_side`: rows or columns that a grid may
    have; `grids`: how they were written for whoever replies. Raises Unreadable.
    """
    text = as_digits(text) if grids == "letters" else text
    if (asked := _grid_as_asked(text, max_side)) is not None:
        _refuse_example(text, prompt)
        return asked
    answer = _answer(text)
    claim = answer_in(answer, cut)
    if claim.is_json:
        _refuse_example(answer[claim.start : claim.end], prompt)
    return GridReply(checked(claim, max_side), plain_line(claim.note)[:LONGEST_NOTE])


def read_bullets(text: str, cut: bool = False, prompt: str = "") -> Description:
    """The description that a reply gives. `cut` and `prompt` as for `read_grid`. Raises Unreadable."""
    as_asked = _bullets_as_asked(text)
    read = description(as_asked) if as_asked is not None else description_in(_answer(text), cut)
    told = _in_one_line(prompt)
    copied = sum(bullet.lower().rstrip(". ") in told for bullet in read.bullets)
    if prompt and 2 * copied >= len(read.bullets):
        raise Unreadable("its bullets are the prompt's own words, not a rule")
    return read


def read_program(text: str, cut: bool = False, prompt: str = "") -> ProgramReply:
    """The text of the program that a reply gives, or why it gives none; nothing of it is run, nor compiled.

    `cut` as for `read_grid`. Raises Unreadable.
    """
    return program_in(_said(text), cut)


@dataclass(frozen=True)
class Written:
    """A description, and the text of a program that says the same; empty where none was asked for."""

    description: Description
    program: str = ""


def read_written(text: str, cut: bool = False, prompt: str = "") -> Written:
    """The description that a reply gives, and its program. Raises Unreadable where it lacks one of the two."""
    said = _said(text)
    reply = program_in(said, cut)
    if not reply.program:
        raise Unreadable("it holds no Python program")
    words = beside_program(said)
    if not words.strip():
        raise Unreadable("it holds no list of bullets beside the program")
    return Written(read_bullets(words, prompt=prompt), reply.program)


def read_review(text: str, cut: bool = False, prompt: str = "", *, tests: int) -> Review:
    """What a reply says of a description, which is to be followed on so many test inputs. Raises Unreadable."""
    answer = _answer(text)
    told = fields_in(answer, "verdict", verdict_in, cut) or {"verdict": lone_verdict(answer)}
    verdict, said = verdict_in(told["verdict"]), str(told["verdict"])
    if verdict is None:
        raise Unreadable("it holds no verdict: accept, doubt or stuck")
    reason = plain_line(str(told.get("reason") or _after(said)))
    if verdict == "accept":
        return Review(verdict=verdict, why=reason[:LONGEST_REASON])
    number = test_in(told.get("test")) or test_in(said) or test_in(reason) or (tests == 1 or None)
    if number is None and verdict == "stuck":
        raise Unreadable("it does not say on which test input the description cannot be followed")
    if number is not None and not 1 <= number <= tests:
        raise Unreadable(f"there is no test input {number}")
    return Review(verdict=verdict, test=number and number - 1, why=reason[:LONGEST_REASON])


def read_choice(text: str, cut: bool = False, prompt: str = "", *, shown: int) -> Choice:
    """Which of so many candidates a reply picks. Raises Unreadable."""
    told = fields_in(_answer(text), "first", lambda said: letter_in(said) or None, cut)
    if not told:
        raise Unreadable("it does not say which candidate is first")
    letters = [letter_in(told.get(field)) for field in ("first", "second")]
    if None in letters:
        raise Unreadable(f"{plain_line(str(told['second']))[:40]!r} is no letter of a candidate")
    picks = tuple(dict.fromkeys(LETTERS.index(letter) for letter in letters if letter))
    if beyond := [place for place in picks if place >= shown]:
        raise Unreadable(f"there is no candidate {LETTERS[beyond[0]]}")
    return Choice(picks=picks, why=plain_line(str(told.get("reason") or ""))[:LONGEST_REASON])


def _after(said: str) -> str:
    """What stands behind a verdict's first word and its sign."""
    return said.partition(":")[2] or said.partition(". ")[2]


def _refuse_example(piece: str, prompt: str) -> None:
    told = _without_blanks(prompt)
    if "[[" in told and "".join(piece.split()) in told:
        raise Unreadable("it repeats the prompt's example")


@lru_cache(maxsize=16)
def _without_blanks(prompt: str) -> str:
    return "".join(prompt.split())


@lru_cache(maxsize=16)
def _in_one_line(prompt: str) -> str:
    return " ".join(prompt.split()).lower()


def _grid_as_asked(text: str, max_side: int) -> GridReply | None:
    """A reply in exactly the form that was asked for, as most are: read without searching."""
    if len(text) > LONGEST_ANSWER:
        return None
    try:
        value = json.loads(text)
        if isinstance(value, dict) and value.keys() - {WORKING} == {"grid", "note"} and isinstance(value["note"], str):
            return GridReply(grid(value["grid"], max_side), plain_line(value["note"])[:LONGEST_NOTE])
    except (ValueError, RecursionError):
        pass
    return None


def _bullets_as_asked(text: str) -> list[str] | None:
    if len(text) > LONGEST_ANSWER:
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    bullets = value["bullets"] if isinstance(value, dict) and value.keys() - {WORKING} == {"bullets"} else None
    return bullets if isinstance(bullets, list) and all(isinstance(bullet, str) for bullet in bullets) else None


def _answer(text: str) -> str:
    return plain_lines(_said(text))


def _said(text: str) -> str:
    if len(text) > LONGEST_TEXT:
        raise Unreadable(f"it has {len(text)} characters, at most {LONGEST_TEXT} can be read")
    if not text.strip():
        raise Unreadable("it is empty")
    answer = answer_part(text)
    if not answer.strip():
        raise Unreadable("it holds thinking and no answer")
    if len(answer) > LONGEST_ANSWER:
        raise Unreadable(f"it is too long: {len(answer)} characters, where an answer has at most {LONGEST_ANSWER}")
    if answer.count("\n") > MOST_LINES:
        raise Unreadable(f"it is too long: {answer.count(chr(10))} lines, where an answer has at most {MOST_LINES}")
    return answer


__all__ = [
    "GridReply",
    "ProgramReply",
    "Unreadable",
    "Written",
    "read_bullets",
    "read_choice",
    "read_grid",
    "read_program",
    "read_review",
    "read_written",
]
