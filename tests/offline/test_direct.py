"""No operation without a direct test: each is in its family's table, to an effect, in every way of saying it, in every word."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from enum import Enum
from functools import cache
from typing import Any

import pytest

from nlevolve.offline import english, families
from nlevolve.offline.families.leaving import LeaveAsIs
from nlevolve.offline.grammar import Production, registered, said_by, said_with
from nlevolve.offline.operation import Operation, perform
from nlevolve.offline.scene import Scene
from tests.offline.direct import NO_SENSE, Case, grid, written

OPERATIONS = registered(Operation)
FAMILIES = sorted({kind.__module__.rsplit(".", 1)[-1] for kind in OPERATIONS})


@dataclass(frozen=True)
class Step:
    """An operation that a case says, with the ones before and after it."""

    case: Case
    before: tuple[Operation, ...]
    operation: Operation
    after: tuple[Operation, ...]

    def differs(self, *instead: Operation) -> bool:
        """Whether the case would turn red if its sentence meant something else."""
        scene: Scene | None = Scene(grid(self.case.before))
        for operation in (*self.before, *instead, *self.after):
            scene = perform(operation, scene) if scene else None
        return (written(scene.grid) if scene else NO_SENSE) != self.case.after


@cache
def steps(family: str) -> tuple[Step, ...]:
    """All that a family's table says, where nothing said would give another grid."""
    table: list[Case] = importlib.import_module(f"tests.offline.families.test_{family}").CASES
    found = []
    for case in table:
        said = [operation for bullet in case.bullets for operation in english.steps(bullet) or ()]
        found += [Step(case, tuple(said[:n]), one, tuple(said[n + 1 :])) for n, one in enumerate(said)]
    return tuple(step for step in found if step.differs() or isinstance(step.operation, LeaveAsIs))


@pytest.mark.parametrize("kind", [pytest.param(kind, id=kind.__name__) for kind in OPERATIONS])
def test_every_operation_is_shown_in_each_way_of_saying_it(kind: type[Operation]) -> None:
    family = kind.__module__.rsplit(".", 1)[-1]
    shown: set[Production] = {said_with(step.operation) for step in steps(family)}
    missing = [production.template for production in said_by(kind) if production not in shown]
    assert not missing, f"tests/offline/families/test_{family}.py has no case of {kind.__name__} that shows: {missing}"


def words(family: str) -> list[Enum]:
    """The words that a family's own sentences choose among."""
    module = importlib.import_module(f"{families.__name__}.{family}")
    own = [thing for thing in vars(module).values() if isinstance(thing, type) and thing.__module__ == module.__name__]
    return [word for thing in own if issubclass(thing, Enum) for word in thing]


def chosen(value: object) -> Iterator[Enum]:
    """Every word chosen anywhere in what a sentence says."""
    if isinstance(value, Enum):
        yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from chosen(part)
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from chosen(getattr(value, field.name))


def changed(value: Any, word: Enum, other: Enum) -> Any:
    """The same with another word chosen. Raises ValueError where it cannot be."""
    if isinstance(value, Enum):
        return other if value is word else value
    if isinstance(value, tuple):
        return tuple(changed(part, word, other) for part in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{field.name: changed(getattr(value, field.name), word, other) for field in fields(value)})
    return value


def tells_apart(step: Step, word: Enum, other: Enum) -> bool:
    try:
        return step.differs(changed(step.operation, word, other))
    except ValueError:
        return True


@pytest.mark.parametrize("family", FAMILIES)
def test_every_word_is_told_from_its_neighbours(family: str) -> None:
    mistaken = []
    for word in words(family):
        shown = [step for any_family in FAMILIES for step in steps(any_family) if word in chosen(step.operation)]
        mistaken += [(word, o) for o in type(word) if o is not word and not any(tells_apart(step, word, o) for step in shown)]
    assert not mistaken, "; ".join(f"all that {word} does, {other} would do too" for word, other in mistaken)
