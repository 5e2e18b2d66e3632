"""How to look: what is background, which cells form one object."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from nlevolve.offline.grammar import pin, says
from nlevolve.offline.nouns.colours import Named
from nlevolve.offline.nouns.panels import Panels, shared_colours
from nlevolve.offline.operation import Definition
from nlevolve.offline.scene import NO_COLOUR, Eye, Scene


@says(
    "the background is {colour}",
    also="""
    {colour} is the background [colour]
    the background colour is {colour}
    treat {colour} as [the] background [colour]
    consider {colour} [as|to be] [the] background [colour]
    {colour} cells are [the] background [colour]
    let {colour} be the background [colour]
    """,
)
@dataclass(frozen=True)
class BackgroundIs(Definition):
    """Names the background."""

    colour: Named

    def see(self, scene: Scene) -> Eye:
        return replace(scene.eye, background=self.colour.number)


@says(
    "the background is the most common colour of the grid",
    also="""
    the most common colour [in the grid|of all] is the background
    treat the most common colour as [the] background [colour]
    background is the colour that appears most often in the grid
    consider the most common colour [as|to be] the background
    the background [colour] is the most common colour
    """,
)
@dataclass(frozen=True)
class BackgroundIsMostCommon(Definition):
    """The background differs from grid to grid."""

    def see(self, scene: Scene) -> Eye:
        return replace(scene.eye, background=int(scene.counts.argmax()))


@says(
    "the background is the most common colour at the border of the grid",
    also="""
    the most common colour at the border [of the grid] is the background
    treat the most common colour at the border [of the grid] as [the] background [colour]
    the background [colour] is the colour of most cells at the border [of the grid]
    the background [colour] is the colour that most cells at the border [of the grid] has
    """,
)
@dataclass(frozen=True)
class BackgroundIsOfBorder(Definition):
    """The background differs from grid to grid, and what stands on it may be the larger part."""

    def see(self, scene: Scene) -> Eye:
        border = np.concatenate([scene.grid[0], scene.grid[-1], scene.grid[1:-1, 0], scene.grid[1:-1, -1]])
        return replace(scene.eye, background=int(np.bincount(border).argmax()))


@says(
    pin("nothing is background"),
    also=[
        pin(
            """
    there is no background
    no colour is [the] background
    treat no colour as [the] background
    every colour belongs to an object
    """
        )
    ],
)
@dataclass(frozen=True)
class NothingIsBackground(Definition):
    """The whole grid is covered with objects; a step that needs background makes no sense then."""

    def see(self, scene: Scene) -> Eye:
        return replace(scene.eye, background=NO_COLOUR)


@says(
    "the background is the colour that {panels} have in common",
    also="""
    the background [colour] is the colour that {panels} share
    treat the colour that {panels} share as [the] background [colour]
    the colour that {panels} have in common is the background [colour]
    the background [colour] is the colour (found|that occurs) in all of {panels}
    """,
)
@dataclass(frozen=True)
class BackgroundIsShared(Definition):
    """The background differs from grid to grid; of several colours that all panels have, it is the most common."""

    panels: Panels

    def see(self, scene: Scene) -> Eye:
        # where the panels are may depend on what is background: it is one that makes itself true
        for colour in sorted(np.flatnonzero(scene.counts).tolist(), key=lambda c: -int(scene.counts[c])):
            eye = replace(scene.eye, background=colour)
            if colour in shared_colours(self.panels.of(scene.seen_with(eye))):
                return eye
        return scene.eye


@says(
    pin("cells of one colour that touch by a side form an object", diagonal=False, multicolour=False),
    pin("cells of one colour that touch by a side or a corner form an object", diagonal=True, multicolour=False),
    pin("cells of any colours that touch by a side form an object", diagonal=False, multicolour=True),
    pin("cells of any colours that touch by a side or a corner form an object", diagonal=True, multicolour=True),
    also=[
        pin(
            """
        an object is a group of cells of (one|the same|a single) colour that (touch|connect) by (a side|their sides)
        """,
            diagonal=False,
            multicolour=False,
        ),
        pin(
            """
        diagonal neighbours do not belong to one object
        an object is made of cells of the same colour that share a side
        objects are 4 connected [cells] of (one|the same) colour
        cells of the same colour that share a side belong to one object
        """,
            diagonal=False,
            multicolour=False,
        ),
        pin(
            """
        objects may have (several|many|different) colours
        an object may have (several|many|different) colours
        cells that touch also diagonally form one object whatever their colours
        objects are 8 connected [cells] of any colour
        an object is a group of cells of any colours that touch by a side or a corner
        """,
            diagonal=True,
            multicolour=True,
        ),
        pin(
            """
        objects are 8 connected [cells] of (one|the same) colour
        """,
            diagonal=True,
            multicolour=False,
        ),
        pin(
            """
        objects are 4 connected [cells] of any colour
        """,
            diagonal=False,
            multicolour=True,
        ),
    ],
)
@dataclass(frozen=True)
class ObjectsAre(Definition):
    """What belongs to one object."""

    diagonal: bool
    multicolour: bool

    def see(self, scene: Scene) -> Eye:
        return replace(scene.eye, diagonal=self.diagonal, multicolour=self.multicolour, areas=False, whole=False, single=False)


@says(
    pin("every connected area of background cells is an object"),
    also=[
        pin(
            """
    the areas of connected background cells are the objects
    treat every connected area of background as an object
    consider every area of background cells an object
    look at the connected areas of background cells as the objects
    objects are the connected areas of background
    """
        )
    ],
)
@dataclass(frozen=True)
class AreasAreObjects(Definition):
    """What is looked at is not what stands on the background, but the areas that it leaves."""

    def see(self, scene: Scene) -> Eye:
        return replace(scene.eye, areas=True, whole=False, single=False)


@says(
    pin("all cells of one colour together form one object"),
    also=[
        pin(
            """
    every colour is one object, even if its cells do not touch
    treat all cells of (one|the same|a) colour as one object
    consider all cells of (one|the same|a) colour [as|to be] one object
    cells of the same colour belong to the same object wherever they are
    objects are formed by all cells of (one|the same) colour
    """
        )
    ],
)
@dataclass(frozen=True)
class ColoursAreObjects(Definition):
    """As many objects as there are colours but the background."""

    def see(self, scene: Scene) -> Eye:
        return replace(scene.eye, areas=False, whole=True, single=False)


@says(
    "every coloured cell is an object of its own",
    also="""
    every [coloured] cell is an object
    treat every [coloured] cell as an object [of its own]
    consider every [coloured] cell an object [of its own]
    objects are single cells
    cells that touch are objects of their own
    """,
)
@dataclass(frozen=True)
class CellsAreObjects(Definition):
    """As many objects as there are coloured cells."""

    def see(self, scene: Scene) -> Eye:
        return replace(scene.eye, areas=False, whole=False, single=True)


BACKGROUNDS = (BackgroundIs, BackgroundIsMostCommon, BackgroundIsOfBorder, BackgroundIsShared, NothingIsBackground)
"""The definitions that change what is background and nothing else."""
OBJECT_VIEWS = (ObjectsAre, AreasAreObjects, ColoursAreObjects, CellsAreObjects)
"""The definitions that change what an object is and nothing else."""
