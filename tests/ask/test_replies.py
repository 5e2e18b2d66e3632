"""Whatever a model sends is read, or named for what is wrong with it."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlevolve.ask.replies import Unreadable, read_bullets, read_grid
from nlevolve.puzzle.grids import Grid, render

GRID: Grid = ((0, 1, 2), (3, 4, 5))
grids = st.integers(1, 12).flatmap(
    lambda width: st.lists(st.lists(st.integers(0, 9), min_size=width, max_size=width).map(tuple), min_size=1, max_size=12)
).map(tuple)  # fmt: skip

READABLE_GRIDS = {
    "what was asked for": '{"grid": [[0, 1, 2], [3, 4, 5]], "note": "clear"}',
    "a fence": 'Here you are:\n```json\n{"grid": [[0,1,2],[3,4,5]], "note": ""}\n```\nGood luck!',
    "thinking before it": '<think>Maybe [[9, 9], [9, 9]]? Or\n1 1 1\n1 1 1\n</think>\n{"grid": [[0,1,2],[3,4,5]]}',
    "thinking begun in the template": 'Let me see {"grid": [[9]]}</think>{"grid": [[0,1,2],[3,4,5]]}',
    "thinking after it": '{"grid": [[0,1,2],[3,4,5]]}<think>that was it</think>',
    "prose around it": 'The output has 2 rows and 3 columns. {"grid": [[0,1,2],[3,4,5]]} I hope {this} [helps].',
    "a trailing comma": '{"grid": [[0,1,2,],[3,4,5],],}',
    "single quotes": "{'grid': [[0,1,2],[3,4,5]], 'note': 'it's fine'}",
    "no closing brace": '{"grid": [[0,1,2],[3,4,5]], "note": "',
    "another key": '{"reasoning": "…", "output": [[0,1,2],[3,4,5]]}',
    "the key answer": '{"Answer": [[0,1,2],[3,4,5]]}',
    "the answer beside the input": '{"input": [[7,7],[7,7]], "output": [[0,1,2],[3,4,5]]}',
    "nested keys": '{"answer": {"grid": [[0,1,2],[3,4,5]]}}',
    "a bare list": "[[0,1,2],[3,4,5]]",
    "a list of one grid": "[[[0,1,2],[3,4,5]]]",
    "several grids in the text": "Input:\n9 9\n9 9\n\nOutput:\n0 1 2\n3 4 5",
    "several objects": '{"grid": [[9, 9]]} no, rather {"grid": [[0,1,2],[3,4,5]]}',
    "digit rows": "012\n345",
    "digit rows in a list": '{"grid": ["012", "345"]}',
    "spaced rows": "0 1 2\n3 4 5",
    "spaced rows in a list": '{"grid": ["0 1 2", "3 4 5"]}',
    "rows in one string": '{"grid": "0 1 2\\n3 4 5"}',
    "a list in a string": '{"grid": "[[0,1,2],[3,4,5]]"}',
    "digits as strings": '{"grid": [["0","1","2"],["3","4","5"]]}',
    "digits as floats": '{"grid": [[0.0,1.0,2.0],[3.0,4.0,5.0]]}',
    "coloured squares": "⬛🟦🟥\n🟩🟨⬜",
    "coloured squares apart": "⬛ 🟦 🟥\n🟩 🟨 ⬜️",
    "coloured squares in a list": '{"grid": ["⬛🟦🟥", "🟩🟨⬜"]}',
    "colour names": '{"grid": [["black","blue","red"],["Green","yellow","gray"]]}',
    "a table": "| | | |\n|---|---|---|\n| 0 | 1 | 2 |\n| 3 | 4 | 5 |",
    "named rows": "Row 1: 0 1 2\nRow 2: 3 4 5",
    "commas": "0, 1, 2\n3, 4, 5\n",
    "bracketed rows": "The rows:\n[0, 1, 2]\n[3, 4, 5]\n",
    "a cell a line": json.dumps({"grid": [[0, 1, 2], [3, 4, 5]]}, indent=4),
    "windows line ends": "0 1 2\r\n3 4 5\r\n",
    "a list after words": "grid = [\n  [0, 1, 2],\n  [3, 4, 5],\n]\n",
}


@pytest.mark.parametrize("text", READABLE_GRIDS.values(), ids=READABLE_GRIDS.keys())
def test_a_grid_is_read_from(text: str) -> None:
    assert read_grid(text).grid == GRID


def test_the_note_is_kept_without_what_cannot_be_seen() -> None:
    assert read_grid('{"grid": [[1]], "note": "row\\u001b[31m 2\\n is open"}').note == "row[31m 2 is open"


UNREADABLE_GRIDS = {
    "": "it is empty",
    "I cannot do this.": "it holds no grid",
    "<think>Let me see\n0 1\n1 0": "it holds thinking and no answer",
    '{"grid": [[0,1],[1,0,2]]}': "row 2 has 3 cells, row 1 has 2",
    "0 1 2\n3 4\n5 6 7": "row 2 has 2 cells, row 1 has 3",
    '{"grid": [[0,1],[1,"x"]]}': "row 2, cell 2 is 'x', allowed are the ints 0 to 9",
    "0 1 2\n3 x 5\n6 7 8": "row 2, cell 2 is 'x', allowed are the ints 0 to 9",
    '{"grid": [[0,12]]}': "row 1, cell 2 is 12, allowed are the ints 0 to 9",
    '{"grid": [[0,true]]}': "row 1, cell 2 is True, allowed are the ints 0 to 9",
    '{"grid": []}': "a grid has 1 to 30 rows, got 0",
    '{"grid": "none"}': "a grid is a list of rows, got str 'none'",
    '{"grid": [[0, 1],\n [1, 0],\n [1': "it is cut off before its grid is complete",
    '{"grid": [[0, 1],\n [1, 0],\n': "it is cut off before its grid is complete",
    # the last grid is the answer even when an earlier one would be valid
    "Input:\n0 1\n1 0\n\nOutput:\n0 1\n1": "row 2 has 1 cells, row 1 has 2",
    '{"bullets": ["Do this."]}': "it holds no grid",
}


@pytest.mark.parametrize("text", UNREADABLE_GRIDS.keys())
def test_what_is_wrong_with_a_grid_is_said_exactly(text: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read_grid(text)
    assert str(caught.value) == UNREADABLE_GRIDS[text]


@given(grids)
def test_every_way_to_write_a_grid_reads_as_that_grid(of: Grid) -> None:
    rows = [list(row) for row in of]
    assert read_grid(json.dumps({"grid": rows, "note": ""})).grid == of
    assert read_grid(f"```\n{render(of)}\n```").grid == of
    assert read_grid("The answer is\n\n" + json.dumps(rows)).grid == of


BULLETS = ("The background is black.", "Every red cell becomes blue.")
READABLE_BULLETS = {
    "what was asked for": json.dumps({"bullets": BULLETS}),
    "a fence and thinking": f"<think>1. x\n2. y</think>```json\n{json.dumps({'bullets': BULLETS})}\n```",
    "a bare list": json.dumps(BULLETS),
    "another key": json.dumps({"description": BULLETS}),
    "one string": json.dumps({"bullets": "\n".join(f"- {b}" for b in BULLETS)}),
    "objects": json.dumps({"steps": [{"step": i, "text": b} for i, b in enumerate(BULLETS)]}),
    "single quotes and trailing commas": f"{{'bullets': ['{BULLETS[0]}', '{BULLETS[1]}',],}}",
    "Markdown": "\n".join(f"- {b}" for b in BULLETS),
    "numbers": "Here is the rule:\n\n" + "\n".join(f"{i}. {b}" for i, b in enumerate(BULLETS, 1)),
    "bold, with a continued line": "* **The background** is black.\n* Every red cell\n  becomes blue.\n",
    "dots": "\n\n".join(f"• {b}" for b in BULLETS) + "\n\nI am sure of it.",
    "a grid beside them": json.dumps({"bullets": BULLETS, "example": [[0, 1], [1, 0]]}),
}


@pytest.mark.parametrize("text", READABLE_BULLETS.values(), ids=READABLE_BULLETS.keys())
def test_bullets_are_read_from(text: str) -> None:
    assert read_bullets(text).bullets == BULLETS


def test_the_last_list_is_the_description_and_headings_may_part_it() -> None:
    ideas = "Ideas:\n- one idea\n- another idea\n- a third\n\nSo the rule is\n"
    assert read_bullets(ideas + "- a b c\n- c d e\n- e f g").bullets == ("a b c", "c d e", "e f g")
    assert read_bullets("## Background\n- a b c\n## Steps\n1. c d e\n2. e f g").bullets == ("a b c", "c d e", "e f g")


UNREADABLE_BULLETS = {
    "  ": "it is empty",
    "I cannot help with that.": "it holds no list of bullets",
    '{"bullets": []}': "its list of bullets is empty",
    '{"bullets": ["", "  "]}': "its list of bullets is empty",
    '{"bullets": ["Colour the cells': "it is cut off before its list is complete",
    json.dumps({"bullets": ["x y"] * 61}): "it has 61 bullets, at most 60 are allowed",
}


@pytest.mark.parametrize("text", UNREADABLE_BULLETS.keys())
def test_what_is_wrong_with_bullets_is_said_exactly(text: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read_bullets(text)
    assert str(caught.value) == UNREADABLE_BULLETS[text]


@given(st.text() | st.text(alphabet="[]{}\",:'0123456789 \n-<>/think⬛🟦|`.grid"))
def test_any_text_gives_an_answer_or_a_named_problem(text: str) -> None:
    assert problem(read_grid, text) != ""
    assert problem(read_bullets, text) != ""


def problem(read: Callable[[str], object], text: str) -> str | None:
    try:
        read(text)
    except Unreadable as unreadable:
        return str(unreadable)
    return None


def test_a_list_whose_fence_is_closed_is_all_there_without_a_last_full_stop() -> None:
    told = "- Mirror the grid left to right.\n- Then recolour every blue cell red"
    assert len(read_bullets(f"```\n{told}\n```").bullets) == 2
    with pytest.raises(Unreadable):
        read_bullets(f"```\n{told}")
