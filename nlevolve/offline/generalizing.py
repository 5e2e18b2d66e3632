"""Generalizing: the same steps in words that also mean something on grids with other colours."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any, get_args, get_origin

from nlevolve.offline.english import read, say
from nlevolve.offline.families.overlaying import ComparePanels, StackPanels
from nlevolve.offline.families.seeing import (
    BACKGROUNDS,
    OBJECT_VIEWS,
    AreasAreObjects,
    BackgroundIs,
    BackgroundIsMostCommon,
    BackgroundIsOfBorder,
    BackgroundIsShared,
    CellsAreObjects,
    NothingIsBackground,
    ObjectsAre,
)
from nlevolve.offline.grammar import Phrase, kind_of
from nlevolve.offline.hypotheses import Hypothesis, Puzzle, followed
from nlevolve.offline.nouns.cells import Between, BetweenColoured, Touches, TouchesColoured
from nlevolve.offline.nouns.colours import Background, Colour, Named, OfInput
from nlevolve.offline.nouns.objects import Coloured, ColouredThat, Every, Except, Foremost, MostOf, Objects, Rank, That
from nlevolve.offline.nouns.rays import Coloured as CellsOfAnyColour
from nlevolve.offline.nouns.rays import OfColour, Starts
from nlevolve.offline.nouns.traits import Fact, HasFact, IsColour
from nlevolve.offline.operation import Definition, Operation
from nlevolve.offline.widening import facing_steps, wider_steps

Rewrite = Callable[[Any, Any], Any]
"""Of an annotation and a value that stands there: the value, or a wider one."""


def generalized(idea: Hypothesis, puzzle: Puzzle) -> Hypothesis:
    """The idea in wider words, as far as nothing comes out otherwise on any grid that is shown.

    A colour is left out where it tells nothing apart, and called the background where it is that: black being the background
    of all grids that are shown is no reason why a rule should be about black. What is background is said, where it matters,
    and so is what belongs to one object, where the grids that are shown leave it open.
    """
    idea = _wider(idea, puzzle)
    told = _with_background(idea, puzzle)
    return _with_objects(idea if told is idea else _wider(told, puzzle), puzzle)


def _wider(idea: Hypothesis, puzzle: Puzzle) -> Hypothesis:
    for place in range(len(idea.steps)):
        for rewrite in _rewrites(idea, place, puzzle):
            wider = _rewritten(idea.steps[place], rewrite)
            if wider is not None:
                idea = _same((*idea.steps[:place], wider, *idea.steps[place + 1 :]), idea, puzzle) or idea
        before = followed(idea.steps[:place], Hypothesis((), puzzle)).puzzle.pairs
        for other in wider_steps(idea.steps[place]):
            # nobody has said what becomes of the test inputs: there a wider step may well be right where this one is not
            idea = _same((*idea.steps[:place], other, *idea.steps[place + 1 :]), idea, puzzle, tests=False) or idea
        for other in facing_steps(idea.steps[place], before):
            idea = _same((*idea.steps[:place], other, *idea.steps[place + 1 :]), idea, puzzle) or idea
    return idea


def _with_background(idea: Hypothesis, puzzle: Puzzle) -> Hypothesis:
    """Saying what the background is: from the first step on, or anew once steps have left the grid with another one."""
    if any(isinstance(step, BACKGROUNDS) for step in idea.steps):
        return idea
    for place in range(len(idea.steps)):
        for told in _backgrounds(idea.steps[place]) if _needs_background(idea, place, puzzle) else ():
            first = (told,) if place else ()
            found = _same((*first, *idea.steps[:place], told, *idea.steps[place:]), idea, puzzle)
            if found is not None:
                return found
    return idea


def _backgrounds(step: Operation) -> Iterator[Definition]:
    if isinstance(step, ComparePanels | StackPanels):
        yield BackgroundIsShared(step.panels)
    yield BackgroundIsMostCommon()
    yield BackgroundIsOfBorder()
    yield NothingIsBackground()


def _needs_background(idea: Hypothesis, place: int, puzzle: Puzzle) -> bool:
    """Whether the steps from a place on depend on what is background: with another one something else comes out."""
    usual = {example.scene.background for example in puzzle.pairs}
    other = BackgroundIs(Named(next(colour for colour in range(10) if colour not in usual)))
    return _same((*idea.steps[:place], other, *idea.steps[place:]), idea, puzzle) is None


def _with_objects(idea: Hypothesis, puzzle: Puzzle) -> Hypothesis:
    """Saying what an object is, where the grids that are shown leave it open and the steps depend on it."""
    if any(_speaks_of_colours(step) for step in idea.steps):
        idea = _same(tuple(_of_any_colours(idea.steps)), idea, puzzle) or idea
    if any(isinstance(step, OBJECT_VIEWS) for step in idea.steps):
        return idea
    place = sum(isinstance(step, BACKGROUNDS) for step in idea.steps[:1])

    def seen(view: Definition) -> Hypothesis | None:
        return _same((*idea.steps[:place], view, *idea.steps[place:]), idea, puzzle)

    if seen(AreasAreObjects()) is not None:
        return idea
    single = seen(CellsAreObjects())
    if single is not None:
        return single if all(o.size == 1 for e in puzzle.pairs for o in e.scene.objects) else idea
    return seen(ObjectsAre(diagonal=False, multicolour=False)) or idea


def _of_any_colours(steps: Sequence[Operation]) -> list[Operation]:
    """What is single touches nothing of any colour, and what has cells of a colour may have those of others."""
    views = [step for step in steps if isinstance(step, ObjectsAre)]
    if views:
        return [replace(step, multicolour=True) if isinstance(step, ObjectsAre) else step for step in steps]
    place = sum(isinstance(step, BACKGROUNDS) for step in steps[:1])
    return [*steps[:place], ObjectsAre(diagonal=True, multicolour=True), *steps[place:]]


def _speaks_of_colours(value: Any) -> bool:
    """Whether something is said that has its usual meaning of objects of any colours alone."""
    if isinstance(value, MostOf) or value in (HasFact(Fact.SINGLE), HasFact(Fact.SEVERAL)):
        return True
    return is_dataclass(value) and any(_speaks_of_colours(getattr(value, field.name)) for field in fields(value))


def _same(steps: tuple[Operation, ...], idea: Hypothesis, puzzle: Puzzle, tests: bool = True) -> Hypothesis | None:
    """Where other steps lead; None unless it is to the very same grids: in the pairs, and for the test inputs as well."""
    other = followed(steps, Hypothesis((), puzzle))
    grids = len(idea.outputs) if tests else len(puzzle.pairs)
    same = other.outputs[:grids] == idea.outputs[:grids] and other.failed <= idea.failed and len(other.steps) == len(steps)
    return other if same else None


def _rewrites(idea: Hypothesis, place: int, puzzle: Puzzle) -> Iterator[Rewrite]:
    yield _any_colour
    yield _all_but_one
    if place:
        yield _own_colour
    before = followed(idea.steps[:place], Hypothesis((), puzzle)).puzzle.pairs
    colours = {example.scene.background for example in before}
    if len(colours) == 1:
        named = Named(colours.pop())
        yield lambda kind, value: Background() if kind is Colour and value == named else value


def _any_colour(kind: Any, value: Any) -> Any:
    if isinstance(value, ColouredThat):
        return That(value.trait)
    if isinstance(value, OfColour) and kind is Starts:
        return CellsOfAnyColour()
    if isinstance(value, Touches):
        return TouchesColoured(value.near)
    if isinstance(value, Between):
        return BetweenColoured(value.course)
    return Every() if isinstance(value, Coloured) and kind is Objects else value


def _own_colour(kind: Any, value: Any) -> Any:
    """Steps have added other colours by now; the one that was there is meant, whichever it is."""
    if isinstance(value, Coloured) and kind is Objects:
        return That(IsColour(OfInput()))
    return OfInput() if isinstance(value, Named) and kind is Colour else value


def _all_but_one(kind: Any, value: Any) -> Any:
    """Where one large thing is told from the rest, there may be more of the rest elsewhere."""
    return Except(Foremost(Rank.LARGEST)) if value == Foremost(Rank.SMALLEST) and kind is Objects else value


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
