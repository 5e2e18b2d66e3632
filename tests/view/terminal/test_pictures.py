"""Grids beside the truth, at any size."""

import pytest

from nlevolve.puzzle.grids import Grid, cell_accuracy
from nlevolve.records import (
    Attempt,
    Birth,
    CandidateChecked,
    Description,
    Followed,
    Garbled,
    RunStarted,
    Skipped,
    TaskStarted,
    Unreached,
)
from nlevolve.view.terminal.panels.look import Look
from nlevolve.view.terminal.panels.pictures import grids
from nlevolve.view.terminal.summary import Summary
from tests.view.fake_run import START


def grid(rows: int, columns: int, cell: int = 0) -> Grid:
    return ((cell,) * columns,) * rows


def look(*pairs: tuple[Grid, Grid, Attempt], colour: bool = False) -> Look:
    """A task of these pairs (input, output, what the only candidate made of it)."""
    summary = Summary()
    summary.see(RunStarted(at=START, run="r", models={}, preset="quick", tasks=("t",), concurrency=1))
    known = tuple((source, truth) for source, truth, _ in pairs)
    summary.see(TaskStarted(at=START, task="t", pairs=known, tests=(), copy_accuracy=0.0, births=1))
    birth, told = Birth(index=0, operator="write", model="m"), Description(bullets=("Do.",))
    attempts = tuple(attempt for _, _, attempt in pairs)
    summary.see(CandidateChecked(at=START, task="t", birth=birth, description=told, attempts=attempts))
    return Look(summary, START, focus="t", colour=colour)


def followed(got: Grid, truth: Grid, pair: int = 0) -> Followed:
    return Followed(pair=pair, grid=got, accuracy=cell_accuracy(got, truth))


def text(of: Look, width: int, height: int) -> str:
    return "\n".join(row.plain.rstrip() for row in grids(of, width, height))


TRUTH = grid(3, 3, 1)
WRONG = (*grid(2, 3, 1), (1, 1, 4))


def test_wrong_cells_are_crossed_out() -> None:
    told = text(look((grid(3, 3), TRUTH, followed(WRONG, TRUTH))), 60, 10)
    assert told.splitlines()[0].split() == ["pair", "1", "truth", "✗", "89%"]
    assert told.count("×") == 1
    assert told.splitlines()[3].endswith("×4")


def test_a_pair_loses_its_input_before_its_truth() -> None:
    wide = grid(3, 20)
    of = look((wide, wide, followed(wide, wide)))
    assert text(of, 130, 10).splitlines()[0].split() == ["pair", "1", "truth", "✔", "exact"]
    assert text(of, 66, 10).count("0" * 20) == 6  # input and truth; what is right in the third stands as dots
    assert text(of, 45, 10).splitlines()[0].split() == ["pair", "1", "truth", "✔", "exact"]
    assert text(of, 45, 10).count("0" * 20) == 3
    assert text(of, 21, 10).splitlines()[0].split() == ["pair", "1", "✔", "exact"]


def test_half_blocks_need_colour() -> None:
    of = (grid(20, 20), grid(20, 20), followed(grid(20, 20), grid(20, 20)))
    assert len(text(look(of, colour=True), 70, 11).splitlines()) == 11
    assert "more lines" not in text(look(of, colour=True), 70, 11)
    assert "⋮ 11 more lines" in text(look(of), 70, 11)


def test_what_is_wrong_comes_first_and_what_does_not_fit_is_left_out() -> None:
    right, wrong = (TRUTH, TRUTH, followed(TRUTH, TRUTH)), (grid(3, 3), TRUTH, followed(WRONG, TRUTH, 1))
    told = text(look(right, wrong), 60, 4)
    assert told.index("pair 2") < told.index("pair 1")
    assert "pair 1" not in text(look(right, wrong), 30, 4)


@pytest.mark.parametrize(
    ("attempt", "said"),
    [
        (Garbled(pair=0, why="no\x1b[2J grid"), "✗ no grid: no grid"),
        (Unreached(pair=0, why="503"), "no reply"),
        (Skipped(pair=0), "not asked"),
        (followed(grid(2, 5), TRUTH), "✗ 2×5"),
        (Followed(pair=0, grid=WRONG, accuracy=0.999), "✗ 99%"),
    ],
)
def test_the_verdict_is_in_words(attempt: Attempt, said: str) -> None:
    assert said in text(look((TRUTH, TRUTH, attempt)), 80, 10)
