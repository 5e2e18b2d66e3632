"""Counts: things to count in a grid, said so that "one for {…}" reads well ("every red object", "every colour")."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nlevolve.offline.grammar import Phrase, pin, says
from nlevolve.offline.nouns.colours import Named
from nlevolve.offline.nouns.objects import Coloured, ColouredThat, Every, Objects, That
from nlevolve.offline.nouns.picking import candidates
from nlevolve.offline.nouns.traits import Fact, HasFact, HasSize
from nlevolve.offline.operation import Examples
from nlevolve.offline.scene import Scene


class Counted(Phrase):
    """Things of which a grid has some number."""

    def number(self, scene: Scene) -> int:
        raise NotImplementedError


@says("{objects}")
@dataclass(frozen=True)
class Things(Counted):
    """Objects."""

    objects: Objects

    def number(self, scene: Scene) -> int:
        return len(self.objects.of(scene))


@says(pin("every colour"), also=[pin("every different colour"), pin("every colour in the grid")])
@dataclass(frozen=True)
class Colours(Counted):
    """Different colours, the background left out."""

    def number(self, scene: Scene) -> int:
        return len(scene.colours)


@says("every {colour} cell", also="every cell that is {colour}")
@dataclass(frozen=True)
class CellsOf(Counted):
    """Cells of a colour."""

    colour: Named

    def number(self, scene: Scene) -> int:
        return int(scene.counts[self.colour.of(scene) or 0]) if self.colour.of(scene) is not None else 0


@says(pin("every coloured cell"), also=[pin("every cell that is not background")])
@dataclass(frozen=True)
class ColouredCells(Counted):
    """All cells but the background."""

    def number(self, scene: Scene) -> int:
        return int(scene.foreground.sum())


def _sizes(examples: Examples, colour: Named) -> list[int]:
    """Sizes that objects of a colour have in every pair."""
    return sorted(set.intersection(*({o.size for o in Coloured(colour).of(e.scene)} for e in examples)) - {1})


def counts_for(examples: Examples, wanted: Sequence[int]) -> Iterator[Counted]:
    """Phrases for things of which pair i has `wanted[i]`, plainest first; none when all pairs want the same number."""
    if len(set(wanted)) < 2:
        return
    colours = [Named(c) for c in sorted({int(c) for e in examples for c in e.scene.colours})]
    plain: list[Counted] = [Things(Every()), Colours(), ColouredCells()]
    plain += [Things(Coloured(c)) for c in colours] + [CellsOf(c) for c in colours]
    plain += [Things(p) for p in candidates(examples) if isinstance(p, That | ColouredThat)]
    plain += [Things(ColouredThat(c, HasSize(size))) for c in colours for size in _sizes(examples, c)]
    plain += [Things(ColouredThat(c, HasFact(Fact.FULL_SQUARE))) for c in colours if len(colours) == 1]
    yield from (p for p in plain if all(p.number(e.scene) == n for e, n in zip(examples, wanted, strict=True)))
