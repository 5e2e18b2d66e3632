"""The embedded generator: pairs and feedback -> bullets. A model with limits: each move may do so much work and no more."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

import numpy as np

from nlevolve.offline.asked import Asked, Parent
from nlevolve.offline.english import steps
from nlevolve.offline.hypotheses import Hypothesis, Meter, Puzzle, after, explore
from nlevolve.offline.operation import Definition, Example, Examples, Operation
from nlevolve.offline.scene import Cells, Scene
from nlevolve.offline.variations import variations


@dataclass(frozen=True)
class Effort:
    """How far a generator looks."""

    first: int
    """Work units for first steps."""
    second: int
    """Work units for second steps, when a first one is not enough."""
    width: int
    """From how many first steps second ones are sought."""


EFFORTS = {"weak": Effort(900, 0, 0), "normal": Effort(3000, 2000, 2), "strong": Effort(8000, 12000, 8)}

Bullets = tuple[str, ...]
SKIP = ("Leave the grid as it is.",)
"""Said when no idea comes any closer than doing nothing."""


def generate(asked: Asked, seed: int, effort: Effort) -> Bullets:
    """Write, revise or recombine, by how many descriptions the prompt shows."""
    puzzle = _puzzle(asked)
    if not puzzle.pairs:
        return SKIP
    rng = Random(f"{_digest(puzzle)}/{seed}/{asked.turn}")
    parents = [start for parent in asked.parents if parent.bullets for start in [_begin(parent, asked, puzzle)]]
    if not parents:
        return _write(puzzle, seed, effort)
    meter = Meter(effort.first + effort.second)
    if len(parents) == 1:
        tried = list(_revisions(parents[0], puzzle, meter, effort, rng))
    else:
        tried = list(_recombinations(parents, puzzle, meter, rng))
    return _choose(tried, parents, seed, rng) or _write(puzzle, seed + 1 + rng.randrange(12), effort)


# --- write


def _write(puzzle: Puzzle, seed: int, effort: Effort) -> Bullets:
    """The best idea for seed 0, others for other seeds."""
    start = Hypothesis((), puzzle)
    ideas = _first_ideas(start, effort)
    if not ideas:
        return SKIP
    if seed == 0 or (ideas[0].is_exact and seed < sum(i.is_exact for i in ideas)):
        idea = ideas[seed]
    else:
        idea = _drawn(ideas, seed, Random(_digest(puzzle)))
    if not idea.is_exact and effort.second and seed % 3 == 2:
        further = explore(idea, Meter(effort.second))
        if further and further[0].rank < idea.rank:
            idea = further[0]
    return idea.bullets


def _first_ideas(start: Hypothesis, effort: Effort) -> list[Hypothesis]:
    key = (_digest(start.puzzle), effort.first)
    if key not in _remembered:
        _remembered[key] = explore(start, Meter(effort.first))
        if len(_remembered) > 8:
            _remembered.popitem(last=False)
    return _remembered[key]


_remembered: OrderedDict[tuple[str, int], list[Hypothesis]] = OrderedDict()
"""First ideas on the latest puzzles: births of one task ask for them again and again."""


def _drawn(ideas: Sequence[Hypothesis], place: int, rng: Random) -> Hypothesis:
    """The idea at a place of an order in which good ones tend to come early; no idea has two places."""
    noisy = [(index / 3 + rng.gammavariate(1, 2), index) for index in range(len(ideas))]
    return ideas[sorted(noisy)[place % len(ideas)][1]]


# --- revise


def _begin(parent: Parent, asked: Asked, puzzle: Puzzle) -> Hypothesis:
    """Where a parent leads: as we follow it when we understand all of it, else as its results show."""
    read = [steps(bullet) for bullet in parent.bullets]
    found = [operation for some in read for operation in some or ()]
    reached = Hypothesis((), puzzle)
    for operation in found:
        reached = after(operation, reached) or reached
    if all(read):
        return reached
    return Hypothesis(reached.steps, _shown(parent, asked, reached.puzzle), reached.failed)


def _shown(parent: Parent, asked: Asked, reached: Puzzle) -> Puzzle:
    pairs = []
    for number, example in zip(asked.numbers, reached.pairs, strict=True):
        grid = parent.got.get(number)
        pairs.append(example if grid is None else Example(example.scene.becoming(grid), example.target))
    return Puzzle(Examples(tuple(pairs)), reached.tests)


def _revisions(parent: Hypothesis, puzzle: Puzzle, meter: Meter, effort: Effort, rng: Random) -> Iterator[Hypothesis]:
    """Descriptions near the parent: a step more, another last step, a step less, a step told otherwise."""
    yield from explore(parent, Meter(min(meter.left, effort.first)))
    yield from _varied(parent, puzzle, meter, rng)
    if parent.steps:
        before = _follow(parent.steps[:-1], puzzle)
        for new in explore(before, Meter(effort.first // 2)):
            yield new
            whole = after(parent.steps[-1], new)
            if whole is not None and meter.spend(2 * len(puzzle.pairs)):
                yield whole


def _varied(parent: Hypothesis, puzzle: Puzzle, meter: Meter, rng: Random) -> Iterator[Hypothesis]:
    for place, step in enumerate(parent.steps):
        before, rest = _follow(parent.steps[:place], puzzle), parent.steps[place + 1 :]
        yield _continued(before, rest)
        for other in variations(step, puzzle.pairs):
            if not meter.spend(4 * len(puzzle.pairs)):
                return
            new = after(other, before)
            if new is not None:
                yield _continued(new, rest)


def _follow(some: Sequence[Operation], puzzle: Puzzle) -> Hypothesis:
    return _continued(Hypothesis((), puzzle), some)


def _continued(start: Hypothesis, rest: Sequence[Operation]) -> Hypothesis:
    for step in rest:
        start = after(step, start) or start
    return start


# --- recombine


def _recombinations(parents: Sequence[Hypothesis], puzzle: Puzzle, meter: Meter, rng: Random) -> Iterator[Hypothesis]:
    """The first steps of one and the last steps of another, at every seam."""
    for one in parents:
        for other in parents:
            if one is other:
                continue
            for seam in range(len(one.steps) + 1):
                for start in range(len(other.steps)):
                    if not meter.spend(4 * len(puzzle.pairs)):
                        return
                    yield _follow((*one.steps[:seam], *other.steps[start:]), puzzle)
    best = min(parents, key=lambda p: p.rank)
    yield from explore(best, Meter(meter.left))


# --- choosing


def _choose(tried: Sequence[Hypothesis], parents: Sequence[Hypothesis], seed: int, rng: Random) -> Bullets | None:
    """The best of what was tried that is new; with other seeds, sometimes one that is nearly as good."""
    seen = {p.outputs for p in parents}
    fresh = []
    for idea in sorted(tried, key=lambda h: h.rank):
        if idea.outputs not in seen and len(_actions(idea)) > 0 and len(idea.steps) <= 8:
            seen.add(idea.outputs)
            fresh.append(idea)
    better = [idea for idea in fresh if idea.rank < min(p.rank for p in parents)] or fresh[:3]
    if not better:
        return None
    return better[0 if seed == 0 else min(int(rng.expovariate(0.7)), len(better) - 1)].bullets


def _actions(idea: Hypothesis) -> list[Operation]:
    return [step for step in idea.steps if not isinstance(step, Definition)]


# --- puzzles


def _puzzle(asked: Asked) -> Puzzle:
    pairs = tuple(Example(Scene(asked.inputs[n]), asked.outputs[n]) for n in asked.numbers)
    return Puzzle(Examples(pairs), tuple(map(Scene, asked.tests)))


def _digest(puzzle: Puzzle) -> str:
    grids: list[Cells] = [g for e in puzzle.pairs for g in (e.scene.grid, e.target)] + [t.grid for t in puzzle.tests]
    whole = hashlib.sha256()
    for grid in grids:
        whole.update(repr(grid.shape).encode() + np.ascontiguousarray(grid).tobytes())
    return whole.hexdigest()
