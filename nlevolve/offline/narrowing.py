"""Narrowing: the same steps in words that are tied to what the pairs happen to have in common, as somebody eager says them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress

import numpy as np

from nlevolve.offline.english import read, say
from nlevolve.offline.families.combining import Combination, OnlyIf
from nlevolve.offline.hypotheses import Hypothesis, Puzzle, followed
from nlevolve.offline.nouns.colours import Named
from nlevolve.offline.nouns.conditions import Condition, HasColour, SoManyColours, SoManyObjects
from nlevolve.offline.operation import Definition, Operation
from nlevolve.offline.scene import Scene
from nlevolve.offline.variations import variations

MOST_OBJECTS = 20
"""That a condition can count."""


def narrowed(idea: Hypothesis, puzzle: Puzzle) -> Hypothesis:
    """The idea told by what all pairs share, as far as every pair still comes out: in wordier terms, then under a condition.

    What the test inputs have is not looked at: that is what makes such a rule wrong there.
    """
    for place, step in enumerate(idea.steps):
        if not isinstance(step, Definition):
            idea = max([idea, *_told(idea, place, _wordier(idea, place, puzzle), puzzle)], key=lambda h: h.cost)
    last = len(idea.steps) - 1
    return next(_told(idea, last, _guarded(idea, puzzle), puzzle), idea)


def _told(idea: Hypothesis, place: int, others: Iterator[Operation], puzzle: Puzzle) -> Iterator[Hypothesis]:
    """The idea with another step at a place, where that fits the pairs."""
    for other in others:
        steps = (*idea.steps[:place], other, *idea.steps[place + 1 :])
        found = followed(steps, Hypothesis((), puzzle))
        if found.is_exact and len(found.steps) == len(steps):
            yield found


def _wordier(idea: Hypothesis, place: int, puzzle: Puzzle) -> Iterator[Operation]:
    before = followed(idea.steps[:place], Hypothesis((), puzzle))
    return (other for other in variations(idea.steps[place], before.puzzle.pairs) if _is_sayable(other))


def _is_sayable(step: Operation) -> bool:
    try:
        return read(say(step)) == step
    except ValueError:
        # no sentence says it
        return False


def _guarded(idea: Hypothesis, puzzle: Puzzle) -> Iterator[Operation]:
    """The last step under a condition that holds in every pair, the tightest first."""
    step = idea.steps[-1]
    if isinstance(step, Combination | Definition):
        return
    before = followed(idea.steps[:-1], Hypothesis((), puzzle))
    for condition in _shared([example.scene for example in before.puzzle.pairs]):
        with suppress(ValueError):
            # some steps can't stand under a condition
            yield OnlyIf(condition, step)


def _shared(scenes: Sequence[Scene]) -> Iterator[Condition]:
    """What all scenes have in common, the most particular first: how many objects and colours, and the rarest colour."""
    objects, colours = {len(s.objects) for s in scenes}, {len(s.colours) for s in scenes}
    if len(objects) == 1 and 1 <= min(objects) <= MOST_OBJECTS:
        yield SoManyObjects(objects.pop())
    if len(colours) == 1 and min(colours) >= 1:
        yield SoManyColours(colours.pop())
    counts = np.array([s.counts for s in scenes])
    everywhere = [int(colour) for colour in np.flatnonzero(counts.all(axis=0))]
    yield from (HasColour(Named(colour)) for colour in sorted(everywhere, key=lambda colour: int(counts[:, colour].sum())))
