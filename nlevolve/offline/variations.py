"""Variations: the same step told a little otherwise, with one word of it changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Annotated, Any, get_args, get_origin

from nlevolve.offline.grammar import Phrase, Words, kind_of
from nlevolve.offline.nouns.colours import Colour, Named
from nlevolve.offline.nouns.objects import Objects
from nlevolve.offline.nouns.picking import candidates
from nlevolve.offline.operation import Examples, Operation

MOST_VARIATIONS = 120


def variations(step: Operation, examples: Examples) -> Iterator[Operation]:
    """Operations that differ from `step` in one field: another colour of the pairs, direction, number or choice of objects."""
    count = 0
    for field in fields(step):  # type: ignore[arg-type]
        for value in _others(kind_of(type(step), field.name), getattr(step, field.name), examples):
            try:
                other = replace(step, **{field.name: value})  # type: ignore[type-var]
            except ValueError:
                # the class refuses values that make no sense together
                continue
            yield other
            count += 1
            if count >= MOST_VARIATIONS:
                return


def _others(kind: Any, value: Any, examples: Examples) -> Iterator[Any]:
    if get_origin(kind) is Annotated:
        bounds = get_args(kind)[1]
        yield from (n for n in (value - 1, value + 1) if bounds.low <= n <= bounds.high)
    elif isinstance(value, bool):
        yield not value
    elif isinstance(value, Words):
        yield from (choice for choice in type(value) if choice is not value)
    elif isinstance(value, Colour):
        yield from (Named(c) for c in _palette(examples) if Named(c) != value)
    elif isinstance(value, Objects):
        yield from (phrase for phrase in candidates(examples) if phrase != value)
    elif isinstance(value, Operation):
        yield from variations(value, examples)
    elif isinstance(value, Phrase):
        for field in fields(value):  # type: ignore[arg-type]
            for other in _others(kind_of(type(value), field.name), getattr(value, field.name), examples):
                try:
                    yield replace(value, **{field.name: other})  # type: ignore[type-var]
                except ValueError:
                    continue


def _palette(examples: Examples) -> list[int]:
    return sorted({int(c) for e in examples for counts in (e.scene.counts, e.target_counts) for c in counts.nonzero()[0]})
