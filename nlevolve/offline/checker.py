"""The embedded checkers: one follows a description on one grid to the letter, the weak one misreads, the clever one cheats."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

import numpy as np

from nlevolve.offline.english import follow
from nlevolve.offline.prompt_reading import Asked
from nlevolve.offline.scene import Cells, Scene
from nlevolve.offline.solving import see_through

DROPS_A_BULLET = 0.15
"""Chance in one call that the weak checker overlooks a bullet."""
SLIPS_A_CELL = 0.15
"""Chance in one call that the weak checker writes one cell wrongly."""
IGNORES_THE_WORDS = 0.9
"""Chance in one call that the clever checker solves the puzzle from the examples, whatever the description says."""


@dataclass(frozen=True, eq=False)
class Checked:
    """The grid a description leads to, and what could not be followed."""

    grid: Cells
    note: str


def check(bullets: Sequence[str], grid: Cells) -> Checked:
    """Follow the bullets in order; what is not understood is left out and said in the note."""
    followed = follow(bullets, Scene(grid))
    return Checked(followed.scene.grid, followed.note)


def check_weakly(bullets: Sequence[str], grid: Cells, rng: Random) -> Checked:
    """The same by somebody careless: with fixed chances a bullet is overlooked or a cell slips."""
    bullets = list(bullets)
    if bullets and rng.random() < DROPS_A_BULLET:
        del bullets[rng.randrange(len(bullets))]
    checked = check(bullets, grid)
    if rng.random() < SLIPS_A_CELL:
        slipped = np.array(checked.grid)
        slipped[rng.randrange(slipped.shape[0]), rng.randrange(slipped.shape[1])] = rng.randrange(10)
        return Checked(slipped, checked.note)
    return checked


def check_cleverly(bullets: Sequence[str], asked: Asked, rng: Random) -> Checked:
    """The same by somebody who mostly looks at the examples alone, and follows the words where he sees no rule in them."""
    assert asked.target is not None
    seen = see_through(asked) if rng.random() < IGNORES_THE_WORDS else None
    return check(bullets, asked.target) if seen is None else Checked(seen, "")
