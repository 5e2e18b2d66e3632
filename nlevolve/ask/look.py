"""How a task is shown to whoever is asked: how its grids are written, and what stands beside them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from nlevolve.llm.settings import RoleSettings
from nlevolve.puzzle.notations import Grids
from nlevolve.records import Birth, Eye, Unseen


@dataclass(frozen=True)
class Look:
    """One way of showing a task."""

    grids: Grids = "digits"
    facts: bool = False
    eye: Eye = "none"
    numbered: bool = True
    """Whether pictures have numbers of rows and columns."""

    def less(self, unseen: Collection[Unseen]) -> Look:
        """The same without what is left out."""
        return replace(self, eye="none" if "pictures" in unseen else self.eye, facts=self.facts and "facts" not in unseen)


PLAIN = Look()


def look_of(settings: RoleSettings) -> Look:
    """How a role is shown a task."""
    return Look(settings.grids, settings.facts, settings.images, settings.image_numbers)


def look_of_birth(birth: Birth, numbered: bool = True) -> Look:
    """How whoever writes for a birth is shown its task: it is decided when the birth is planned."""
    return Look(birth.grids, birth.facts, birth.eye, numbered)
