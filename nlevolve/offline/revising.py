"""Revisions: descriptions near a parent, found by looking at what it leaves to be done."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from nlevolve.offline.hypotheses import CLOSELY, Hypothesis, Meter, Puzzle, after, explore, followed
from nlevolve.offline.remembering import remembered
from nlevolve.offline.variations import variations


def revisions(parent: Hypothesis, puzzle: Puzzle, work: int, second: int, rng: Random) -> list[Hypothesis]:
    """A step more, a step less, a step told otherwise, another last step, or the whole seen in another way.

    Work units: `work` for a look at what the parent leaves, `second` for a look from another first idea.
    """
    near = remembered((puzzle.digest, parent.bullets, work), lambda: list(_near(parent, puzzle, work)))
    if any(idea.is_exact for idea in near) or not second:
        return near
    return [*near, *_elsewhere(puzzle, work, second, rng)]


def _near(parent: Hypothesis, puzzle: Puzzle, work: int) -> Iterator[Hypothesis]:
    yield from explore(parent, Meter(work))
    yield from _varied(parent, puzzle, Meter(work // 3))
    if len(parent.steps) > 1:
        yield from _another_last_step(parent, puzzle, work // 3)


def _varied(parent: Hypothesis, puzzle: Puzzle, meter: Meter) -> Iterator[Hypothesis]:
    """One step left out, or told otherwise."""
    for place, step in enumerate(parent.steps):
        before, rest = followed(parent.steps[:place], Hypothesis((), puzzle)), parent.steps[place + 1 :]
        if len(parent.steps) > 1:
            yield followed(rest, before)
        for other in variations(step, before.puzzle.pairs):
            if not meter.spend(puzzle.trial * (other.work + sum(step.work for step in rest))):
                return
            new = after(other, before)
            if new is not None:
                yield followed(rest, new)


def _another_last_step(parent: Hypothesis, puzzle: Puzzle, work: int) -> Iterator[Hypothesis]:
    before = followed(parent.steps[:-1], Hypothesis((), puzzle))
    for new in explore(before, Meter(work)):
        yield new
        # or between the others and the last one
        if new.rank < before.rank:
            yield followed(parent.steps[-1:], new)


def closer_ideas(puzzle: Puzzle, work: int) -> list[Hypothesis]:
    """Descriptions of one step by who sees the grids in every way, best first; a quarter more work units than `work`."""
    return remembered((puzzle.digest, work, CLOSELY), lambda: explore(Hypothesis((), puzzle), Meter(5 * work // 4)))


def _elsewhere(puzzle: Puzzle, work: int, second: int, rng: Random) -> Iterator[Hypothesis]:
    """One step with the grids seen in every way, and a second step behind one of those."""
    ideas = closer_ideas(puzzle, work)
    yield from ideas[:40]
    if ideas and not ideas[0].is_exact:
        yield from explore(ideas[min(int(rng.expovariate(0.12)), len(ideas) - 1)], Meter(second))
