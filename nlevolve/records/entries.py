"""What a library holds: descriptions that were right on every training pair, with what their task is like."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, model_validator

from nlevolve.records.nouns import Description, Record, Text

Short = Annotated[Text, Field(max_length=200)]
Names = Annotated[tuple[Short, ...], Field(max_length=2_000)]
MOST_USES = 1_000
"""Runs of which an entry says what became of it there."""


class Use(Record):
    """What became of an entry as an example, in one run."""

    shown: Annotated[int, Field(ge=0)] = 0
    """Births that were shown it and gave a description."""
    fitted: Annotated[int, Field(ge=0)] = 0
    """Those of them whose description fits every pair of its own task."""

    @model_validator(mode="after")
    def _adds_up(self) -> Use:
        if self.fitted > self.shown:
            raise ValueError(f"{self.fitted:,} births fitted, and it was shown to {self.shown:,}")
        return self


class Entry(Record):
    """One description of a library, one line of its file. A perfect one: it fits every training pair of its task."""

    v: Literal[1] = 1
    """Version of the format."""
    id: Annotated[str, Field(pattern=r"^[0-9a-f]{12}$")]
    """Of the task's fingerprints and the words: equal for what says the same of the same task."""
    task: Short
    """Its id. It tells people where the words are from, and keeps them from that task; no prompt ever holds it."""
    description: Description
    traits: Names = ()
    """What can be said of the task at a glance (puzzle/traits.py)."""
    fingerprints: Names
    """Of the task's training pairs and of all its inputs: the same for every symmetry and recolouring (puzzle/kinship.py)."""
    origin: Short = ""
    """Where it is from: a run's name, or a file's."""
    model: Short = ""
    """Who wrote it; empty for people."""
    uses: Annotated[Mapping[str, Use], Field(max_length=MOST_USES)] = {}
    """Id of a run -> what became of it there."""

    @property
    def shown(self) -> int:
        return sum(use.shown for use in self.uses.values())

    @property
    def fitted(self) -> int:
        return sum(use.fitted for use in self.uses.values())
