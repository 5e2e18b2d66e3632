"""Doing nothing, said so."""

from __future__ import annotations

from dataclasses import dataclass

from nlevolve.offline.grammar import says
from nlevolve.offline.operation import Operation
from nlevolve.offline.scene import Cells, Scene


@says(
    "leave the grid as it is",
    also="""
    copy the input [to the output]
    the output is the same as the input
    do not change anything
    keep the grid unchanged
    nothing changes
    the output is a copy of the input
    change nothing
    """,
)
@dataclass(frozen=True)
class LeaveAsIs(Operation):
    """Changes nothing."""

    def apply(self, scene: Scene) -> Cells | None:
        return scene.grid
