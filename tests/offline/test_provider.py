"""The embedded models behind their door: every prompt is understood, and anything else gets an answer too."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlevolve.offline.answer import Job, answer
from nlevolve.offline.prompt_reading import texts, understand
from nlevolve.offline.provider import MODELS, complete
from nlevolve.puzzle.grids import Grid
from tests.offline import prompts

A: Grid = ((1, 0, 2), (0, 0, 3))
B: Grid = ((4, 0), (0, 5), (6, 7))
C: Grid = ((7,), (0,))


def flipped(grid: Grid) -> Grid:
    return tuple(row[::-1] for row in grid)


PAIRS = [(A, flipped(A)), (B, flipped(B))]
JSON = {"type": "object"}


def ask(messages: Any, model: str = "offline/generator", seed: int = 0, schema: Any = JSON) -> str:
    return asyncio.run(complete(model, messages, seed, schema)).text


def test_write_is_understood() -> None:
    asked = understand(texts(prompts.write(PAIRS, [C, A])))
    assert asked.numbers == [1, 2]
    assert [asked.inputs[n].tolist() for n in (1, 2)] == [list(map(list, g)) for g in (A, B)]
    assert asked.outputs[2].tolist() == list(map(list, flipped(B)))
    assert [t.tolist() for t in asked.tests] == [list(map(list, g)) for g in (C, A)]
    assert not asked.parents
    assert not asked.wants_grid


def test_revise_is_understood_with_what_the_parent_got() -> None:
    asked = understand(texts(prompts.revise(PAIRS, [C], ["First.", "Second, with 2 words."], [flipped(A), B])))
    (parent,) = asked.parents
    assert parent.bullets == ["First.", "Second, with 2 words."]
    assert {n: g.tolist() for n, g in parent.got.items()} == {2: list(map(list, B))}
    assert asked.outputs[2].tolist() == list(map(list, flipped(B)))
    assert len(asked.tests) == 1


def test_recombine_is_understood_parent_by_parent() -> None:
    asked = understand(texts(prompts.recombine(PAIRS, [C], [(["One."], [A, flipped(B)]), (["Two.", "Three."], [flipped(A), B])])))
    assert [p.bullets for p in asked.parents] == [["One."], ["Two.", "Three."]]
    assert [sorted(p.got) for p in asked.parents] == [[1], [2]]


def test_apply_is_understood() -> None:
    asked = understand(texts(prompts.apply(PAIRS, C, ["Flip the grid horizontally."])))
    assert asked.wants_grid
    assert asked.target is not None
    assert asked.target.tolist() == [[7], [0]]


@pytest.mark.parametrize(
    "text",
    [
        "Example 1:\nInput: \n[[1, 0, 2],\n [0, 0, 3]]\nOutput:\n[[2, 0, 1],\n [3, 0, 0]]\n# Test\n[[7], [0]]",
        "**Pair 1**\n\nInput\n102\n003\n\nOutput\n201\n300\n\n## Test input\n7\n0",
        "Training example 1 input:\n1 0 2\n0 0 3\nTraining example 1 output:\n2 0 1\n3 0 0\n",
        "Input:\n1 0 2\n0 0 3\n\nOutput:\n2 0 1\n3 0 0\n",
    ],
)
def test_edited_prompts_are_still_understood(text: str) -> None:
    asked = understand(text)
    (number,) = asked.numbers
    assert asked.inputs[number].tolist() == [[1, 0, 2], [0, 0, 3]]
    assert asked.outputs[number].tolist() == [[2, 0, 1], [3, 0, 0]]


def test_the_generator_writes_bullets_and_the_checker_follows_them() -> None:
    bullets = json.loads(ask(prompts.write(PAIRS, [C])))["bullets"]
    reply = json.loads(ask(prompts.apply(PAIRS[1:], A, bullets), "offline/checker"))
    assert reply == {"grid": [list(row) for row in flipped(A)], "note": ""}


def test_without_schema_and_json_the_replies_are_plain() -> None:
    plain = [{"role": "user", "content": texts(prompts.write(PAIRS, [C]))}]
    assert ask(plain, schema=None).startswith("- ")
    follow = [{"role": "user", "content": texts(prompts.apply(PAIRS, A, ["Flip the grid horizontally."]))}]
    assert ask(follow, "checker", schema=None) == "2 0 1\n3 0 0"


def test_what_the_checker_does_not_understand_is_in_its_note() -> None:
    reply = json.loads(ask(prompts.apply(PAIRS, A, ["Ponder the grid.", "Flip the grid horizontally."]), "checker"))
    assert reply["grid"] == [list(row) for row in flipped(A)]
    assert "Ponder the grid." in reply["note"]


def test_the_same_question_has_the_same_answer_in_any_process() -> None:
    messages = prompts.revise(PAIRS, [C], ["Rotate the grid by half a turn."], [A, B])
    here = [answer(Job("offline/generator", texts(messages), seed, "json")) for seed in range(6)]
    assert [ask(messages, seed=seed) for seed in range(6)] == here


def test_the_weak_checker_errs_by_its_seed_alone() -> None:
    messages = prompts.apply(PAIRS, A, ["Flip the grid horizontally."])
    replies = [ask(messages, "checker-weak", seed) for seed in range(40)]
    assert replies == [ask(messages, "checker-weak", seed) for seed in range(40)]
    right = sum(json.loads(r)["grid"] == [list(row) for row in flipped(A)] for r in replies)
    assert 15 < right < 40


@pytest.mark.parametrize("messages", [[], [{"role": "user", "content": "Hello!"}], [{"role": "user", "content": None}], [{}]])
@pytest.mark.parametrize("model", MODELS)
def test_a_prompt_that_is_not_recognised_gets_a_note(model: str, messages: Any) -> None:
    assert "cannot answer" in ask(messages, model)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300), st.integers(0, 5), st.data())
def test_any_prompt_gets_an_answer(noise: str, seed: int, data: st.DataObject) -> None:
    whole = texts(prompts.revise(PAIRS, [C], ["Flip the grid horizontally.", noise], [A, B]))
    lines = whole.splitlines()
    cut = data.draw(st.lists(st.integers(0, len(lines) - 1), max_size=10))
    kept = "\n".join(noise if i in cut else line for i, line in enumerate(lines))
    assert answer(Job("offline/generator-weak", kept, seed, "json"))


def test_grids_of_a_reply_are_plain_ints() -> None:
    assert not isinstance(json.loads(ask(prompts.apply(PAIRS, A, []), "checker"))["grid"][0][0], np.generic)
