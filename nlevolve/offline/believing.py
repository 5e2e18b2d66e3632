"""Believing: how far a rule is to be trusted on grids whose outputs nobody knows, and by what it may be told more widely."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from nlevolve.offline.english import say, steps
from nlevolve.offline.families.combining import Combination, IfOtherwise, OnlyIf
from nlevolve.offline.hypotheses import Hypothesis, Puzzle, followed
from nlevolve.offline.operation import Definition, Operation, perform
from nlevolve.offline.scene import Scene


@dataclass(frozen=True, eq=False)
class Rule:
    """A description as it was told, on the puzzle that it is about."""

    steps: tuple[Operation, ...]
    puzzle: Puzzle
    unread: int = 0
    """Bullets that were not understood."""

    @cached_property
    def end(self) -> Hypothesis:
        """Where it leads."""
        return followed(self.steps, Hypothesis((), self.puzzle))

    @property
    def fits(self) -> bool:
        """Whether all of it is understood, and every pair comes out by it."""
        return not self.unread and len(self.end.steps) == len(self.steps) > 0 and self.end.is_exact

    @cached_property
    def undone(self) -> dict[int, Operation]:
        """By the number of a test input (from 1), the first step that makes no sense there."""
        return {number: step for number, test in enumerate(self.puzzle.tests, 1) if (step := _undone(self.steps, test))}

    @cached_property
    def idle(self) -> dict[int, Operation]:
        """By the number of a test input, a step that changes nothing there while it changes every pair."""
        busy = set.intersection(*(_busy(self.steps, e.scene) for e in self.puzzle.pairs)) if self.puzzle.pairs else set()
        quiet = ((number, busy - _busy(self.steps, test)) for number, test in enumerate(self.puzzle.tests, 1))
        return {number: self.steps[min(places)] for number, places in quiet if places}

    @cached_property
    def tied(self) -> int:
        """Conditions under which the steps stand, those that hold in every pair twice: nothing shows that they matter."""
        return sum(1 + isinstance(step, OnlyIf) for step in self.steps if isinstance(step, OnlyIf | IfOtherwise))

    @property
    def doubts(self) -> tuple[int, ...]:
        """The less the better, when compared: fitting, holding on the test inputs, free of conditions, short of names."""
        return (not self.fits, len(self.undone) + len(self.idle), self.tied, self.end.cost + 20 * (self._acts - 1))

    @property
    def _acts(self) -> int:
        return sum(not isinstance(step, Definition) for step in self.steps)


def told(bullets: Sequence[str], puzzle: Puzzle) -> Rule:
    """The rule that bullets tell."""
    read = [steps(bullet) for bullet in bullets]
    return Rule(tuple(step for some in read for step in some or ()), puzzle, read.count(None))


def rule(idea: Hypothesis, puzzle: Puzzle) -> Rule:
    """The rule of an idea on this puzzle."""
    return Rule(idea.steps, puzzle)


def unbound(steps: Sequence[Operation]) -> Iterator[tuple[Operation, ...]]:
    """The steps without one of the conditions that they stand under."""
    for place, step in enumerate(steps):
        if isinstance(step, OnlyIf):
            yield (*steps[:place], step.then, *steps[place + 1 :])
        elif isinstance(step, IfOtherwise):
            yield from ((*steps[:place], one, *steps[place + 1 :]) for one in (step.then, step.otherwise))


def gist(steps: Sequence[Operation]) -> frozenset[type[Operation]]:
    """What a rule goes by, whatever the words: the kinds of its steps."""
    inner = [getattr(step, "then", getattr(step, "step", step)) if isinstance(step, Combination) else step for step in steps]
    return frozenset(type(step) for step in inner if not isinstance(step, Definition))


def sentence(step: Operation) -> str:
    """A step in the words of its bullet, without full stop."""
    return say(step).rstrip(".")


def _undone(steps: Sequence[Operation], scene: Scene) -> Operation | None:
    for step in steps:
        after = perform(step, scene)
        if after is None:
            return step
        scene = after
    return None


def _busy(steps: Sequence[Operation], scene: Scene) -> set[int]:
    """Places of the steps that change a scene."""
    found = set()
    for place, step in enumerate(steps):
        after = perform(step, scene) or scene
        if after.grid.tobytes() != scene.grid.tobytes() or after.grid.shape != scene.grid.shape:
            found.add(place)
        scene = after
    return found
