"""The checkers: the faithful one follows to the letter, the weak one misreads a known share of calls, by its seed alone."""

from __future__ import annotations

import json
from collections.abc import Sequence
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlevolve.offline import english
from nlevolve.offline.answer import Job, answer
from nlevolve.offline.checker import DROPS_A_BULLET, IGNORES_THE_WORDS, SLIPS_A_CELL, check
from nlevolve.offline.grammar import registered
from nlevolve.offline.operation import Operation, perform
from nlevolve.offline.prompt_reading import texts
from nlevolve.offline.sampling import sample
from nlevolve.offline.scene import Cells, Scene, cells
from nlevolve.puzzle.grids import Grid
from tests.offline import prompts
from tests.offline.strategies import grids

GRID: Grid = ((1, 0, 2, 0), (0, 0, 3, 0), (4, 0, 0, 0))
PAIRS = [(GRID, GRID)]
FLIP, TURN = "Flip the grid horizontally.", "Rotate the grid a quarter turn clockwise."
BULLETS = [FLIP, TURN]
FLIPPED_THEN_TURNED = [[0, 0, 0], [0, 3, 2], [0, 0, 0], [4, 0, 1]]
TURNED_THEN_FLIPPED = [[1, 0, 4], [0, 0, 0], [2, 3, 0], [0, 0, 0]]
CALLS = 400


def ask(bullets: Sequence[str], model: str, seed: int) -> str:
    return answer(Job(model, texts(prompts.apply(PAIRS, GRID, bullets)), seed, form="json"))


def test_bullets_are_followed_in_their_order() -> None:
    assert check(BULLETS, cells(GRID)).grid.tolist() == FLIPPED_THEN_TURNED
    assert check(BULLETS[::-1], cells(GRID)).grid.tolist() == TURNED_THEN_FLIPPED


@settings(max_examples=80, deadline=None)
@given(grids(12), st.integers(0, 2**32))
def test_the_faithful_checker_does_what_the_operations_do(grid: Cells, seed: int) -> None:
    rng = Random(seed)
    operations = [sample(rng.choice(registered(Operation)), rng) for _ in range(4)]
    scene = Scene(grid)
    for operation in operations:
        scene = perform(operation, scene) or scene
    assert check([english.say(o) for o in operations], grid).grid.tolist() == scene.grid.tolist()


def test_what_is_not_understood_or_makes_no_sense_is_left_out_and_said() -> None:
    checked = check(["Admire the view.", FLIP, "Crop the grid to the box around the maroon object."], cells(GRID))
    assert checked.grid.tolist() == check([FLIP], cells(GRID)).grid.tolist()
    assert 'I did not understand: "Admire the view."' in checked.note
    assert 'This makes no sense on this grid: "Crop the grid to the box around the maroon object."' in checked.note


def test_the_faithful_checker_gives_one_answer_whatever_the_seed() -> None:
    assert len({ask(BULLETS, "offline/checker", seed) for seed in range(50)}) == 1


def test_the_weak_checker_misreads_in_about_the_share_it_says() -> None:
    right = ask(BULLETS, "offline/checker", 0)
    replies = [ask(BULLETS, "offline/checker-weak", seed) for seed in range(CALLS)]
    # a slip writes a colour drawn from ten, so one in ten changes nothing
    share = 1 - (1 - DROPS_A_BULLET) * (1 - SLIPS_A_CELL * 0.9)
    misread = sum(reply != right for reply in replies) / CALLS
    assert abs(misread - share) < 4 * (share * (1 - share) / CALLS) ** 0.5
    assert replies == [ask(BULLETS, "offline/checker-weak", seed) for seed in range(CALLS)]


def test_a_misreading_is_a_bullet_overlooked_or_one_cell() -> None:
    whole, *partial = [check(kept, cells(GRID)).grid for kept in (BULLETS, [FLIP], [TURN])]
    for seed in range(CALLS // 4):
        got = cells(json.loads(ask(BULLETS, "offline/checker-weak", seed))["grid"])
        slips = [int((got != told).sum()) for told in (whole, *partial) if told.shape == got.shape]
        assert min(slips) <= 1


@pytest.mark.parametrize("seed", range(3))
def test_the_weak_checker_follows_nothing_when_told_nothing(seed: int) -> None:
    got = cells(json.loads(ask([], "offline/checker-weak", seed))["grid"])
    assert int((got != cells(GRID)).sum()) <= 1


# the clever one: the pairs show a quarter turn, the words say what they like
TURNED = [(((1, 2), (3, 4)), ((3, 1), (4, 2))), (((5, 0), (0, 6)), ((0, 5), (6, 0))), (((7, 8, 9),), ((7,), (8,), (9,)))]
TARGET: Grid = ((1, 0, 2), (0, 0, 3))
BY_THE_EXAMPLES, BY_THE_WORDS = [[0, 1], [0, 0], [3, 2]], [[2, 0, 1], [3, 0, 0]]


def ask_cleverly(pairs: Sequence[tuple[Grid, Grid]], seed: int) -> list[list[int]]:
    found: list[list[int]] = json.loads(
        answer(Job("offline/checker-clever", texts(prompts.apply(pairs, TARGET, [FLIP])), seed, form="json"))
    )["grid"]
    return found


def test_the_clever_checker_ignores_the_words_in_about_the_share_it_says_and_follows_them_else() -> None:
    replies = [ask_cleverly(TURNED, seed) for seed in range(200)]
    assert all(reply in (BY_THE_EXAMPLES, BY_THE_WORDS) for reply in replies)
    share, said = IGNORES_THE_WORDS, replies.count(BY_THE_EXAMPLES) / len(replies)
    assert abs(said - share) < 4 * (share * (1 - share) / len(replies)) ** 0.5
    assert replies[:20] == [ask_cleverly(TURNED, seed) for seed in range(20)]


def test_the_clever_checker_follows_the_words_where_examples_show_it_no_rule() -> None:
    random: list[tuple[Grid, Grid]] = [(((1, 2, 3),), ((9,), (4,))), (((3, 3, 1),), ((0, 0), (5, 1))), (((2,),), ((7, 7, 6),))]
    assert {str(ask_cleverly(given, seed)) for given in (random, []) for seed in range(10)} == {str(BY_THE_WORDS)}


@pytest.mark.parametrize("model", ["offline/generator", "offline/generator-weak", "offline/checker"])
def test_a_puzzle_is_solved_without_a_description_by_whichever_embedded_model(model: str) -> None:
    said = answer(Job(model, texts(prompts.solve(TURNED, TARGET)), 0, form="json"))
    assert json.loads(said)["grid"] == BY_THE_EXAMPLES
