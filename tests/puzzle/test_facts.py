"""Facts: what a program sees in grids is right, bounded, and never of what nobody is told."""

from __future__ import annotations

from nlevolve.puzzle.facts import LONGEST, facts, objects
from nlevolve.puzzle.grids import Grid
from nlevolve.puzzle.tasks import Pair

BAR: Grid = ((0, 0, 0), (2, 2, 0), (0, 0, 3))


def told(given: Grid, made: Grid) -> list[str]:
    return list(facts({1: Pair(given, made)}, ()).pairs[1])


def test_objects_are_cells_of_one_colour_that_touch_the_largest_first() -> None:
    assert list(map(str, objects(((2, 0, 0), (0, 2, 0), (3, 0, 2)), 0))) == [
        "red, 3 cells in rows 1 to 3, columns 1 to 3",
        "green, 1 cell in row 3, column 1",
    ]


def test_a_test_input_is_told_by_itself() -> None:
    assert facts({}, (BAR,)).tests == [
        [
            "3 rows and 3 columns; cells: black 6, red 2, green 1",
            "with black as background 2 objects: red, 2 cells in row 2, columns 1 to 2; green, 1 cell in row 3, column 3",
        ]
    ]
    assert "it is the same mirrored left to right" in facts({}, (((1, 2, 1), (0, 0, 0)),)).tests[0]


def test_what_changes_is_told_by_cells_colours_sizes_turns_and_places() -> None:
    same = told(BAR, ((0, 0, 0), (2, 2, 4), (0, 0, 4)))
    assert same[0] == "the output is as large as the input"
    assert "only the input has green" in same
    assert "only the output has yellow" in same
    assert "2 cells of 9 change, in rows 2 to 3, column 3: black to yellow 1, green to yellow 1" in same
    assert "the output is the input turned by a quarter to the right" in told(((1, 2),), ((1,), (2,)))
    assert "rows: 3 become 1 (one in 3); columns: 3 become 2" in told(BAR, ((2, 2),))
    assert "the output stands in the input, in row 2, columns 1 to 2" in told(BAR, ((2, 2),))
    assert "the input stands in the output, in row 1, columns 2 to 3" in told(((5, 6),), ((0, 5, 6), (0, 0, 0)))
    assert "no cell changes" in told(BAR, BAR)


def test_of_many_and_crowded_grids_less_is_told_each() -> None:
    crowded = tuple(tuple((r * 7 + c * 3) % 10 if (r + c) % 2 else 0 for c in range(30)) for r in range(30))
    for pairs in (3, 10, 100):
        found = facts({n: Pair(crowded, crowded[::-1]) for n in range(1, pairs + 1)}, (crowded,))
        assert 0 < sum(len(fact) for lines in (*found.pairs.values(), *found.tests) for fact in lines) <= LONGEST
