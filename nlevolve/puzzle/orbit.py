"""What a task is whichever way it is turned and coloured: one digest for all its symmetric and recoloured copies."""

from __future__ import annotations

import hashlib
from itertools import chain

from nlevolve.puzzle.symmetry import SYMMETRIES
from nlevolve.puzzle.tasks import Pair, Task


def orbit(task: Task) -> str:
    """SHA-256, in hex, of the training pairs up to the 8 symmetries, to names of colours and to the order of the pairs.

    Test inputs are left out: data sets share tasks whose pairs are parted in other ways. Colours are named anew in each pair, so
    two tasks may fall together that differ in which colours their pairs share: rare, and on the safe side for who keeps copies
    apart.
    """
    seen = (sorted(_named(symmetry.pair(pair)) for pair in task.pairs) for symmetry in SYMMETRIES)
    return hashlib.sha256(repr(min(seen)).encode()).hexdigest()


def _named(pair: Pair) -> str:
    """The pair with its colours called by the order in which they come."""
    names: dict[int, int] = {}
    for cell in chain.from_iterable((*pair.input, *pair.output)):
        names.setdefault(cell, len(names))
    return "|".join("/".join("".join(str(names[cell]) for cell in row) for row in grid) for grid in (pair.input, pair.output))
