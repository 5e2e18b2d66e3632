"""What rules of other puzzles suggest: which families of operations to try first, and how else to look at the grids."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields, replace

from nlevolve.offline.english import steps
from nlevolve.offline.grammar import Phrase
from nlevolve.offline.hypotheses import Glance
from nlevolve.offline.operation import Definition, Operation

MOST_READ = 200
"""Bullets of examples that are read."""


def hinted(glance: Glance, examples: Sequence[Sequence[str]]) -> Glance:
    """The glance of somebody who has these rules in mind; the same where none of their bullets is understood."""
    read = [_read(bullets[:MOST_READ]) for bullets in examples]
    openings = map(_opening, read)
    themes = frozenset(theme for rule in read for step in rule for theme in _themes(step))
    return replace(glance, first=themes, openings=tuple(dict.fromkeys(opening for opening in openings if opening)))


def _read(bullets: Iterable[str]) -> list[Operation]:
    return [step for bullet in bullets for step in steps(bullet) or ()]


def _opening(rule: Sequence[Operation]) -> tuple[Definition, ...]:
    """The definitions that it begins with."""
    acts = (place for place, step in enumerate(rule) if not isinstance(step, Definition))
    return tuple(step for step in rule[: next(acts, len(rule))] if isinstance(step, Definition))


def _themes(phrase: Phrase) -> Iterator[str]:
    """The modules of the operations of a step: its own, and those of steps within it."""
    if isinstance(phrase, Operation) and not isinstance(phrase, Definition):
        yield type(phrase).__module__.rpartition(".")[2]
    for field in fields(phrase):  # type: ignore[arg-type]
        within = getattr(phrase, field.name)
        for one in within if isinstance(within, tuple) else (within,):
            if isinstance(one, Operation):
                yield from _themes(one)
