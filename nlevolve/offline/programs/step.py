"""A step being written as Python: what it looks up first, what must be there for it, and what it does then."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from nlevolve.offline.nouns.colours import Colour, Named
from nlevolve.offline.nouns.objects import Objects
from nlevolve.offline.operation import Operation
from nlevolve.offline.programs.nouns import colour_expression, picked
from nlevolve.offline.programs.unsaid import Unsaid

EACH_STEP = "background_of(grid)"
"""The background of who was told nothing of it: looked up anew at every step."""
OBJECTS = "objects_of(grid, background)"
"""The objects of who was told nothing of them."""


@dataclass
class Sight:
    """How the grid is looked at, as the definitions before have it."""

    background_is_said: bool = False
    objects: str = OBJECTS


@dataclass
class Step:
    """What is written of one operation so far."""

    sight: Sight
    setup: list[str] = field(default_factory=list)
    needs: list[str] = field(default_factory=list)
    """Conditions without which the step makes no sense, and is left out."""
    holds_steps: bool = False
    """Whether its lines are those of other steps, which look up for themselves what they use."""

    def colour(self, phrase: Colour, name: str = "colour") -> str:
        """An expression for a colour; looked up under a name where the grid may have none such."""
        said = colour_expression(phrase)
        if isinstance(phrase, Named) or said in ("background", "most_common([cell for row in grid for cell in row])"):
            return said
        self.setup.append(f"{name} = {said}")
        self.needs.append(f"{name} is not None")
        return name

    def objects(self, phrase: Objects, *, needed: bool = False) -> str:
        """The name of the chosen objects; `needed`: of which there must be some."""
        return self.lookup("chosen", picked(phrase), needed="chosen" if needed else None)

    def lookup(self, name: str, said: str, *, needed: str | None = None) -> str:
        """Give something a name; `needed` is the condition that it must fulfil."""
        self.setup.append(f"{name} = {said}")
        if needed is not None:
            self.needs.append(needed)
        return name

    def written(self, body: str) -> list[str]:
        """All lines, with the names that they use looked up before."""
        lines = body.strip("\n").split("\n") if body else []
        if self.needs:
            lines = [f"if {' and '.join(self.needs)}:", *(f"    {line}" for line in lines)]
        lines = [*self.setup, *lines]
        if self.holds_steps:
            return lines
        if uses(lines, "objects"):
            lines.insert(0, f"objects = {self.sight.objects}")
        if uses(lines, "background") and not self.sight.background_is_said:
            lines.insert(0, f"background = {EACH_STEP}")
        return lines


def uses(lines: list[str], name: str) -> bool:
    """Whether the name is read anywhere in the lines."""
    return any(re.search(rf"\b{name}\b(?! = )", line) for line in lines)


Said = Callable[[Any, Step], str]
"""The lines that do an operation to `grid`, as one text."""
SAID: dict[type[Operation], Said] = {}
"""Operation -> how it is said."""

Function = TypeVar("Function", bound=Said)


def python_for(*operations: type[Operation]) -> Callable[[Function], Function]:
    """Register how operations are said."""

    def register(said: Function) -> Function:
        SAID.update(dict.fromkeys(operations, said))
        return said

    return register


def write(operation: Operation, sight: Sight) -> list[str]:
    """The lines of one operation. Raises Unsaid."""
    said = SAID.get(type(operation))
    if said is None:
        raise Unsaid(type(operation).__name__)
    step = Step(sight)
    return step.written(said(operation, step))
