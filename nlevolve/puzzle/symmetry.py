"""The 8 symmetries of the square and colour relabellings, on grids, pairs and tasks, each with its inverse."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from random import Random

from nlevolve.puzzle.grids import Grid
from nlevolve.puzzle.tasks import Pair, Task

COLOURS = tuple(range(10))


@dataclass(frozen=True, slots=True)
class Transform:
    """Mirror left and right if `mirrored`, turn clockwise by `turns` quarters, and give every colour c the name `colours[c]`.

    Raises ValueError when `colours` is not a permutation of 0..9.
    """

    turns: int = 0
    mirrored: bool = False
    colours: tuple[int, ...] = COLOURS

    def __post_init__(self) -> None:
        if sorted(self.colours) != list(COLOURS):
            raise ValueError(f"not a permutation of the colours 0 to 9: {self.colours}")
        if self.turns not in range(4):
            raise ValueError(f"0 to 3 quarter turns, not {self.turns}")

    def grid(self, of: Grid) -> Grid:
        rows = tuple(row[::-1] for row in of) if self.mirrored else of
        for _ in range(self.turns):
            rows = tuple(zip(*rows[::-1], strict=True))
        if self.colours == COLOURS:
            return rows
        return tuple(tuple(self.colours[cell] for cell in row) for row in rows)

    def pair(self, of: Pair) -> Pair:
        return Pair(self.grid(of.input), self.grid(of.output))

    def task(self, of: Task) -> Task:
        """The same task as seen through this transform: every pair and every test input."""
        return replace(of, pairs=tuple(self.pair(pair) for pair in of.pairs), tests=tuple(self.grid(test) for test in of.tests))

    @property
    def inverse(self) -> Transform:
        """`t.inverse.grid(t.grid(g)) == g`. A mirroring with turns is a reflection, and so its own inverse."""
        turns = self.turns if self.mirrored else -self.turns % 4
        return Transform(turns, self.mirrored, tuple(self.colours.index(colour) for colour in COLOURS))

    def then(self, other: Transform) -> Transform:
        """Both, this one first."""
        turns = other.turns + (-self.turns if other.mirrored else self.turns)
        colours = tuple(other.colours[colour] for colour in self.colours)
        return Transform(turns % 4, self.mirrored != other.mirrored, colours)

    def __str__(self) -> str:
        """What it does in a few words for people; empty for the identity."""
        does = ["mirrored"] * self.mirrored
        does += [f"turned {90 * self.turns}°"] * (self.turns > 0)
        does += [f"colours {''.join(map(str, self.colours))}"] * (self.colours != COLOURS)
        return ", ".join(does)


IDENTITY = Transform()
SYMMETRIES: tuple[Transform, ...] = tuple(Transform(turns, mirrored) for mirrored in (False, True) for turns in range(4))
"""All eight, the identity first."""


def relabelling(rng: Random, keep: Iterable[int] = (0,)) -> Transform:
    """A random permutation of the colours other than those to keep: black, the usual background, if nothing else is said."""
    free = [colour for colour in COLOURS if colour not in set(keep)]
    named = dict(zip(free, rng.sample(free, len(free)), strict=True))
    return Transform(colours=tuple(named.get(colour, colour) for colour in COLOURS))
