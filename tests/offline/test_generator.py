"""The embedded generator: what each move makes of pairs, parents and their results."""

from __future__ import annotations

import numpy as np
import pytest

from nlevolve.offline import remembering
from nlevolve.offline.checker import check
from nlevolve.offline.generator import EFFORTS, generate
from nlevolve.offline.hypotheses import Hypothesis, Meter, explore, puzzle_of
from nlevolve.offline.prompt_reading import Asked, Parent
from nlevolve.offline.scene import Cells, cells

RNG = np.random.default_rng(7)
INPUTS = [cells(RNG.integers(0, 4, size)) for size in ((3, 4), (4, 5), (5, 3))]
TEST = cells(RNG.integers(0, 4, (4, 4)))


def asked(rule: list[str], *parents: list[str], inputs: list[Cells] = INPUTS) -> Asked:
    """A prompt about the pairs that a description makes, with parents followed on them."""
    outputs = [check(rule, grid).grid for grid in inputs]
    shown = [Parent(list(p), {n: check(p, grid).grid for n, grid in enumerate(inputs, 1)}) for p in parents]
    return Asked(dict(enumerate(inputs, 1)), dict(enumerate(outputs, 1)), [TEST], parents=shown)


def is_right(bullets: tuple[str, ...], question: Asked) -> bool:
    return all(np.array_equal(check(bullets, question.inputs[n]).grid, question.outputs[n]) for n in question.numbers)


FLIP = "Flip the grid horizontally, so that left and right change places."
SWAP = "Swap the colours blue and red."


@pytest.mark.parametrize("effort", [effort for effort in EFFORTS.values() if not effort.eager])
def test_seed_0_writes_the_best_idea(effort: object) -> None:
    assert generate(asked([FLIP]), 0, effort) == (FLIP,)


def test_other_seeds_write_other_ideas() -> None:
    question = asked([FLIP, SWAP, "Repeat the grid two times down and two times across."])
    assert len({generate(question, seed, EFFORTS["normal"]) for seed in range(6)}) >= 4


def test_revise_adds_the_step_that_is_missing() -> None:
    revised = generate(asked([FLIP, SWAP], [FLIP]), 0, EFFORTS["normal"])
    assert revised[0] == FLIP
    assert is_right(revised, asked([FLIP, SWAP]))


def test_revise_tells_a_step_otherwise() -> None:
    question = asked(["Change red to green and blue to black."], ["Change red to green and blue to green."])
    assert is_right(generate(question, 0, EFFORTS["normal"]), question)


def test_revise_drops_a_step_that_spoils_the_rest() -> None:
    question = asked([SWAP], [SWAP, "Rotate the grid by half a turn."])
    assert generate(question, 0, EFFORTS["normal"]) == (SWAP,)


def test_revise_goes_on_from_what_the_reader_got_where_a_bullet_is_not_understood() -> None:
    question = asked([FLIP, SWAP], ["Look at it in the glass."])
    question.parents[0].got = dict(enumerate((check([FLIP], grid).grid for grid in INPUTS), 1))
    assert generate(question, 0, EFFORTS["normal"])[-1] == SWAP


def test_recombine_puts_the_steps_of_two_parents_together() -> None:
    turn = "Rotate the grid a quarter turn clockwise."
    question = asked([turn, SWAP], [turn], [SWAP])
    assert is_right(generate(question, 0, EFFORTS["normal"]), question)


def test_recombine_finds_the_condition_that_tells_the_parents_pairs_apart() -> None:
    rule = "If there is a maroon cell, flip the grid horizontally; otherwise flip the grid vertically"
    marked = [np.array(grid) for grid in INPUTS]
    marked[1][0, 0] = 9
    question = asked([rule], [FLIP], ["Flip the grid vertically."], inputs=[cells(grid) for grid in marked])
    combined = generate(question, 0, EFFORTS["normal"])
    assert is_right(combined, question)
    assert combined[0].startswith("If ")


def test_recombine_never_says_mostly_the_same_again_and_again() -> None:
    """Spliced, parents that share a step have it four times and more: nobody would read that as a rule."""
    step = "Move every object one cell down."
    grids = [cells(np.random.default_rng(number).integers(0, 4, (9, 9))) for number in range(3)]
    question = asked([step] * 5 + [SWAP], [step] * 2, [step] * 2, inputs=grids)
    for seed in range(3):
        bullets = generate(question, seed, EFFORTS["normal"])
        assert 2 * len(set(bullets)) > len(bullets) or len(bullets) < 4, bullets


def test_steps_that_help_no_pair_are_left_out() -> None:
    useless = "Change orange to grey."
    assert generate(asked([FLIP, SWAP], [useless, FLIP]), 0, EFFORTS["normal"]) in [(FLIP, SWAP), (SWAP, FLIP)]


def test_where_nothing_fits_there_is_still_a_description() -> None:
    noise = Asked({1: INPUTS[0]}, {1: cells(RNG.integers(0, 10, (7, 9)))}, [])
    for seed in range(4):
        assert all(generate(noise, seed, EFFORTS["weak"]))


def test_what_is_remembered_changes_no_answer() -> None:
    question = asked([FLIP, SWAP, "Remove every object that touches the border."], [FLIP])
    first = [generate(question, seed, EFFORTS["normal"]) for seed in range(4)]
    backwards = []
    for seed in reversed(range(4)):
        remembering.forget()
        backwards.append(generate(question, seed, EFFORTS["normal"]))
    assert first == backwards[::-1]


def test_a_search_ends_when_its_work_is_used_up() -> None:
    puzzle = puzzle_of([(grid, grid[::-1]) for grid in INPUTS], [])
    tried = [len(explore(Hypothesis((), puzzle), Meter(units))) for units in (0, 200, 2000)]
    assert tried[0] == 0
    assert tried[0] < tried[1] < tried[2]
