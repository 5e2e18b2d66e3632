"""The embedded generator: pairs and feedback -> bullets. A model with limits: each move may do so much work and no more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from random import Random

from nlevolve.offline.alternatives import holding, others
from nlevolve.offline.english import steps
from nlevolve.offline.generalizing import generalized
from nlevolve.offline.hinting import hinted
from nlevolve.offline.hypotheses import Glance, Hypothesis, Meter, Puzzle, explore, followed
from nlevolve.offline.narrowing import narrowed
from nlevolve.offline.operation import Definition, Example, Examples
from nlevolve.offline.prompt_reading import Asked, Parent
from nlevolve.offline.recombining import recombinations
from nlevolve.offline.remembering import remembered
from nlevolve.offline.revising import closer_ideas, revisions
from nlevolve.offline.scene import Scene


@dataclass(frozen=True)
class Effort:
    """How far a generator looks, in work units of about 20 microseconds."""

    first: int
    """For the first ideas on a puzzle."""
    glance: Glance
    """How it looks at the grids when it writes; to revise it looks again in every way."""
    more: int
    """For a step more, or another one in its place."""
    second: int
    """For a second step behind a first idea."""
    eager: bool = False
    """Whether what fits the pairs is the rule: the test inputs are not looked at, and what all pairs share is part of it."""


EFFORTS = {
    "weak": Effort(1000, Glance(ways=1, dearest=30), 600, 0),
    "normal": Effort(3000, Glance(ways=1, dearest=60), 1800, 800),
    "strong": Effort(8000, Glance(), 5000, 5000),
    "eager": Effort(3000, Glance(ways=1, dearest=60), 1800, 800, eager=True),
}

Bullets = tuple[str, ...]
SKIP = ("Leave the grid as it is.",)
"""Said when no idea comes any closer than doing nothing."""
MOST_STEPS = 8
MOST_TURNS = 12
"""Ideas that come to mind when those that were tried are to be put aside."""
TRIED = 250
"""Characters by which an idea is known as one that was tried."""
ORDERED = 1_000_000
"""Seeds so far apart ask for the same sample of a question, drawn once more: what is best comes first with all of them, and
only chance is another's."""


def generate(asked: Asked, seed: int, effort: Effort) -> Bullets:
    """Write, revise or recombine, by how many descriptions the prompt shows; or what its headings say."""
    if asked.move in _MOVES and asked.numbers:
        return _MOVES[asked.move](asked, seed, effort)
    effort = replace(effort, glance=hinted(effort.glance, asked.examples)) if asked.examples else effort
    puzzle = puzzle_of_prompt(replace(asked, tests=[]) if effort.eager else asked)
    if not puzzle.pairs:
        return SKIP
    parents = [_begin(parent, asked, puzzle) for parent in asked.parents if parent.bullets]
    if not parents:
        return _write(puzzle, seed % ORDERED, effort)
    rng = Random(f"{puzzle.digest}/{seed}/{[p.bullets for p in parents]}")
    if len(parents) == 1:
        tried = revisions(parents[0], puzzle, effort.more, effort.second, rng)
    else:
        tried = recombinations(parents, puzzle, effort.more)
    while (chosen := _choose(tried, parents, seed % ORDERED, rng)) is not None:
        told = _told(_in_one_step(_plainer(chosen, puzzle), puzzle, effort), puzzle, effort)
        if not _turns_in_circles(told):
            return told
        tried = [idea for idea in tried if idea is not chosen]
    return _write(puzzle, seed % ORDERED + 1 + rng.randrange(12), effort)


def _turns_in_circles(bullets: Bullets) -> bool:
    """Whether it is mostly the same again and again: spliced of parents that share steps. No reader takes that for a rule."""
    return len(bullets) > 3 and 2 * len(set(bullets)) <= len(bullets)


def _generalise(asked: Asked, seed: int, effort: Effort) -> Bullets:
    """The rule so that it holds on the test inputs; they are looked at by an eager one, too, once they are asked about."""
    found = holding(asked.parents[0], puzzle_of_prompt(asked), effort.more) if asked.parents else None
    return found.bullets if found else _afresh(asked, seed, effort)


def _alternative(asked: Asked, seed: int, effort: Effort) -> Bullets:
    """Another rule that fits."""
    puzzle = puzzle_of_prompt(asked)
    found = others(asked.parents, puzzle, effort.first, effort.glance)
    return generalized(found[seed % ORDERED % len(found)], puzzle).bullets if found else _afresh(asked, seed + 1, effort)


def _afresh(asked: Asked, seed: int, effort: Effort) -> Bullets:
    """An idea written down anew that is none of those that were tried."""
    blank = replace(asked, parents=[], move="", tried=[])
    ideas = (generate(blank, seed + turn, effort) for turn in range(MOST_TURNS))
    return next((idea for idea in ideas if not any(line.startswith(" ".join(idea)[:TRIED]) for line in asked.tried)), SKIP)


_MOVES: dict[str, Callable[[Asked, int, Effort], Bullets]] = {
    "generalise": _generalise,
    "alternative": _alternative,
    "restart": _afresh,
}


def _told(idea: Hypothesis, puzzle: Puzzle, effort: Effort) -> Bullets:
    """Once it is right: in words that travel, or of somebody eager in such as do not."""
    tell = narrowed if effort.eager else generalized
    return (tell(idea, puzzle) if idea.is_exact else idea).bullets


def _write(puzzle: Puzzle, seed: int, effort: Effort) -> Bullets:
    """The best idea for seed 0, others for other seeds."""
    ideas = first_ideas(puzzle, effort.first, effort.glance)
    if not ideas:
        return SKIP
    exact = sum(idea.is_exact for idea in ideas)
    if exact and effort.glance.first:
        # what others have not thought of may be right: it is not passed over because they have had their turns
        seed %= exact
    idea = ideas[seed] if seed < max(exact, 1) else _drawn(ideas, seed, Random(puzzle.digest))
    if not exact and effort.second and not ideas[0].accuracy:
        # with nothing right by one step, a revision would have no sign of which first step is worth going on from
        further = explore(idea, Meter(effort.second))
        idea = further[0] if further and further[0].rank < idea.rank else idea
    return _told(idea, puzzle, effort)


def first_ideas(puzzle: Puzzle, work: int, glance: Glance) -> list[Hypothesis]:
    """Descriptions of one step, best first."""
    return remembered((puzzle.digest, work, glance), lambda: explore(Hypothesis((), puzzle), Meter(work), glance))


def _drawn(ideas: Sequence[Hypothesis], place: int, rng: Random) -> Hypothesis:
    """The idea at a place of an order in which good ones tend to come early; no idea has two places."""
    noisy = [(index / 3 + rng.gammavariate(1, 2), index) for index in range(len(ideas))]
    return ideas[sorted(noisy)[place % len(ideas)][1]]


def _begin(parent: Parent, asked: Asked, puzzle: Puzzle) -> Hypothesis:
    """Where a parent leads: as we follow it when we understand all of it, else as its results show."""
    read = [steps(bullet) for bullet in parent.bullets]
    reached = followed([operation for some in read for operation in some or ()], Hypothesis((), puzzle))
    if all(read):
        return reached
    return Hypothesis(reached.steps, _shown(parent, asked, reached.puzzle), reached.failed)


def _shown(parent: Parent, asked: Asked, reached: Puzzle) -> Puzzle:
    pairs = []
    for number, example in zip(asked.numbers, reached.pairs, strict=True):
        grid = parent.got.get(number)
        pairs.append(example if grid is None else Example(example.scene.becoming(grid), example.target))
    return Puzzle(Examples(tuple(pairs)), reached.tests)


def _choose(tried: Sequence[Hypothesis], parents: Sequence[Hypothesis], seed: int, rng: Random) -> Hypothesis | None:
    """The best of what was tried that is new; with other seeds, sometimes one that is nearly as good."""
    seen = {p.outputs for p in parents}
    fresh = []
    for idea in sorted(tried, key=lambda h: h.rank):
        acts = [step for step in idea.steps if not isinstance(step, Definition)]
        if idea.outputs not in seen and acts and len(idea.steps) <= MOST_STEPS:
            seen.add(idea.outputs)
            fresh.append(idea)
    better = [idea for idea in fresh if idea.rank < min(p.rank for p in parents)] or fresh[:3]
    if not better:
        return None
    return better[0 if seed == 0 else min(int(rng.expovariate(0.7)), len(better) - 1)]


def _plainer(idea: Hypothesis, puzzle: Puzzle) -> Hypothesis:
    """The idea without the steps that make no pair better."""
    for place in reversed(range(len(idea.steps))):
        shorter = followed(idea.steps[:place] + idea.steps[place + 1 :], Hypothesis((), puzzle))
        acts = any(not isinstance(step, Definition) for step in shorter.steps)
        as_good = all(a >= b for a, b in zip(shorter.accuracies, idea.accuracies, strict=True))
        if acts and as_good and shorter.failed <= idea.failed:
            idea = shorter
    return idea


def _in_one_step(idea: Hypothesis, puzzle: Puzzle, effort: Effort) -> Hypothesis:
    """One right step instead of several, if a closer look finds one."""
    if not idea.is_exact or len([step for step in idea.steps if not isinstance(step, Definition)]) < 2:
        return idea
    found = closer_ideas(puzzle, effort.more)
    return found[0] if found and found[0].is_exact else idea


def puzzle_of_prompt(asked: Asked) -> Puzzle:
    """The puzzle that a prompt shows."""
    pairs = tuple(Example(Scene(asked.inputs[n]), asked.outputs[n]) for n in asked.numbers)
    return Puzzle(Examples(pairs), tuple(map(Scene, asked.tests)))
