"""Generalizing: the same steps in words that also mean something on grids with other colours."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any, get_args, get_origin

from nlevolve.offline.english import read, say
from nlevolve.offline.families.seeing import BackgroundIs, BackgroundIsMostCommon
from nlevolve.offline.grammar import Phrase, kind_of
from nlevolve.offline.hypotheses import Hypothesis, Puzzle, followed
from nlevolve.offline.nouns.colours import Background, Colour, Named
from nlevolve.offline.nouns.objects import Coloured, ColouredThat, Every, Objects, That
from nlevolve.offline.operation import Operation

Rewrite = Callable[[Any, Any], Any]
"""Of an annotation and a value that stands there: the value, or a wider one."""


def generalized(idea: Hypothesis, puzzle: Puzzle) -> Hypothesis:
    """The idea in wider words, as far as nothing comes out otherwise on any grid that is shown.

    A colour is left out where it tells nothing apart, and called the background where it is that: black being the background
    of all grids that are shown is no reason why a rule should be about black. What is background is said, where it matters.
    """
    for place in range(len(idea.steps)):
        for rewrite in _rewrites(idea, place, puzzle):
            wider = _rewritten(idea.steps[place], rewrite)
            if wider is not None:
                steps = (*idea.steps[:place], wider, *idea.steps[place + 1 :])
                idea = _same(steps, idea, puzzle) or idea
    if _needs_background(idea, puzzle):
        idea = _same((BackgroundIsMostCommon(), *idea.steps), idea, puzzle) or idea
    return idea


def _needs_background(idea: Hypothesis, puzzle: Puzzle) -> bool:
    """Whether the steps depend on what is background without saying what it is: with another one something else comes out."""
    if any(isinstance(step, (BackgroundIs, BackgroundIsMostCommon)) for step in idea.steps):
        return False
    usual = {example.scene.background for example in puzzle.pairs}
    other = BackgroundIs(Named(next(colour for colour in range(10) if colour not in usual)))
    return _same((other, *idea.steps), idea, puzzle) is None


def _same(steps: tuple[Operation, ...], idea: Hypothesis, puzzle: Puzzle) -> Hypothesis | None:
    """Where other steps lead; None unless it is to the very same grids."""
    other = followed(steps, Hypothesis((), puzzle))
    same = other.outputs == idea.outputs and other.failed <= idea.failed and len(other.steps) == len(steps)
    return other if same else None


def _rewrites(idea: Hypothesis, place: int, puzzle: Puzzle) -> Iterator[Rewrite]:
    yield _any_colour
    before = followed(idea.steps[:place], Hypothesis((), puzzle)).puzzle.pairs
    colours = {example.scene.background for example in before}
    if len(colours) == 1:
        named = Named(colours.pop())
        yield lambda kind, value: Background() if kind is Colour and value == named else value


def _any_colour(kind: Any, value: Any) -> Any:
    if kind is not Objects:
        return value
    if isinstance(value, ColouredThat):
        return That(value.trait)
    return Every() if isinstance(value, Coloured) else value


def _rewritten(step: Operation, rewrite: Rewrite) -> Operation | None:
    """The step in wider words; None where they are the same, or make no sense, or can't be read again."""
    try:
        found = _within(type(step), step, rewrite)
    except ValueError:
        # the class refuses values that make no sense together
        return None
    return found if found != step and read(say(found)) == found else None


def _within(kind: Any, value: Any, rewrite: Rewrite) -> Any:
    wider = rewrite(kind, value)
    if wider != value:
        return wider
    if get_origin(kind) is tuple:
        return tuple(_within(get_args(kind)[0], part, rewrite) for part in value)
    if isinstance(value, Phrase) and is_dataclass(value):
        held = {field.name: getattr(value, field.name) for field in fields(value)}
        return replace(value, **{name: _within(kind_of(type(value), name), was, rewrite) for name, was in held.items()})
    return value
