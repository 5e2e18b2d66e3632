"""Nothing that can be sent to the embedded models breaks or holds them: any text, any grid, any description, any messages."""

from __future__ import annotations

import asyncio
import json
import time
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nlevolve.offline import english
from nlevolve.offline.checker import check, check_weakly
from nlevolve.offline.families.combining import MOST_REPEATS, Repeat
from nlevolve.offline.grammar import registered
from nlevolve.offline.operation import Operation
from nlevolve.offline.prompt_reading import understand
from nlevolve.offline.provider import MODELS, complete
from nlevolve.offline.sampling import sample
from nlevolve.offline.scene import Cells, Scene, cells, is_valid
from tests.offline.strategies import grids

OPERATIONS = registered(Operation)
MOST_SECONDS = 1.0
"""Of the processor, for one text: what the models promise, and some fifty times what the slowest of these takes."""

HOSTILE = {
    "very long": "recolour every red object " * 40_000,
    "deep noun phrase": "recolour the largest object in " + "the object touching " * 40 + "the largest object red",
    "conditions in conditions": "if there is an object, " * 40 + "flip the grid horizontally",
    "repeats of repeats": "repeat until nothing changes: " * 50 + "rotate the grid a quarter turn clockwise",
    "repeats after repeats": "flip the grid horizontally" + " until nothing changes" * 50,
    "exceptions to exceptions": "remove " + "every object except " * 30 + "the red object",
    "a list without end": "recolour " + "red and blue and " * 60 + "green cells red",
    "steps without end": "flip the grid horizontally, and then " * 20_000,
    "only separators": ",;:. " * 50_000,
    "only spaces": " " * 200_000 + "then" + " " * 200_000,
    "brackets that never close": "(colour " * 50_000,
    "a bracket before spaces": "(colour" + " " * 200_000 + "1",
    "numbers": "1 " * 100_000,
    "one large number": "move every object " + "9" * 100_000 + " cells to the left",
    "other alphabets": "𝟙٣é\u2028\x00\ud800" * 20_000,
    "grid-like": ("[" * 500 + "1, " * 60 + "]" * 500 + "\n") * 200,
}


@pytest.fixture(autouse=True, scope="module")
def wordings() -> None:
    """People's wordings are parsed once, with the first text that needs them."""
    english.steps("do something that nobody has words for")


def seconds(work: Any, *arguments: Any) -> float:
    """Of the processor, so that a busy machine does not matter."""
    began = time.process_time()
    work(*arguments)
    return time.process_time() - began


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_no_text_holds_the_reader(text: str) -> None:
    assert seconds(english.steps, text) < MOST_SECONDS
    assert seconds(understand, text) < MOST_SECONDS
    assert seconds(understand, f"# Input grid\n1 2\n# Description\n- {text}\n# Results\nGot:\n{text}") < MOST_SECONDS


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32), st.integers(0, 6), st.integers(0, 6))
def test_sentences_torn_apart_and_run_together_do_not_hold_the_reader(seed: int, swaps: int, losses: int) -> None:
    rng = Random(seed)
    words = " ".join(english.say(sample(rng.choice(OPERATIONS), rng)) for _ in range(3)).split()
    for _ in range(swaps):
        here, there = rng.randrange(len(words)), rng.randrange(len(words))
        words[here], words[there] = words[there], words[here]
    del words[: min(losses, len(words) - 1)]
    assert seconds(english.steps, " ".join(words)) < MOST_SECONDS


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(grids(), st.integers(0, 2**32))
def test_any_description_on_any_grid_gives_a_grid(grid: Cells, seed: int) -> None:
    rng = Random(seed)
    bullets = [english.say(sample(rng.choice(OPERATIONS), rng)) for _ in range(rng.randint(0, 8))]
    before = grid.copy()
    for checked in (check(bullets, grid), check_weakly(bullets, grid, rng)):
        assert is_valid(checked.grid), bullets
    assert (grid == before).all()


def test_what_would_go_on_for_ever_is_stopped() -> None:
    endless = "Repeat until nothing changes: rotate the grid a quarter turn clockwise."
    assert isinstance(english.read(endless), Repeat)
    grid = cells([[1, 2, 3], [4, 5, 6]])
    turns = MOST_REPEATS % 4
    expected = check(["Rotate the grid a quarter turn clockwise."] * turns, grid).grid
    assert check([endless], grid).grid.tolist() == expected.tolist()


@pytest.mark.parametrize(
    "sentence",
    [
        "Enlarge every cell to a block of nine by nine cells of its colour.",
        "Put three copies of the grid side by side.",
        "Replace every coloured cell by a copy of the whole grid and every other cell by an empty block.",
        "Add a border of one red cell around the grid.",
    ],
)
def test_no_grid_outgrows_thirty(sentence: str) -> None:
    grid = cells([[1, 2] * 14] * 28)
    followed = english.follow([sentence] * 8, Scene(grid))
    assert not followed.unread
    assert is_valid(followed.scene.grid)


parts = st.recursive(
    st.one_of(st.none(), st.text(max_size=60), st.integers(), st.sampled_from(["# Test", "1 0\n0 1", "# Description\n- Flip."])),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(["text", "type", "x"]), inner, max_size=2)
    ),
    max_leaves=5,
)
messages = st.lists(
    st.fixed_dictionaries({}, optional={"role": st.sampled_from(["system", "user", "assistant", "tool", "?"]), "content": parts}),
    max_size=4,
)


@settings(max_examples=150, deadline=None)
@given(messages, st.sampled_from(MODELS), st.integers(-5, 2**40), st.booleans())
def test_any_messages_get_an_answer(asked: list[dict[str, Any]], model: str, seed: int, strict: bool) -> None:
    reply = asyncio.run(complete(model, asked, seed, {"type": "object"} if strict else None))
    assert reply.text
    assert reply.prompt_tokens > 0
    if strict:
        assert isinstance(json.loads(reply.text), dict)
