"""What a generator is asked that writes a program beside its description, and what is read in its reply."""

from __future__ import annotations

import json

import pytest

from nlevolve.ask.programmer import Programmed, programming
from nlevolve.ask.prompts import Prompts, bundled
from nlevolve.ask.rehearsal import PARENTS, TASK
from nlevolve.ask.replies import Unreadable, read_written
from nlevolve.offline.answer import Job, answer
from nlevolve.offline.prompt_reading import texts, understand
from nlevolve.records import Birth

PROMPTS = Prompts(bundled())
MIRROR = "def transform(grid):\n    return [row[::-1] for row in grid]\n"
BULLETS = ("Mirror every row from left to right, cell by cell.", "The output is as large as the input.")
LISTED = "\n".join(f"- {bullet}" for bullet in BULLETS)


def asked(operator: str, parents: int = 0) -> list[str]:
    birth = Birth.model_validate({"index": 3, "operator": operator, "model": "m"})
    shown = [Programmed(told, attempts, MIRROR) for told, attempts in PARENTS[:parents]]
    return [message.text for message in programming(PROMPTS, TASK, birth, shown, 9000)]


def test_the_three_prompts_share_all_that_comes_before_the_parents() -> None:
    write, revise, recombine = asked("write"), asked("revise", 1), asked("recombine", 2)
    assert write[:2] == revise[:2] == recombine[:2]
    assert revise[2].count("```python\n" + MIRROR.rstrip()) == 1
    assert recombine[2].count("```python\n" + MIRROR.rstrip()) == 2
    assert "### Result on pair 3: no valid grid: it holds no grid" in recombine[2], "why a program gave nothing is told"


@pytest.mark.parametrize(
    "said",
    [
        f"Description:\n{LISTED}\n\n```python\n{MIRROR}```",
        f"<think>- It turns.\n```python\ndef transform(grid):\n    return grid\n```</think>\n{LISTED}\n```py\n{MIRROR}```",
        f"```python\n{MIRROR}```\n\n**Description**\n\n{LISTED}",
        json.dumps({"bullets": BULLETS, "program": MIRROR}),
        f"```json\n{json.dumps({'description': BULLETS, 'code': MIRROR}, indent=1)}\n```",
        f"{LISTED}\n\n{MIRROR}",
        f"Description:\n1. {BULLETS[0]}\n2. {BULLETS[1]}\n\n~~~\n{MIRROR}~~~",
        f"```\n{LISTED}\n```\n\n```python\n{MIRROR}```",
    ],
)
def test_bullets_and_program_are_read_from_one_reply_in_many_forms(said: str) -> None:
    written = read_written(said)
    assert (written.description.bullets, written.program) == (BULLETS, MIRROR)


@pytest.mark.parametrize(
    ("said", "cut", "why"),
    [
        (LISTED, False, "no Python program"),
        (f"```python\n{MIRROR}```", False, "no list of bullets"),
        (f"{LISTED}\n```python\n{MIRROR[:30]}", True, "cut off before the end of the program"),
        (f"{LISTED}\nCANNOT: say it", False, "no Python program"),
        ("", False, "empty"),
    ],
)
def test_a_reply_that_lacks_one_of_the_two_says_which(said: str, cut: bool, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        read_written(said, cut)


def offline(operator: str, parents: int = 0) -> str:
    prompt = texts([{"role": "user", "content": text} for text in asked(operator, parents)[1:]])
    assert understand(prompt).wants_both
    assert [len(parent.bullets) for parent in understand(prompt).parents] == [2, 1][:parents], "a program is no bullet"
    return answer(Job("offline/generator", prompt, 0, "fenced"))


@pytest.mark.parametrize(("operator", "parents"), [("write", 0), ("revise", 1), ("recombine", 2)])
def test_the_embedded_generator_says_in_python_what_its_bullets_say(operator: str, parents: int) -> None:
    written = read_written(offline(operator, parents))
    assert all(f"# {bullet}" in written.program for bullet in written.description.bullets)
