"""Hypotheses: operations tried on the pairs, ranked by how close they come. Work is counted, never timed."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

import numpy as np

from nlevolve.offline.english import say
from nlevolve.offline.families.combining import Combination, Repeat
from nlevolve.offline.families.seeing import (
    OBJECT_VIEWS,
    AreasAreObjects,
    BackgroundIs,
    BackgroundIsMostCommon,
    ColoursAreObjects,
    ObjectsAre,
)
from nlevolve.offline.nouns.colours import NAMES, Named
from nlevolve.offline.operation import SUGGESTERS, Definition, Example, Examples, Operation, Suggester, perform
from nlevolve.offline.scene import Cells, Scene


class Meter:
    """Work units left. Counting them instead of seconds makes the same question have the same answer on any machine."""

    def __init__(self, units: int) -> None:
        self.left = units

    def spend(self, units: int) -> bool:
        """Take units; False when there are none left."""
        self.left -= units
        return self.left > 0


@dataclass(frozen=True, eq=False)
class Puzzle:
    """What a generator is shown: pairs, and test inputs without outputs. A step makes a puzzle of what is left to do."""

    pairs: Examples
    tests: tuple[Scene, ...] = ()

    @property
    def cells(self) -> int:
        """Cells of all grids that a step is tried on."""
        return sum(e.scene.grid.size for e in self.pairs) + sum(t.grid.size for t in self.tests)

    @property
    def trial(self) -> int:
        """Work units of trying one step on all grids."""
        return 2 + len(self.pairs) // 2 + self.cells // 140

    @property
    def burden(self) -> int:
        """By how many thousandths a suggester's cost counts: as measured, how its work grows with the grids and their objects."""
        return 450 + self.cells * 7 // 20 + 2 * sum(len(e.scene.objects) for e in self.pairs)

    @cached_property
    def digest(self) -> str:
        """Equal for puzzles with the same grids."""
        whole = hashlib.sha256()
        for grid in [g for e in self.pairs for g in (e.scene.grid, e.target)] + [t.grid for t in self.tests]:
            whole.update(repr(grid.shape).encode() + np.ascontiguousarray(grid).tobytes())
        return whole.hexdigest()


@dataclass(frozen=True, eq=False)
class Hypothesis:
    """Steps and where they lead; a None is a pair on which some step made no sense."""

    steps: tuple[Operation, ...]
    puzzle: Puzzle
    """The puzzle that is left after the steps."""
    failed: int = 0
    """Pairs and test inputs on which a step made no sense (it was left out there)."""

    @cached_property
    def accuracies(self) -> tuple[float, ...]:
        """Share of right cells for each pair; 0 on another shape."""
        return tuple(_accuracy(e.scene.grid, e.target) for e in self.puzzle.pairs)

    @property
    def exact(self) -> int:
        return sum(a == 1.0 for a in self.accuracies)

    @property
    def is_exact(self) -> bool:
        return self.exact == len(self.puzzle.pairs)

    @property
    def accuracy(self) -> float:
        return sum(self.accuracies) / len(self.accuracies)

    @cached_property
    def bullets(self) -> tuple[str, ...]:
        return tuple(map(say, self.steps))

    @cached_property
    def cost(self) -> int:
        """How much the description takes for granted: its words, and each colour that it names counts as several.

        One that some pair lacks counts twice: it is told of the others alone. One that has been named before counts less.
        """
        words = [word for bullet in self.bullets for word in re.findall(r"[a-z]+", bullet.lower())]
        colours = [NAMES.index(word) for word in words if word in NAMES]
        anew = sum(1 if colour in self._everywhere else 2 for colour in set(colours))
        return len(words) + A_COLOUR * anew + A_COLOUR_AGAIN * (len(colours) - len(set(colours)))

    @cached_property
    def _everywhere(self) -> set[int]:
        """The colours that every pair has."""
        grids = [np.concatenate([e.scene.original.grid.ravel(), e.target.ravel()]) for e in self.puzzle.pairs]
        return set.intersection(*(set(map(int, np.unique(grid))) for grid in grids))

    @cached_property
    def outputs(self) -> tuple[bytes, ...]:
        """Equal for hypotheses that cannot be told apart by what they make of the grids shown."""
        grids = [e.scene.grid for e in self.puzzle.pairs] + [t.grid for t in self.puzzle.tests]
        return tuple(bytes(g.shape) + g.tobytes() for g in grids)

    @property
    def rank(self) -> tuple[float, ...]:
        """Best first when sorted."""
        return (-self.exact, self.failed, -self.accuracy, self.cost)


A_COLOUR_AGAIN = 4
A_COLOUR = 6
"""Words that a named colour counts for: rules that name none carry over to grids with other colours."""


def _accuracy(got: Cells, want: Cells) -> float:
    return float((got == want).mean()) if got.shape == want.shape else 0.0


def after(step: Operation, before: Hypothesis) -> Hypothesis | None:
    """The hypothesis with one more step; None when the step makes sense on no pair or changes nothing."""
    examples: list[Example] = []
    failed = before.failed
    for example in before.puzzle.pairs:
        scene = perform(step, example.scene)
        if scene is None:
            failed += 1
            if failed > len(before.puzzle.pairs) // 2:
                return None
            scene = example.scene
        examples.append(Example(scene, example.target))
    tests = []
    for test in before.puzzle.tests:
        scene = perform(step, test)
        failed += scene is None
        tests.append(scene or test)
    return Hypothesis((*before.steps, step), Puzzle(Examples(tuple(examples)), tuple(tests)), failed)


def ways_to_see(examples: Examples) -> Iterator[tuple[Definition, ...]]:
    """Openings that say how to look at the grids, likely ones first; the first is to say nothing."""
    yield ()
    backgrounds: list[tuple[Definition, ...]] = [()]
    common = {int(e.scene.counts.argmax()) for e in examples}
    if common != {e.scene.background for e in examples}:
        backgrounds.append((BackgroundIs(Named(common.pop())),) if len(common) == 1 else (BackgroundIsMostCommon(),))
    yield (AreasAreObjects(),)
    for objects in (ObjectsAre(True, True), ObjectsAre(False, False), ColoursAreObjects(), ObjectsAre(False, True)):
        yield (objects,)
    for background in backgrounds[1:]:
        yield background
        yield (*background, ObjectsAre(True, True))
        yield (*background, ObjectsAre(False, False))


def followed(steps: Sequence[Operation], start: Hypothesis) -> Hypothesis:
    """The hypothesis with more steps; those that make no sense are left out."""
    for step in steps:
        start = after(step, start) or start
    return start


@dataclass(frozen=True)
class Glance:
    """How closely grids are looked at."""

    ways: int = 100
    """In how many ways: what is background, what is an object."""
    dearest: int = 100_000
    """Families whose search costs more work units are not asked."""
    first: frozenset[str] = frozenset()
    """Families that are asked before all others, whatever they cost."""
    openings: tuple[tuple[Definition, ...], ...] = ()
    """Ways that are tried beside the usual ones, for the families that come first alone."""

    def looks(self, examples: Examples) -> Iterator[tuple[tuple[Definition, ...], Sequence[Suggester]]]:
        """Ways to see, and whom to ask then: cheap ones first, so that little is missed when the work is used up."""
        usual = list(islice(ways_to_see(examples), self.ways))
        every = sorted((s for s in SUGGESTERS if s.cost <= self.dearest or s.theme in self.first), key=self._order)
        yield from ((way, every) for way in usual)
        yield from ((way, [s for s in every if s.theme in self.first]) for way in self.openings if way not in usual)

    def _order(self, suggester: Suggester) -> tuple[bool, int]:
        return suggester.theme not in self.first, suggester.cost


CLOSELY = Glance()


def explore(start: Hypothesis, meter: Meter, glance: Glance = CLOSELY) -> list[Hypothesis]:
    """Every step that the families propose from `start`, tried, best first; stops when the work is used up."""
    found: dict[tuple[bytes, ...], Hypothesis] = {}
    for tried in proposed(start, meter, glance):
        # of steps that cannot be told apart the one that takes less for granted is meant
        if tried.outputs != start.outputs and (tried.outputs not in found or tried.rank < found[tried.outputs].rank):
            found[tried.outputs] = tried
    ranked = sorted(found.values(), key=lambda h: h.rank)
    if ranked and not ranked[0].is_exact:
        again = [after(step, start) for step in _repeats(ranked, start) if meter.spend(start.puzzle.trial * step.work)]
        ranked = sorted([*ranked, *(h for h in again if h is not None and h.outputs not in found)], key=lambda h: h.rank)
    return ranked


REPEATED = 4
"""How many of the best steps are also tried over and over."""


def _repeats(ranked: Sequence[Hypothesis], start: Hypothesis) -> Iterator[Operation]:
    """The best steps over and over, if they bring the grids closer."""
    for idea in ranked[:REPEATED]:
        if len(idea.steps) == len(start.steps) + 1 and not isinstance(idea.steps[-1], Combination) and idea.rank < start.rank:
            yield Repeat(idea.steps[-1])


def proposed(start: Hypothesis, meter: Meter, glance: Glance) -> Iterator[Hypothesis]:
    """Every step that the families propose from `start`, tried, in the order of the glance, until the work is used up."""
    trial = start.puzzle.trial
    for way, suggesters in glance.looks(start.puzzle.pairs):
        looked = followed(way, start)
        burden = looked.puzzle.burden
        only_objects = bool(way) and all(isinstance(definition, OBJECT_VIEWS) for definition in way)
        for suggester in suggesters:
            if not suggester.fits(looked.puzzle.pairs) or (only_objects and not suggester.by_eye):
                continue
            if not meter.spend(1 + suggester.cost * burden // 1000):
                return
            for step in suggester.suggest(looked.puzzle.pairs):
                if not meter.spend(trial * step.work):
                    return
                tried = after(step, looked)
                if tried is not None:
                    yield tried


def puzzle_of(pairs: Sequence[tuple[Cells, Cells]], tests: Sequence[Cells]) -> Puzzle:
    """The puzzle of raw grids."""
    return Puzzle(Examples(tuple(Example(Scene(a), np.asarray(b)) for a, b in pairs)), tuple(map(Scene, tests)))
