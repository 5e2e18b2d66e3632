"""People's acts: operations that people say and the generator does not write."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nlevolve.offline.grammar import pin
from nlevolve.offline.nouns.colours import Colour
from nlevolve.offline.nouns.objects import Objects
from nlevolve.offline.operation import Operation
from nlevolve.offline.scene import Cells, Object, Scene
from nlevolve.offline.wide_reading import also_read


@dataclass(frozen=True)
class Majority(Colour):
    """The most common colour but black; none when two share the place."""

    def of(self, scene: Scene) -> int | None:
        counts = np.where(np.arange(len(scene.counts)) == 0, 0, scene.counts)
        return int(counts.argmax()) if counts.max() and (counts == counts.max()).sum() == 1 else None


also_read(
    Majority,
    """
    (colour|1) (with|that has) most cell
    colour that (is|there is) most [of]
    (majority|main|dominant) colour [of grid]
    most common colour [in grid|of grid]
    colour with the highest count
    colour that (appear|occur) most [often]
    """,
)


@dataclass(frozen=True)
class RecolourOthers(Operation):
    """Every cell that has not the colour gets another one, the background left out unless that is what stays."""

    kept: Colour
    new: Colour

    def apply(self, scene: Scene) -> Cells | None:
        kept, new = self.kept.of(scene), self.new.of(scene)
        return None if kept is None or new is None else np.where(scene.grid == kept, scene.grid, np.int8(new))


also_read(
    RecolourOthers,
    """
    keep {kept} [cell] and [change|turn|make|recolour|colour] (everything|everything other|other|every other|every other colour|every other cell|other colour) [becomes|is|to] {new}
    (change|turn|make|recolour|replace) (everything|all|every colour|every cell) (except|but|other than|besides) {kept} [cell] [to|with|into] {new}
    (change|turn|make|recolour|replace) (every|all) [cell] [of] other colour [than {kept}] [to|with|into] {new}
    """.replace("[than {kept}]", "than {kept}"),
    pin("(replace|change|turn|make|recolour) [every] (minority|less common) colour (with|to|into) {new}", kept=Majority()),
)


@dataclass(frozen=True)
class MostExtended(Objects):
    """The one with the largest or smallest box; nothing when there is a tie."""

    largest: bool

    def pick(self, scene: Scene) -> tuple[Object, ...]:
        areas = [one.height * one.width for one in scene.objects]
        best = (max if self.largest else min)(areas, default=0)
        return (
            tuple(one for one, area in zip(scene.objects, areas, strict=True) if area == best) if areas.count(best) == 1 else ()
        )


@dataclass(frozen=True)
class OfTwo(Objects):
    """The larger or smaller one where there are just two, by their cells and by their boxes."""

    larger: bool

    def pick(self, scene: Scene) -> tuple[Object, ...]:
        if len(scene.objects) != 2:
            return ()
        one, other = sorted(scene.objects, key=lambda o: o.size)
        agrees = one.size < other.size and one.height * one.width <= other.height * other.width
        return ((other if self.larger else one),) if agrees else ()


also_read(
    OfTwo,
    pin("(larger|large|big|main) [coloured] object", larger=True),
    pin("(smaller|small|little) [coloured] object", larger=False),
)


@dataclass(frozen=True)
class SoMany(Objects):
    """Objects of which there are just so many, or that have just so many cells together."""

    count: int
    objects: Objects

    def __post_init__(self) -> None:
        if isinstance(self.objects, SoMany) or self.count < 2:
            raise ValueError("a number is said once")

    def pick(self, scene: Scene) -> tuple[Object, ...]:
        found = self.objects.of(scene)
        return found if self.count in (len(found), sum(one.size for one in found)) else ()


also_read(SoMany, "[every|all] {count} {objects}")


@dataclass(frozen=True)
class ChangeOne(Operation):
    """One colour for another, said with no word between them: "make the background blue"."""

    old: Colour
    new: Colour

    def apply(self, scene: Scene) -> Cells | None:
        old, new = self.old.of(scene), self.new.of(scene)
        return None if old is None or new is None else np.where(scene.grid == old, np.int8(new), scene.grid)


also_read(
    ChangeOne,
    "(make|turn|colour|recolour|change|fill) [every] [rest of] {old} [cell] {new}",
    "(fill|colour) [in] [rest of] {old} [with|in] {new}",
)


@dataclass(frozen=True)
class PlainGrid(Operation):
    """All of the output in one colour: as large as the input, or of one cell or so many by so many."""

    colour: Colour
    side: int = 0

    def apply(self, scene: Scene) -> Cells | None:
        colour = self.colour.of(scene)
        shape = (self.side, self.side) if self.side else scene.grid.shape
        return None if colour is None else np.full(shape, colour, dtype=np.int8)


for _side in range(4):
    also_read(
        PlainGrid,
        pin(
            """
        output is [single cell of|filled with|single cell in|grid of] {colour}
        (fill|make|colour) [whole] (output|it|new grid) [with|in] {colour}
        output colour is {colour}
        """,
            side=_side,
        ),
    )
