"""Random phrases: values of any category, built from the templates that say them."""

from __future__ import annotations

from random import Random
from typing import Annotated, Any, TypeVar, get_args, get_origin

from nlevolve.offline.grammar import Phrase, Production, Slot, Words, kind_of, registered, said_by

P = TypeVar("P", bound=Phrase)

DEEPEST = 4
"""How deep phrases stand within phrases; below it, the classes that hold no other phrase are taken."""


def sample(kind: type[P], rng: Random, depth: int = 0) -> P:
    """A value of exactly this class, which one of its templates says."""
    for _ in range(200):
        production = rng.choice(said_by(kind))
        values = {p.name: sample_slot(kind_of(kind, p.name), rng, depth) for p in production.parts if isinstance(p, Slot)}
        try:
            return kind(**{**dict(production.fixed), **values})
        except ValueError:
            # the class refuses values that make no sense together
            continue
    raise ValueError(f"no value of {kind.__name__} was found")


def sample_slot(kind: Any, rng: Random, depth: int) -> Any:
    """A value for a field with this annotation."""
    if get_origin(kind) is Annotated:
        bounds = get_args(kind)[1]
        return rng.randint(bounds.low, min(bounds.high, bounds.low + 8))
    if kind is int:
        return rng.randint(1, 9)
    if get_origin(kind) is tuple:
        return tuple(sample_slot(get_args(kind)[0], rng, depth + 1) for _ in range(rng.randint(1, 3)))
    if issubclass(kind, Words):
        return rng.choice(list(kind))
    kinds = registered(kind)
    if depth >= DEEPEST:
        kinds = [k for k in kinds if not any(map(_holds_phrase, said_by(k)))] or kinds
    return sample(rng.choice(kinds), rng, depth + 1)


def _holds_phrase(production: Production) -> bool:
    kinds = [kind_of(production.kind, p.name) for p in production.parts if isinstance(p, Slot)]
    return any(isinstance(k, type) and issubclass(k, Phrase) for k in kinds)
