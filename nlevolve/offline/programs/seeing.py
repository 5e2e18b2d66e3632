"""Definitions in Python: what is background, what is an object."""

from __future__ import annotations

from nlevolve.offline.families.seeing import (
    AreasAreObjects,
    BackgroundIs,
    BackgroundIsMostCommon,
    BackgroundIsOfBorder,
    BackgroundIsShared,
    CellsAreObjects,
    ColoursAreObjects,
    ObjectsAre,
)
from nlevolve.offline.programs.nouns import name_of
from nlevolve.offline.programs.panels import even
from nlevolve.offline.programs.step import OBJECTS, Step, python_for

_SAID_NOTHING = ""


@python_for(BackgroundIs)
def _background(definition: BackgroundIs, step: Step) -> str:
    step.sight.background_is_said = True
    return f"background = {name_of(definition.colour)}"


@python_for(BackgroundIsMostCommon)
def _most_common(definition: BackgroundIsMostCommon, step: Step) -> str:
    step.sight.background_is_said = True
    return "background = most_common([cell for row in grid for cell in row])"


@python_for(BackgroundIsOfBorder)
def _of_border(definition: BackgroundIsOfBorder, step: Step) -> str:
    step.sight.background_is_said = True
    return """
border = grid[0] + grid[-1] + [row[0] for row in grid[1:-1]] + [row[-1] for row in grid[1:-1]]
background = most_common(border)
"""


@python_for(BackgroundIsShared)
def _shared(definition: BackgroundIsShared, step: Step) -> str:
    step.sight.background_is_said = True
    return f"""
cells = [cell for row in grid for cell in row]
for background in sorted(range(10), key=lambda colour: -cells.count(colour)):
    if background in shared_colours({even(definition.panels)}):
        break
else:
    raise ValueError("the panels have no colour in common")
"""


@python_for(ObjectsAre)
def _objects(definition: ObjectsAre, step: Step) -> str:
    if definition.multicolour:
        step.sight.objects = f"connected(coloured_cells(grid, background), {definition.diagonal})"
    else:
        step.sight.objects = OBJECTS if definition.diagonal else "objects_of(grid, background, diagonal=False)"
    return _SAID_NOTHING


@python_for(AreasAreObjects)
def _areas(definition: AreasAreObjects, step: Step) -> str:
    step.sight.objects = "connected(cells_of(grid, background), False)"
    return _SAID_NOTHING


@python_for(ColoursAreObjects)
def _layers(definition: ColoursAreObjects, step: Step) -> str:
    step.sight.objects = "layers_of(grid, background)"
    return _SAID_NOTHING


@python_for(CellsAreObjects)
def _cells(definition: CellsAreObjects, step: Step) -> str:
    step.sight.objects = "[[cell] for cell in coloured_cells(grid, background)]"
    return _SAID_NOTHING
