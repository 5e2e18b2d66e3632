"""Colours said by who has them ("the colour of the largest object"), and the search over all ways to say a colour."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from nlevolve.offline.grammar import says
from nlevolve.offline.nouns.colours import Colour, colours_for
from nlevolve.offline.nouns.objects import Coloured, Every, Objects
from nlevolve.offline.nouns.picking import candidates
from nlevolve.offline.operation import Examples
from nlevolve.offline.scene import Scene


@says(
    "the colour of {objects}",
    also="""
    the colour that {objects} has
    the same colour as {objects}
    """,
)
@dataclass(frozen=True)
class ColourOf(Colour):
    """The colour that all the chosen objects have."""

    objects: Objects

    def __post_init__(self) -> None:
        if isinstance(self.objects, Coloured):
            raise ValueError("the colour itself says that")

    def of(self, scene: Scene) -> int | None:
        found = {o.colour for o in self.objects.of(scene)}
        return found.pop() if len(found) == 1 else None


def any_colours_for(examples: Examples, wanted: Sequence[int], *, most: int = 4) -> Iterator[Colour]:
    """Phrases that mean `wanted[i]` in pair i, plainest first: names, how common they are, and whose they are."""
    yield from colours_for(examples, list(wanted))
    if len(set(wanted)) > 1:
        owners = (ColourOf(p) for p in candidates(examples) if not isinstance(p, Coloured | Every))
        fits = (c for c in owners if all(c.of(e.scene) == colour for e, colour in zip(examples, wanted, strict=True)))
        yield from islice(fits, most)
