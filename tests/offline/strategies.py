"""Hypothesis strategies: grids as puzzles have them."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from nlevolve.offline.scene import Cells, cells


def grids(most: int = 30) -> st.SearchStrategy[Cells]:
    """Grids of all sizes, with few colours (as puzzles have) or many, sparse or dense."""

    def fill(drawn: tuple[int, int, int, int]) -> Cells:
        rows, columns, colours, seed = drawn
        rng = np.random.default_rng(seed)
        palette = rng.permutation(10)[:colours] if rng.random() < 0.3 else np.arange(colours)
        coloured = rng.random((rows, columns)) < rng.random()
        return cells(np.where(coloured, rng.choice(palette, (rows, columns)), palette[0]))

    side = st.integers(1, most)
    return st.tuples(side, side, st.integers(1, 10), st.integers(0, 2**32 - 1)).map(fill)
