"""How often a random choice takes what: every place of the unit interval is drawn once, so shares are exact and not by chance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable
from random import Random
from typing import TypeVar

Value = TypeVar("Value", bound=Hashable)
DRAWS = 6000


class Placed(Random):
    """A generator whose next numbers are known, 0 <= place < 1."""

    place = 0.0

    def random(self) -> float:
        return self.place


def shares(choose: Callable[[Random], Value]) -> dict[Value, float]:
    """What `choose` takes of one random number -> how often, 0..1, to within 1 / DRAWS."""
    rng, taken = Placed(0), Counter[Value]()
    for number in range(DRAWS):
        rng.place = (number + 0.5) / DRAWS
        taken[choose(rng)] += 1
    return {value: count / DRAWS for value, count in taken.items()}
