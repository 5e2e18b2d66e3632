"""Filling: areas that are closed off from the border."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from nlevolve.offline.grammar import says
from nlevolve.offline.nouns.colours import Colour, Named
from nlevolve.offline.operation import Examples, Operation, suggests
from nlevolve.offline.scene import Cells, Scene, enclosed


@says(
    "fill every enclosed area with {colour}",
    also="""
    (colour|recolour) every enclosed (area|region|space) {colour}
    fill [in] (areas|regions|holes|spaces) that are enclosed [by other colours] with {colour}
    every (area|region) that is enclosed becomes {colour}
    fill [all] [the] holes [of the objects|in the objects] with {colour}
    fill [all] [the] enclosed [background] (cells|areas|regions|spaces) with {colour}
    """,
)
@dataclass(frozen=True)
class FillEnclosed(Operation):
    """Background that no path over background, by sides, leads to from the border."""

    colour: Colour

    def apply(self, scene: Scene) -> Cells | None:
        colour = self.colour.of(scene)
        inside = enclosed(~scene.foreground)
        if colour is None or not inside.any():
            return None
        return np.where(inside, np.int8(colour), scene.grid)


@suggests(cost=10, same_shape=True)
def fillings(examples: Examples) -> Iterator[Operation]:
    """The colours that changed background cells get."""
    if examples.same_shape:
        for colour in examples.new_colours:
            yield FillEnclosed(Named(colour))
