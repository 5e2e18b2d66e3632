"""Colours: by name or by what they are in the grid ("the most common colour")."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nlevolve.offline.grammar import Phrase, pin, says
from nlevolve.offline.operation import Examples
from nlevolve.offline.scene import Scene

NAMES = ("black", "blue", "red", "green", "yellow", "grey", "magenta", "orange", "cyan", "maroon")


class Colour(Phrase):
    """A colour that may depend on the grid."""

    def of(self, scene: Scene) -> int | None:
        """0-9, or None when the grid has no such colour."""
        raise NotImplementedError


@says(
    *(pin(name, number=number) for number, name in enumerate(NAMES)),
    also=[pin(f"(colour {number}|{number}|colour {name})", number=number) for number, name in enumerate(NAMES)],
)
@dataclass(frozen=True)
class Named(Colour):
    """One of the ten colours."""

    number: int

    def of(self, scene: Scene) -> int | None:
        return self.number


@says(
    "the background colour",
    also="""
    background
    the colour of the background
    """,
)
@dataclass(frozen=True)
class Background(Colour):
    """The colour of the background."""

    def of(self, scene: Scene) -> int | None:
        return scene.background


@says(
    "the most common colour",
    also="""
    the dominant colour
    the colour that (occurs|appears) most often
    the main colour
    """,
)
@dataclass(frozen=True)
class MostCommon(Colour):
    """The most common colour that is not background; none when two share the place."""

    def of(self, scene: Scene) -> int | None:
        ranked = scene.colours
        if not ranked or (len(ranked) > 1 and scene.counts[ranked[0]] == scene.counts[ranked[1]]):
            return None
        return ranked[0]


@says(
    "the least common colour",
    also="""
    the colour that (occurs|appears) least often
    the rare colour
    """,
)
@dataclass(frozen=True)
class LeastCommon(Colour):
    """The least common colour that is not background; none when two share the place."""

    def of(self, scene: Scene) -> int | None:
        ranked = scene.colours
        if not ranked or (len(ranked) > 1 and scene.counts[ranked[-1]] == scene.counts[ranked[-2]]):
            return None
        return ranked[-1]


@says(
    "the only colour of the input",
    also="""
    the (single|one) colour of the input
    the only colour that the input has besides the background
    the colour that everything in the input has
    """,
)
@dataclass(frozen=True)
class OfInput(Colour):
    """The colour of all that stood on the background before the first step; none when there were several."""

    def of(self, scene: Scene) -> int | None:
        colours = scene.original.seen_with(scene.eye).colours
        return colours[0] if len(colours) == 1 else None


@says(
    "the colour that most cells have",
    also="""
    the colour of most cells
    the colour that most of the cells have
    """,
)
@dataclass(frozen=True)
class Prevailing(Colour):
    """The most common colour of all, be it background or not; the lowest number when several tie."""

    def of(self, scene: Scene) -> int | None:
        return int(scene.counts.argmax())


def colours_for(examples: Examples, wanted: list[int]) -> Iterator[Colour]:
    """Phrases for colours that differ between pairs or do not: those that mean `wanted[i]` in pair i, plainest first."""
    if len(set(wanted)) == 1:
        yield Named(wanted[0])
    for phrase in (Background(), MostCommon(), LeastCommon()):
        if all(phrase.of(e.scene) == colour for e, colour in zip(examples, wanted, strict=True)):
            yield phrase
