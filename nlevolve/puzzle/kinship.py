"""Whether two tasks are one, seen turned, mirrored, recoloured, or with their pairs otherwise dealt out: digests over orbits."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import lru_cache

from nlevolve.puzzle.grids import Grid
from nlevolve.puzzle.symmetry import SYMMETRIES
from nlevolve.puzzle.tasks import Task

DIGITS = 16
"""Hex digits of a fingerprint."""
PAIR = "p"
"""What that of a whole pair begins with, and no other."""


def fingerprints(task: Task) -> frozenset[str]:
    """One of each training pair, and one of each input, of the tests, too: the same for every symmetry and recolouring."""
    pairs = (PAIR + fingerprint(pair.input, pair.output) for pair in task.pairs)
    inputs = (fingerprint(grid) for grid in (*(pair.input for pair in task.pairs), *task.tests))
    return frozenset((*pairs, *inputs))


@lru_cache(maxsize=8192)
def fingerprint(*grids: Grid) -> str:
    """The same for every symmetry of the grids, taken together, and every renaming of their colours; another for any others."""
    least = min(_renamed([symmetry.grid(grid) for grid in grids]) for symmetry in SYMMETRIES)
    return hashlib.sha256(repr(least).encode()).hexdigest()[:DIGITS]


def akin(one: Iterable[str], other: Iterable[str]) -> bool:
    """Whether these are fingerprints of tasks that may be the same: they share an input, be it of a test. Of tasks with tiny
    grids some do by chance; that two share nothing though they are one cannot be."""
    return not frozenset(one).isdisjoint(other)


def pairs_of(marks: Iterable[str]) -> frozenset[str]:
    """Those of whole pairs: tasks that share one are the same."""
    return frozenset(mark for mark in marks if mark.startswith(PAIR))


def _renamed(grids: Iterable[Grid]) -> tuple[Grid, ...]:
    """With their colours numbered in the order in which they come."""
    names: dict[int, int] = {}
    return tuple(tuple(tuple(names.setdefault(cell, len(names)) for cell in row) for row in grid) for grid in grids)
