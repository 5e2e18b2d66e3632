"""Quantities: numbers that a grid tells ("the number of its colours")."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from nlevolve.offline.grammar import Words
from nlevolve.offline.operation import Examples
from nlevolve.offline.scene import Scene


class Quantity(Words):
    """A number that depends on the grid; the background does not count as a colour."""

    COLOURS = ("the number of colours", "the number of its colours", "how many colours it has")
    CELLS = ("the number of coloured cells", "how many coloured cells it has", "the count of coloured cells")
    OBJECTS = ("the number of objects", "how many objects it has", "the count of objects")
    EMPTY = ("the number of background cells", "the number of empty cells")
    SHADES = ("the number of colours, background included", "the number of all colours")

    def of(self, scene: Scene) -> int:
        return _QUANTITIES[self](scene)


_QUANTITIES: dict[Quantity, Callable[[Scene], int]] = {
    Quantity.COLOURS: lambda s: len(s.colours),
    Quantity.CELLS: lambda s: int(s.foreground.sum()),
    Quantity.OBJECTS: lambda s: len(s.objects),
    Quantity.EMPTY: lambda s: int((~s.foreground).sum()),
    Quantity.SHADES: lambda s: int(np.count_nonzero(s.counts)),
}


def quantities_for(examples: Examples, wanted: Sequence[int]) -> Iterator[Quantity]:
    """Those that are as wanted in every pair."""
    for quantity in Quantity:
        if all(quantity.of(e.scene) == number for e, number in zip(examples, wanted, strict=True)):
            yield quantity
