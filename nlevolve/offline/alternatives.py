"""After a rule that fits: the same one told so that it holds for the test inputs too, and other rules that fit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nlevolve.offline.believing import Rule, gist, rule, told, unbound
from nlevolve.offline.generalizing import generalized
from nlevolve.offline.hypotheses import CLOSELY, Glance, Hypothesis, Meter, Puzzle, followed, proposed
from nlevolve.offline.operation import Definition, Operation
from nlevolve.offline.prompt_reading import Parent
from nlevolve.offline.remembering import remembered
from nlevolve.offline.variations import variations

MOST_ROUNDS = 3
"""How often a rule is told more widely, one word or one step at a time."""


def holding(parent: Parent, puzzle: Puzzle, work: int) -> Hypothesis | None:
    """The parent's rule told so that it holds for the test inputs as well; None where its words are not understood.

    Of everything near it that fits the pairs the one that takes least for granted; `work` in the generator's units.
    """
    given = told(parent.bullets, puzzle)
    return _widest(given, puzzle, work) if given.fits else None


def _widest(given: Rule, puzzle: Puzzle, work: int) -> Hypothesis:
    best, meter = given, Meter(work)
    for _ in range(MOST_ROUNDS):
        found = [other for near in _near(best.steps, puzzle, meter) if (other := Rule(near, puzzle)).fits]
        better = min([best, *found], key=lambda one: one.doubts)
        if better is best:
            break
        best = better
    return generalized(best.end, puzzle)


def plainer_rule(given: Rule, puzzle: Puzzle, work: int) -> Rule | None:
    """A rule near this one that takes less for granted, and makes something else of a test input; None where none is found."""
    found = rule(_widest(given, puzzle, work), puzzle)
    return found if found.doubts < given.doubts and found.end.outputs != given.end.outputs else None


def _near(steps: tuple[Operation, ...], puzzle: Puzzle, meter: Meter) -> Iterator[tuple[Operation, ...]]:
    """The steps without a condition, without one of them, or with a word of one told otherwise."""
    free = [steps, *unbound(steps)]
    yield from free[1:]
    for some in free:
        for place, step in enumerate(some):
            if len(some) > 1:
                yield (*some[:place], *some[place + 1 :])
            before = followed(some[:place], Hypothesis((), puzzle))
            for other in variations(step, before.puzzle.pairs):
                if not meter.spend(puzzle.trial * other.work):
                    return
                yield (*some[:place], other, *some[place + 1 :])


def others(parents: Sequence[Parent], puzzle: Puzzle, work: int, glance: Glance) -> list[Hypothesis]:
    """Rules of one step that fit the pairs and go by something else than the parents do, most to be trusted first.

    `work` in the generator's units. Where none goes by something else, those that make other grids of the test inputs.
    """
    given = [told(parent.bullets, puzzle) for parent in parents]
    known = {gist(one.steps) for one in given}
    fitting = remembered((puzzle.digest, work, glance, "fitting"), lambda: list(_fitting(puzzle, work, glance)))
    apart = [idea for idea in fitting if gist(idea.steps) not in known]
    seen = {one.end.outputs for one in given if one.fits}
    return apart or [idea for idea in fitting if idea.outputs not in seen]


def _fitting(puzzle: Puzzle, work: int, glance: Glance) -> Iterator[Hypothesis]:
    """The most trusted rule of each kind that fits the pairs, most trusted first."""
    kinds: dict[tuple[object, ...], Rule] = {}
    start = Hypothesis((), puzzle)
    # a quick look at first, then a closer one, as who revises has it
    for meter, look in ((Meter(work), glance), (Meter(work), CLOSELY)):
        for idea in proposed(start, meter, look):
            if idea.is_exact and any(not isinstance(step, Definition) for step in idea.steps):
                key = gist(idea.steps), idea.outputs
                found = rule(idea, puzzle)
                kinds[key] = min(kinds.get(key, found), found, key=lambda one: one.doubts)
    yield from (one.end for one in sorted(kinds.values(), key=lambda one: one.doubts))
