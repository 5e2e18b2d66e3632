"""What comes after a rule that fits: an eager generator's narrow rules, and how they are widened, doubted, and outdone."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from nlevolve.ask.replies import read_choice, read_review
from nlevolve.offline.answer import Job, answer
from nlevolve.offline.believing import told
from nlevolve.offline.checker import check
from nlevolve.offline.generator import EFFORTS, generate, puzzle_of_prompt
from nlevolve.offline.prompt_reading import texts, understand
from nlevolve.offline.reviewing import review
from nlevolve.offline.scene import cells
from nlevolve.puzzle.grids import Grid
from tests.offline import prompts

FLIP = "Flip the grid horizontally, so that left and right change places."
GUARDED = f"If there are exactly two colours besides the background, f{FLIP[1:]}"
A: Grid = ((1, 0, 2), (0, 0, 2), (0, 0, 0))
B: Grid = ((1, 2, 0, 0), (0, 0, 0, 1), (0, 0, 2, 0))
PAIRS = [(grid, tuple(row[::-1] for row in grid)) for grid in (A, B)]
TEST: Grid = ((3, 0, 2), (0, 4, 5))
"""Four colours where every pair has two."""
FLIPPED = tuple(row[::-1] for row in TEST)
BASE = {"pairs": prompts.pairs_shown(PAIRS), "tests": [prompts.shown(TEST, 1)], "view": ""}


def told_as(letter: str, *bullets: str) -> dict[str, Any]:
    return {"letter": letter, "bullets": bullets, "exact": len(PAIRS), "pairs": len(PAIRS)}


def asked(name: str, **fields: Any) -> str:
    return texts(prompts.messages(name, **BASE, **fields))


GENERALISE = asked("generalise.md", parent=told_as("A", GUARDED), doubt="It counts colours.")
ALTERNATIVE = asked("alternative.md", parents=[told_as("A", GUARDED), told_as("B", FLIP)])
RESTART = asked("restart.md", tried=[{"said": FLIP, "outcome": "exact on 0 of 2 pairs"}])
REVIEW = asked("review.md", bullets=[GUARDED])
JUDGE = asked(
    "judge.md",
    input=prompts.shown(TEST),
    candidates=[vars(prompts.shown(grid)) | {"letter": x, "votes": v} for x, grid, v in (("A", TEST, 67), ("B", FLIPPED, 33))],
    descriptions=[told_as("A", GUARDED), told_as("B", FLIP)],
)


def followed(bullets: tuple[str, ...]) -> Grid:
    return tuple(map(tuple, check(bullets, cells(TEST)).grid.tolist()))


def test_each_prompt_says_what_it_asks_for() -> None:
    found = [understand(text) for text in (GENERALISE, ALTERNATIVE, RESTART, REVIEW, JUDGE)]
    assert [one.move for one in found] == ["generalise", "alternative", "restart", "", ""]
    assert [len(one.parents) for one in found] == [1, 2, 0, 1, 2]
    assert [one.wants_review for one in found] == [False, False, False, True, False]
    assert all(one.numbers == [1, 2] and len(one.tests) == 1 and not one.wants_grid for one in found)
    assert found[2].tried == [f"{FLIP} This was exact on 0 of 2 pairs."]
    judge = found[4]
    assert [(one.letter, one.votes) for one in judge.candidates] == [("A", 67), ("B", 33)]
    assert judge.candidates[1].grid is not None
    assert judge.candidates[1].grid.tolist() == [list(row) for row in FLIPPED]
    assert [one.letter for one in judge.parents] == ["A", "B"]


def test_an_eager_generator_ties_its_rule_to_what_all_pairs_share_and_is_wrong_where_the_test_lacks_it() -> None:
    question = understand(asked("write.md"))
    eager, usual = (generate(question, 0, EFFORTS[effort]) for effort in ("eager", "normal"))
    assert told(eager, puzzle_of_prompt(question)).fits
    assert followed(eager) != FLIPPED
    assert followed(usual) == FLIPPED


@pytest.mark.parametrize("effort", EFFORTS)
def test_a_narrow_rule_is_told_so_that_it_holds_on_the_test_input(effort: str) -> None:
    assert followed(generate(understand(GENERALISE), 0, EFFORTS[effort])) == FLIPPED


def test_another_rule_goes_by_something_else_and_fits() -> None:
    rows: list[Grid] = [((1, 0, 2),), ((3, 1, 0, 0),)]
    pairs = prompts.pairs_shown([(grid, tuple(row[::-1] for row in grid)) for grid in rows])
    text = texts(prompts.messages("alternative.md", **BASE | {"pairs": pairs}, parents=[told_as("A", FLIP)]))
    other = generate(understand(text), 0, EFFORTS["normal"])
    assert told(other, puzzle_of_prompt(understand(text))).fits
    assert followed(other) != FLIPPED


def test_what_was_tried_is_put_aside() -> None:
    assert generate(understand(RESTART), 0, EFFORTS["normal"]) != (FLIP,)


@pytest.mark.parametrize(
    ("bullet", "word", "test"),
    [
        (FLIP, "accept", 0),
        (GUARDED, "doubt", 1),
        ("Rotate the grid by half a turn.", "accept", 0),
    ],
)
def test_a_rule_that_does_nothing_where_the_pairs_change_is_doubted(bullet: str, word: str, test: int) -> None:
    found = review([bullet], puzzle_of_prompt(understand(REVIEW)), 1800, False, Random(0))
    assert (found.word, found.test) == (word, test)


@pytest.mark.parametrize("form", ["json", "working", "lines", "fenced"])
def test_verdicts_and_choices_can_be_read_in_every_form(form: Any) -> None:
    verdict = read_review(answer(Job("offline/checker", REVIEW, 0, form)), tests=1)
    assert (verdict.verdict, verdict.test) == ("doubt", 0)
    choice = read_choice(answer(Job("offline/checker", JUDGE, 0, form)), shown=2)
    assert choice.picks == (1, 0)


def test_without_any_rule_the_votes_decide() -> None:
    alone = JUDGE.replace(FLIP, "Rotate the grid by half a turn.").replace("1 0 2", "1 0 3")
    choice = read_choice(answer(Job("offline/checker", alone, 0, "json")), shown=2)
    assert choice.picks == (0, 1)


def test_the_weak_one_overlooks_what_is_wrong_now_and_then() -> None:
    found = [read_review(answer(Job("offline/checker-weak", REVIEW, seed, "json")), tests=1).verdict for seed in range(40)]
    assert 0 < found.count("accept") < 20
