"""Every notation that is claimed to be read: what was written comes back, or nothing does."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from nlevolve.ask.reading.rows import NUMBERS_UNSURE
from nlevolve.ask.replies import Unreadable, read_bullets, read_grid
from nlevolve.puzzle.grids import Grid, render
from nlevolve.puzzle.notations import NAMES, write

SQUARES = "⬛🟦🟥🟩🟨⬜🟪🟧🩵🟫"

grids = st.integers(1, 12).flatmap(
    lambda width: st.lists(st.lists(st.integers(0, 9), min_size=width, max_size=width).map(tuple), min_size=1, max_size=12)
).map(tuple)  # fmt: skip


def lines(of: Grid, between: str, before: str = "", after: str = "", parted: str = "\n") -> str:
    return parted.join(f"{before}{between.join(map(str, row))}{after}" for row in of)


def as_json(of: Grid, indent: int | None = None) -> str:
    return json.dumps({"grid": of, "note": ""}, indent=indent)


def fenced(text: str, language: str = "") -> str:
    return f"```{language}\n{text}\n```"


def numbered(of: Grid, form: str) -> str:
    return "\n".join(form.format(number, " ".join(map(str, row))) for number, row in enumerate(of, 1))


def table(of: Grid, head: str, rule: str, number: bool = False) -> str:
    rows = [f"| {f'{n} | ' if number else ''}{' | '.join(map(str, row))} |" for n, row in enumerate(of, 1)]
    return "\n".join([head, rule, *rows])


def table_with_numbers(of: Grid) -> str:
    width = len(of[0])
    return table(of, f"| | {' | '.join(map(str, range(1, width + 1)))} |", "|---" * (width + 1) + "|", number=True)


def picture_with_numbers(of: Grid) -> str:
    head = "    " + " ".join(map(str, range(1, len(of[0]) + 1)))
    return fenced(head + "\n" + "\n".join(f"{n:2} | {' '.join(map(str, row))}" for n, row in enumerate(of, 1)))


def html(of: Grid) -> str:
    rows = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in of)
    return f"<table>{rows}</table>"


def latex(of: Grid) -> str:
    return "\\begin{bmatrix}\n" + lines(of, " & ", after=" \\\\") + "\n\\end{bmatrix}"


def call(of: Grid) -> str:
    return json.dumps({"name": "followed", "arguments": as_json(of)})


NOTATIONS: dict[str, Callable[[Grid], str]] = {
    "the form that is asked for": as_json,
    "a cell a line": lambda g: as_json(g, 4),
    "a fence of JSON in prose": lambda g: f"Here is the output:\n\n{fenced(as_json(g), 'json')}\n\nBullet 2 was not clear.",
    "working before the grid": lambda g: json.dumps(
        {"working": f"Row by row:\n{render(g[::-1])}\n{list(g)}", "grid": g, "note": ""}
    ),
    "words first, then a fence": lambda g: (
        f"The output has {len(g)} rows.\n\nRow 1 of the input is 0 0 1.\n\n{fenced(render(g))}"
    ),
    "input and output": lambda g: f"Input:\n{render(g[::-1])}\n\nOutput:\n{render(g)}",
    "output and input": lambda g: f"Output:\n{render(g)}\n\nInput:\n{render(g[::-1])}",
    "thinking before it": lambda g: f"<think>\nmaybe\n{render(g[::-1])}\n</think>\n\n{render(g)}",
    "channels": lambda g: (
        f"<|channel|>analysis<|message|>{list(g[::-1])}<|end|><|start|>assistant<|channel|>final<|message|>{as_json(g)}"
    ),
    "a bare list": lambda g: json.dumps(g),
    "a list in a sentence": lambda g: f"The answer is {json.dumps(g)}.",
    "Python": lambda g: fenced(f"output = {[list(row) for row in g]}", "python"),
    "single quotes": lambda g: str({"grid": [list(row) for row in g], "note": ""}),
    "rows as strings": lambda g: json.dumps({"grid": [" ".join(map(str, row)) for row in g], "note": ""}),
    "the grid as one string": lambda g: json.dumps({"grid": render(g), "note": ""}),
    "rows by name": lambda g: json.dumps({"grid": {f"row {n}": row for n, row in enumerate(g, 1)}}),
    "arguments of a tool": call,
    "a line a row": lambda g: f"Output:\n\n{render(g)}",
    "digits together": lambda g: f"Output:\n{lines(g, '')}",
    "commas": lambda g: fenced(lines(g, ", ")),
    "bracketed rows": lambda g: "The output grid:\n" + lines(g, ", ", "[", "]"),
    "what numpy prints": lambda g: "Output:\n[" + lines(g, " ", "[", "]", "\n ") + "]",
    "YAML": lambda g: "grid:\n" + lines(g, ", ", "  - [", "]"),
    "rows by number": lambda g: "Output:\n" + numbered(g, "Row {}: {}"),
    "bold numbers, parted": lambda g: "Output:\n\n" + numbered(g, "**Row {}:** {}\n"),
    "numbers before colons": lambda g: fenced(numbered(g, "{}: {}")),
    "a table without names": lambda g: table(g, "|   " * len(g[0]) + "|", "|---" * len(g[0]) + "|"),
    "a table with numbers": table_with_numbers,
    "a picture with numbers": picture_with_numbers,
    "HTML": html,
    "LaTeX": latex,
    "a boxed list": lambda g: f"The answer is $\\boxed{{{json.dumps(g)}}}$.",
    "squares": lambda g: "Output:\n" + "\n".join("".join(SQUARES[cell] for cell in row) for row in g),
    **{
        f"grids={name}": partial(lambda name, g: f"Words first.\n\n{fenced(write(g, name))}", name)
        for name in ("letters", "names", "rows", "json")
    },
    "colour names": lambda g: json.dumps({"grid": [[NAMES[cell] for cell in row] for row in g]}),
}


WORDLESS = ("YAML", "HTML", "LaTeX", "grids=letters", "grids=names", "grids=rows", "grids=json")
"""Notations in which a single column might be a list of numbers, or of words."""


@pytest.mark.parametrize("notation", NOTATIONS)
@given(of=grids)
def test_what_is_written_in_a_notation_comes_back(notation: str, of: Grid) -> None:
    assume(notation not in WORDLESS or (len(of) > 1 and len(of[0]) > 1))
    assert read_grid(NOTATIONS[notation](of), grids="letters" if "letters" in notation else "digits").grid == of


def test_letters_are_colours_for_whoever_was_shown_letters_alone() -> None:
    listed = '{"grid": [["K", "B"], ["R", "N"]], "note": "B moves"}'
    said = ("Output:\nK B\nR N", listed, "[[K, B], [R, N]]", "row 1: K B\nrow 2: R N")
    for text in said:
        assert read_grid(text, grids="letters").grid == ((0, 1), (2, 9)), text
    assert read_grid(said[1], grids="letters").note == "B moves"
    with pytest.raises(Unreadable):
        read_grid(said[0])


def outcome(text: str, cut: bool = False) -> Grid | str:
    """The grid that is read, or the problem."""
    try:
        return read_grid(text, cut).grid
    except Unreadable as problem:
        return str(problem)


@given(of=grids)
def test_a_table_whose_head_may_be_a_row_is_read_as_it_is_or_not_at_all(of: Grid) -> None:
    assume(len(of) > 1 and len(of[0]) > 1)
    head = f"| {' | '.join(map(str, of[0]))} |"
    assert outcome(table(of[1:], head, "|---" * len(of[0]) + "|")) in (of, NUMBERS_UNSURE)


@given(of=grids, other=grids, write=st.sampled_from([json.dumps, lambda g: f"{fenced(render(g))}\n\nand"]))
def test_of_two_grids_without_a_word_neither_is_the_answer(of: Grid, other: Grid, write: Callable[[Grid], str]) -> None:
    got = outcome(f"{write(of)}\n\nor\n\n{write(other)}")
    assert isinstance(got, str) or got == of == other


@given(of=grids, where=st.floats(0, 1))
def test_a_grid_that_is_cut_off_is_never_read_as_a_smaller_one(of: Grid, where: float) -> None:
    for whole in (as_json(of), f"The input is {json.dumps(of[::-1])}. The answer:\n{as_json(of, 2)}", json.dumps(of)):
        got = outcome(whole[: int(where * len(whole))], cut=True)
        assert isinstance(got, str) or got == of
    rows = f"Output:\n{render(of)}"
    assert isinstance(outcome(rows[: int(where * len(rows))], cut=True), str)


WORDS = (
    "red",
    "cell",
    "moves",
    "to the left",
    "border",
    "and then",
    "every",
    "blue",
    "object",
    "becomes",
    "yellow",
    "unless it is",
)
bullets = st.lists(
    st.lists(st.sampled_from(WORDS), min_size=4, max_size=12).map(lambda words: " ".join(words).capitalize() + "."),
    min_size=1,
    max_size=12,
    unique=True,
)
LISTS: dict[str, Callable[[list[str]], str]] = {
    "the form that is asked for": lambda b: json.dumps({"bullets": b}),
    "a fence of JSON in prose": lambda b: (
        f"Here you go:\n\n{fenced(json.dumps({'bullets': b}, indent=2), 'json')}\n\nI checked it."
    ),
    "working before the bullets": lambda b: json.dumps({"working": "- Pair 1: the cell moves.\n- Pair 2: too.", "bullets": b}),
    "words first, then a fence": lambda b: "In pair 1 cells move.\n\n" + fenced("\n".join(f"- {one}" for one in b)),
    "hyphens": lambda b: "\n".join(f"- {one}" for one in b),
    "stars with empty lines": lambda b: "\n\n".join(f"* {one}" for one in b),
    "numbers": lambda b: "The rule is:\n\n" + "\n".join(f"{n}. {one}" for n, one in enumerate(b, 1)),
    "bold steps": lambda b: "\n".join(f"**Step {n}:** {one}" for n, one in enumerate(b, 1)),
    "a heading, and checks after it": lambda b: (
        "## Rule\n\n" + "\n".join(f"- {one}" for one in b) + "\n\n## Verification\n\n- Pair 1: correct.\n- Pair 2: correct."
    ),
    "thinking before it": lambda b: f"<think>\n- maybe the cells move\n</think>\n{json.dumps({'bullets': b})}",
    "objects": lambda b: json.dumps({"steps": [{"step": n, "text": one} for n, one in enumerate(b, 1)]}),
    "XML": lambda b: "<bullets>\n" + "\n".join(f"<bullet>{one}</bullet>" for one in b) + "\n</bullets>",
    "arguments of a tool": lambda b: json.dumps({"name": "description", "arguments": json.dumps({"bullets": b})}),
}


@pytest.mark.parametrize("form", LISTS)
@given(of=bullets)
def test_what_is_written_as_a_list_comes_back(form: str, of: list[str]) -> None:
    assert list(read_bullets(LISTS[form](of)).bullets) == of
