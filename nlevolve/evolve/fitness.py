"""Attempts on the training pairs -> Fitness, and the order that ranks candidates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from nlevolve.records import Attempt, Refused, Skipped, Unreached

Rank = Literal["pairs", "cells"]
"""What counts first: exact pairs (Berman v1), or mean cell accuracy (Berman v2)."""


@dataclass(frozen=True, slots=True)
class Fitness:
    """What a candidate is worth on its task's training pairs.

    `cells` is the mean cell accuracy over all pairs, 0..1; a pair without a valid grid counts 0.
    """

    exact: int
    pairs: int
    cells: float
    words: int
    judged: bool
    """Every pair has an answer; without that a candidate is neither perfect nor above one that has."""
    unseen: int = 0
    """1 when a pair that was hidden from the generator came out exact: the rule is general, not remembered."""

    @property
    def perfect(self) -> bool:
        return self.judged and self.exact == self.pairs

    def key(self, rank: Rank = "pairs") -> tuple[float, ...]:
        """Sorts ascending; the largest is the best. Ties go to rules shown general, then to fewer words."""
        main = (self.exact, self.cells) if rank == "pairs" else (self.cells, self.exact)
        general = self.unseen if self.perfect else 0
        return (self.judged, *main, general, -self.words)


def fitness(attempts: Sequence[Attempt], words: int, blind: int | None = None) -> Fitness:
    """The worth of one attempt a training pair; the denominator is always the number of pairs."""
    return Fitness(
        exact=sum(a.exact for a in attempts),
        pairs=len(attempts),
        cells=sum(a.cells for a in attempts) / len(attempts),
        words=words,
        judged=not any(isinstance(a, Unreached | Refused | Skipped) for a in attempts),
        unseen=int(blind is not None and attempts[blind].exact),
    )
