"""Nothing said without a direct test: each operation, phrase and word is in a table, to an effect, in every way of saying it."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from enum import Enum
from functools import cache
from pkgutil import iter_modules
from typing import Any

import pytest

from nlevolve.offline import english, families, nouns
from nlevolve.offline.families.leaving import LeaveAsIs
from nlevolve.offline.grammar import Phrase, Production, registered, said_by, said_with
from nlevolve.offline.operation import Operation, perform
from nlevolve.offline.scene import Scene
from tests.offline.direct import NO_SENSE, Case, grid, written

FAMILIES, NOUNS = (sorted(module.name for module in iter_modules(package.__path__)) for package in (families, nouns))
MODULES = [*(f"families.{name}" for name in FAMILIES), *(f"nouns.{name}" for name in NOUNS if name != "picking")]
"""Those that hold phrases; `picking` holds the search for them alone."""


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
def steps(module: str) -> tuple[Step, ...]:
    """All that a table says ("families.turning")."""
    folder, _, name = module.partition(".")
    table: list[Case] = importlib.import_module(f"tests.offline.{folder}.test_{name}").CASES
    found = []
    for case in table:
        said = [operation for bullet in case.bullets for operation in english.steps(bullet) or ()]
        found += [Step(case, tuple(said[:n]), one, tuple(said[n + 1 :])) for n, one in enumerate(said)]
    return tuple(found)


@cache
def telling(module: str) -> tuple[Step, ...]:
    """Those without which there would be another grid."""
    return tuple(step for step in steps(module) if step.differs() or isinstance(step.operation, LeaveAsIs))


def within(value: object) -> Iterator[object]:
    """A value with all phrases and words that stand within it."""
    yield value
    if isinstance(value, tuple):
        for part in value:
            yield from within(part)
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from within(getattr(value, field.name))


def unshown(kind: type[Phrase], shown: set[Production]) -> list[str]:
    return [production.template for production in said_by(kind) if production not in shown]


@pytest.mark.parametrize("kind", [pytest.param(kind, id=kind.__name__) for kind in registered(Operation)])
def test_every_operation_is_shown_by_its_family_in_each_way_of_saying_it(kind: type[Operation]) -> None:
    family = kind.__module__.rsplit(".", 1)[-1]
    missing = unshown(kind, {said_with(step.operation) for step in telling(f"families.{family}")})
    assert not missing, f"tests/offline/families/test_{family}.py has no case of {kind.__name__} that shows: {missing}"


def test_every_phrase_is_shown_in_each_way_of_saying_it() -> None:
    told = [step for module in MODULES for step in telling(module)]
    shown = {said_with(part) for step in told for part in within(step.operation) if isinstance(part, Phrase)}
    missing = {kind.__qualname__: templates for kind in registered(Phrase) if (templates := unshown(kind, shown))}
    assert not missing, f"no table has a case that shows: {missing}"


def words(module: str) -> list[Enum]:
    """The words that a module's own phrases choose among."""
    loaded = importlib.import_module(f"nlevolve.offline.{module}")
    own = [thing for thing in vars(loaded).values() if isinstance(thing, type) and thing.__module__ == loaded.__name__]
    return [word for thing in own if issubclass(thing, Enum) for word in thing]


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


@pytest.mark.parametrize("module", MODULES)
def test_every_word_is_told_from_its_neighbours(module: str) -> None:
    mistaken = []
    for word in words(module):
        shown = [step for m in MODULES for step in steps(m) if any(part is word for part in within(step.operation))]
        mistaken += [(word, o) for o in type(word) if o is not word and not any(tells_apart(step, word, o) for step in shown)]
    assert not mistaken, "; ".join(f"all that {word} does, {other} would do too" for word, other in mistaken)
