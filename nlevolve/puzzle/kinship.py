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


def fingerprints(task: Task) -> frozenset[str]:
    """One of each grid that the task gives something to do with: its training inputs and its test inputs.

    Tasks that share one are taken for the same: the whole of a task turned, mirrored or recoloured has all of them in common,
    and one whose pairs change places with its tests (as ARC-AGI-2 has many of ARC-AGI-1) still some.
    """
    return frozenset(map(fingerprint, (*(pair.input for pair in task.pairs), *task.tests)))


@lru_cache(maxsize=8192)
def fingerprint(grid: Grid) -> str:
    """The same for every symmetry of the grid and every renaming of its colours; another for any other grid."""
    least = min(_renamed(symmetry.grid(grid)) for symmetry in SYMMETRIES)
    return hashlib.sha256(repr(least).encode()).hexdigest()[:DIGITS]


def akin(one: Iterable[str], other: Iterable[str]) -> bool:
    """Whether these are fingerprints of the same task."""
    return not frozenset(one).isdisjoint(other)


def _renamed(grid: Grid) -> Grid:
    """With its colours numbered in the order in which they come."""
    names: dict[int, int] = {}
    return tuple(tuple(names.setdefault(cell, len(names)) for cell in row) for row in grid)
