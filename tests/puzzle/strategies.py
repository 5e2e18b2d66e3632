"""What hypothesis draws in the tests of puzzles: grids, transforms, tasks."""

from __future__ import annotations

from hypothesis import strategies as st

from nlevolve.puzzle.grids import Grid
from nlevolve.puzzle.symmetry import Transform
from nlevolve.puzzle.tasks import Pair, Task


def of_width(width: int) -> st.SearchStrategy[Grid]:
    return st.lists(st.tuples(*[st.integers(0, 9)] * width), min_size=1, max_size=30).map(tuple)


GRIDS: st.SearchStrategy[Grid] = st.integers(1, 30).flatmap(of_width)
PAIRS = st.builds(Pair, GRIDS, GRIDS)
TASKS = st.builds(
    Task,
    id=st.just("drawn"),
    pairs=st.lists(PAIRS, min_size=1, max_size=3).map(tuple),
    tests=st.lists(GRIDS, min_size=1, max_size=2).map(tuple),
)
TRANSFORMS = st.builds(Transform, st.integers(0, 3), st.booleans(), st.permutations(range(10)).map(tuple))
