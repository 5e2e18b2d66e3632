"""What became of a question: one row each, from which every figure of an exam is made."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from nlevolve.puzzle.grids import Grid
from nlevolve.records import Record, Text

Outcome = Literal["exact", "wrong", "size", "unreadable", "not_understood", "refused", "unreached"]
"""exact: the grid, cell by cell; wrong: another of its size; size: one of another size; unreadable: the model answered, but
with no grid, nor after its repair request. The others are no evidence of how well it follows: not_understood: an embedded
checker cannot read the description; refused, unreached: the provider."""
ANSWERED: tuple[Outcome, ...] = ("exact", "wrong", "size", "unreadable")


class Row(Record):
    """One question put to one checker."""

    checker: str
    """litellm model string."""
    task: str
    grid: int
    """Which of the description's grids, from 0."""
    arm: Literal["true", "empty", "shuffled"]
    shown: Literal["others", "none"]
    sample: int = 0
    outcome: Outcome
    accuracy: float | None = None
    """Cell accuracy, 0..1; 0 for a grid of another size, or none; None where nobody answered."""
    cells: int
    """Of the larger of input and output."""
    words: int
    """Of the true description."""
    cost_usd: float | None = 0.0
    """What the reply cost when it was bought, its repair included. None: the price is unknown."""
    seconds: float = 0.0
    """What it took when it was bought."""
    why: Text = ""
    """What was wrong, where there is no grid."""
    answer: Grid | None = Field(default=None, exclude=True)

    @property
    def answered(self) -> bool:
        return self.outcome in ANSWERED

    @property
    def exact(self) -> bool:
        return self.outcome == "exact"
