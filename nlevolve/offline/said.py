"""What people say that no single operation is: a sentence of several meanings, and claims about the grid before or after."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from nlevolve.offline.operation import Operation, perform
from nlevolve.offline.scene import Cells, Scene


@dataclass(frozen=True)
class AsSaid(Operation):
    """Something that is only ever read: the grammar has no words of its own for it."""

    text: str


@dataclass(frozen=True)
class EitherWay(AsSaid):
    """A sentence of several meanings: understood where all that make sense come to the same, or something else said decides."""

    ways: tuple[tuple[Operation, ...], ...]
    idle: bool = False
    """Whether there may be nothing to do."""

    def outcomes(self, scene: Scene) -> list[Scene]:
        """What each meaning leads to that makes sense here, each grid once; what would change nothing is hardly meant."""
        found = [after for way in self.ways if (after := performed(way, scene)) is not None]
        ends = {outcome_key(after): after for after in found}
        if len(ends) > 1:
            ends.pop(outcome_key(scene), None)
        return list(ends.values()) or ([scene] if self.idle else [])

    def apply(self, scene: Scene) -> Cells | None:
        found = self.outcomes(scene)
        return found[0].grid if len(found) == 1 else None


def performed(steps: Iterable[Operation], scene: Scene) -> Scene | None:
    """The scene after all steps; None when one makes no sense there."""
    now: Scene | None = scene
    for step in steps:
        now = None if now is None else perform(step, now)
    return now


def outcome_key(scene: Scene) -> object:
    """Equal for scenes that go on alike."""
    return scene.grid.shape, scene.grid.tobytes(), scene.eye


class Claim(AsSaid):
    """Something said to be so, not to be done. It changes nothing; what contradicts it cannot be meant."""

    def apply(self, scene: Scene) -> Cells | None:
        return scene.grid


class ClaimOfInput(Claim):
    """About the grid that the description starts from."""

    def holds(self, scene: Scene) -> bool:
        raise NotImplementedError

    def apply(self, scene: Scene) -> Cells | None:
        return scene.grid if self.holds(scene.original) else None


class ClaimOfOutput(Claim):
    """About the grid that it leads to."""

    def fits(self, before: Scene, after: Scene) -> bool:
        raise NotImplementedError


@dataclass(frozen=True)
class ComesTo(ClaimOfOutput):
    """What was done before is said again, as its result."""

    ways: tuple[tuple[Operation, ...], ...]

    def fits(self, before: Scene, after: Scene) -> bool:
        ends = [performed(way, before) for way in self.ways]
        return any(end is not None and outcome_key(end) == outcome_key(after) for end in ends)
