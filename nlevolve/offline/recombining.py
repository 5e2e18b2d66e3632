"""Recombinations: the parents' steps spliced, or one parent's steps where a condition holds and another's elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nlevolve.offline.families.combining import Combination, IfOtherwise, OnlyIf
from nlevolve.offline.hypotheses import Hypothesis, Meter, Puzzle, after, explore, followed
from nlevolve.offline.nouns.conditions import conditions_for
from nlevolve.offline.operation import Definition, Operation
from nlevolve.offline.remembering import remembered


def recombinations(parents: Sequence[Hypothesis], puzzle: Puzzle, work: int) -> list[Hypothesis]:
    """Everything that the parents' steps can be put together to, and a step more behind the best of it."""
    key = (puzzle.digest, tuple(p.bullets for p in parents), work)
    return remembered(key, lambda: _recombined(parents, puzzle, work))


def _recombined(parents: Sequence[Hypothesis], puzzle: Puzzle, work: int) -> list[Hypothesis]:
    meter = Meter(work)
    found = [*_split_by_condition(parents, puzzle), *_spliced(parents, puzzle, meter)]
    seen = {p.outputs for p in parents}
    best = min((idea for idea in found if idea.outputs not in seen), key=lambda h: h.rank, default=None)
    if best is not None and not best.is_exact:
        found += explore(best, Meter(work // 2))
    return found


def _spliced(parents: Sequence[Hypothesis], puzzle: Puzzle, meter: Meter) -> Iterator[Hypothesis]:
    """The first steps of one and the last steps of another, at every seam."""
    for one in parents:
        for other in parents:
            for seam in range(1, len(one.steps) + 1):
                for start in range(len(other.steps) if one is not other else 0):
                    steps = (*one.steps[:seam], *other.steps[start:])
                    if not meter.spend(puzzle.trial * sum(step.work for step in steps)):
                        return
                    yield followed(steps, Hypothesis((), puzzle))


def _split_by_condition(parents: Sequence[Hypothesis], puzzle: Puzzle) -> Iterator[Hypothesis]:
    """For two parents that are right on different pairs: one where something holds that tells those pairs apart."""
    start = Hypothesis((), puzzle)
    for place, one in enumerate(parents):
        for other in parents[place + 1 :]:
            wants = [_wanted(a, b) for a, b in zip(one.accuracies, other.accuracies, strict=True)]
            if True not in wants or False not in wants:
                continue
            opening, first, second = _opening(one), _acts(one), _acts(other)
            if len(first) != 1 or len(second) != 1 or isinstance(first[0], Combination) or isinstance(second[0], Combination):
                continue
            begun = followed(opening, start)
            for condition in conditions_for([e.scene for e in begun.puzzle.pairs], wants):
                for step in (IfOtherwise(condition, first[0], second[0]), OnlyIf(condition, first[0])):
                    found = after(step, begun)
                    if found is not None:
                        yield found


def _wanted(one: float, other: float) -> bool | None:
    """Which of two does better on a pair; None where they are alike."""
    return None if one == other else one > other


def _opening(parent: Hypothesis) -> list[Operation]:
    return [step for step in parent.steps if isinstance(step, Definition)]


def _acts(parent: Hypothesis) -> list[Operation]:
    return [step for step in parent.steps if not isinstance(step, Definition)]
