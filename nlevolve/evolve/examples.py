"""Which births are shown rules of other tasks as examples of good descriptions, and which rules: those that fit best. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from pydantic import BaseModel, ConfigDict, Field

from nlevolve.evolve.wording import Wordings
from nlevolve.puzzle.kinship import pairs_of
from nlevolve.records import Birth, Entry

DIGITS = 5
"""Of a likeness: what is closer than that counts as equal, and the earlier entry comes first."""


class ExamplesPolicy(BaseModel):
    """How a library is used, where there is one (`--library`). Presets set these under [policy.examples]."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    most: int = Field(2, ge=1, le=8)
    """How many rules of other tasks a birth is shown, at most."""
    every: int = Field(2, ge=1)
    """Of the births that write a description, every so-manieth is shown some; 1: each of them. The others are asked as ever."""
    words: float = Field(0.5, ge=0, le=1)
    """How much the words of what was thought of so far count beside what the tasks are like."""


def is_shown(birth: Birth, policy: ExamplesPolicy) -> bool:
    """Whether a birth is to be shown examples: by its number alone, so that whoever repeats a run shows it the same."""
    return birth.operator == "write" and (birth.index + 1) % policy.every == 0


@dataclass(frozen=True)
class Shelf:
    """What of a library may be shown to one task."""

    entries: tuple[Entry, ...]
    likeness: tuple[float, ...]
    """Of each entry's task to this one, 0..1."""

    def examples(self, birth: Birth, said: Iterable[str], policy: ExamplesPolicy) -> tuple[Entry, ...]:
        """What a birth is shown; nothing if it is not one that is shown any. `said`: bullets of the descriptions that it may see.

        Births that see the same are shown one handful after the other, the best fitting one first; behind the last comes the
        first again.
        """
        if not self.entries or not is_shown(birth, policy):
            return ()
        ranked = self._ranked(said, policy.words)
        begins = birth.index // policy.every * policy.most
        return tuple(ranked[(begins + n) % len(ranked)] for n in range(min(policy.most, len(ranked))))

    def _ranked(self, said: Iterable[str], weight: float) -> list[Entry]:
        """Best first, one of each task."""
        words = self._wordings.likeness(said) if weight else None
        both = zip(self.likeness, words or self.likeness, strict=True)
        scores = [round((1 - weight) * tasks + weight * wordings, DIGITS) for tasks, wordings in both]
        order = sorted(range(len(self.entries)), key=lambda place: (-scores[place], place))
        found: list[Entry] = []
        had: set[str] = set()
        for entry in (self.entries[place] for place in order):
            if had.isdisjoint(pairs := pairs_of(entry.fingerprints)):
                found.append(entry)
                had.update(pairs)
        return found

    @cached_property
    def _wordings(self) -> Wordings:
        return Wordings([entry.description.bullets for entry in self.entries])
