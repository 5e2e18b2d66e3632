"""What a coder is asked, and the programs that are read in what it says: ten ways to err, and those that are beyond reading."""

from __future__ import annotations

import asyncio
import json

import pytest

from nlevolve.ask.coder import code, coding, mending
from nlevolve.ask.prompts import Prompts, bundled
from nlevolve.ask.question import Asker
from nlevolve.ask.reading.programs import LONGEST_PROGRAM
from nlevolve.ask.rehearsal import PARENTS, TASK
from nlevolve.ask.replies import Unreadable, read_program
from nlevolve.llm.request import Reply, Request
from nlevolve.llm.settings import CoderSettings
from nlevolve.offline.answer import Job, answer
from nlevolve.offline.prompt_reading import texts
from nlevolve.puzzle.grids import render
from nlevolve.records import Description

PROMPTS = Prompts(bundled())
COPY = "def transform(grid):\n    return grid\n"
MIRROR = "def transform(grid):\n    return [row[::-1] for row in grid]\n"


def told(shown: str) -> str:
    settings = CoderSettings.model_validate({"model": "m", "shown": shown})
    return "\n".join(message.text for message in coding(PROMPTS, settings, TASK, PARENTS[0][0]))


def test_a_coder_sees_the_words_and_the_inputs_and_no_output_unless_it_is_set_so() -> None:
    inputs, outputs = ([render(grid) for grid in grids] for grids in zip(*((p.input, p.output) for p in TASK.pairs), strict=True))
    for shown, seen, unseen in (("inputs", inputs, outputs), ("others", inputs + outputs, []), ("none", [], inputs + outputs)):
        text = told(shown)
        assert all(f"\n{grid}\n" in f"{text}\n" for grid in seen), shown
        assert not any(f"\n{grid}\n" in f"{text}\n" for grid in unseen), shown
        assert "Swap the first and the last cell of the first row." in text
        assert TASK.id not in text


def test_a_second_program_is_asked_for_with_what_was_wrong_and_on_which_grid() -> None:
    (message,) = mending(PROMPTS, 1, "IndexError: list index out of range")
    assert "on the input of pair 2: IndexError: list index out of range." in message.text


@pytest.mark.parametrize(
    "said",
    [
        f"```python\n{MIRROR}```",
        f"<think>Perhaps\n```python\n{COPY}```\nno.</think>Here it is:\n\n```py\n{MIRROR}```\nIt mirrors.",
        f"A first try:\n```python\n{COPY}```\nBetter:\n```python\n{MIRROR}```",
        json.dumps({"program": MIRROR}),
        f"```json\n{json.dumps({'thoughts': 'mirror it', 'code': MIRROR})}\n```",
        MIRROR,
        f"The rule mirrors rows.\n\n{MIRROR}\nThis function returns each row backwards.",
        "```python\n" + "\n".join(f"    {line}" for line in MIRROR.splitlines()) + "\n```",
        "```python\ndef transform(grid):\n\treturn [row[::-1] for row in grid]\n```",
        f"~~~\n{MIRROR}~~~",
        "```python\nasync def transform(grid):\n    return [row[::-1] for row in grid]\n```",
        f"```python\n{MIRROR}",
    ],
)
def test_a_program_is_found_wherever_it_stands(said: str) -> None:
    assert read_program(said).program == MIRROR


@pytest.mark.parametrize(
    ("said", "last"),
    [
        ("def solve(grid):\n    return grid\n", "transform = solve\n"),
        ("def flip(row):\n    return row[::-1]\n\ndef solve(grid):\n    return [flip(r) for r in grid]\n", "transform = solve\n"),
        ("class Rule:\n    def transform(self, grid):\n        return grid\n", "transform = Rule().transform\n"),
        ("transform = lambda grid: grid\n", "transform = lambda grid: grid\n"),
    ],
)
def test_a_function_under_another_name_is_given_the_one_that_was_asked_for(said: str, last: str) -> None:
    assert read_program(f"```python\n{said}```").program.endswith(last)


def test_helpers_in_a_block_of_their_own_go_with_the_program() -> None:
    helper, program = "def flip(row):\n    return row[::-1]", "def transform(grid):\n    return [flip(r) for r in grid]"
    said = f"Helpers:\n```python\n{helper}\n```\nThen:\n```python\n{program}\n```"
    assert read_program(said).program.startswith("def flip(row)")


@pytest.mark.parametrize(
    ("said", "cut", "why"),
    [
        ("", False, "it is empty"),
        ("I cannot say this in Python.", False, "no Python program"),
        ("```python\nprint('hello')\n```", False, "no Python program"),
        ("```python\ndef one(grid):\n    return grid\n\ndef two(grid):\n    return grid\n```", False, "no function transform"),
        (f"```python\n{MIRROR[:40]}", True, "cut off"),
        (f"```python\n{MIRROR}{'#' * LONGEST_PROGRAM}\n```", False, "characters, at most"),
        ("<think>def transform(grid):", False, "thinking and no answer"),
    ],
)
def test_what_is_no_program_is_refused_by_name(said: str, cut: bool, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        read_program(said, cut)


def test_a_coder_may_say_that_no_program_can_do_it() -> None:
    said = read_program("I thought about it.\n\n**CANNOT:** tell which object is the prettiest")
    assert (said.program, said.cannot) == ("", "tell which object is the prettiest")
    assert read_program(f"It CANNOT be simpler:\n```python\n{MIRROR}```").program == MIRROR


def test_an_unreadable_program_is_asked_for_once_more_as_every_reply_is() -> None:
    asked: list[Request] = []

    async def llm(request: Request) -> Reply:
        asked.append(request)
        return Reply(text="It cannot be said." if len(asked) == 1 else MIRROR)

    asker = Asker(llm, PROMPTS, lambda request, why: None)
    settings = CoderSettings(model="m")
    assert asyncio.run(code(asker, settings, TASK, PARENTS[0][0], birth=3)).value.program == MIRROR
    assert [(one.label.role, one.label.purpose, one.label.birth, one.label.repair) for one in asked] == [
        ("coder", "code", 3, False),
        ("coder", "code", 3, True),
    ]


@pytest.mark.parametrize("shown", ["inputs", "others", "none"])
def test_the_embedded_coder_reads_its_prompt_and_answers_with_a_program(shown: str) -> None:
    settings = CoderSettings.model_validate({"model": "offline/coder", "shown": shown})
    description = Description(bullets=("Flip the grid left to right.", "Sing a song of it."))
    messages = [{"role": m.role, "content": m.text} for m in coding(PROMPTS, settings, TASK, description)]
    assert "row[::-1]" in read_program(answer(Job("offline/coder", texts(messages), 0, "fenced"))).program
