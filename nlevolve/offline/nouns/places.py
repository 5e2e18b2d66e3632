"""Directions, axes and corners."""

from __future__ import annotations

from nlevolve.offline.grammar import Words


class Direction(Words):
    """The four directions."""

    UP = ("up", "upwards", "to the top", "towards the top", "up to the top")
    DOWN = ("down", "downwards", "to the bottom", "towards the bottom", "down to the bottom")
    LEFT = ("left", "to the left", "leftwards", "towards the left")
    RIGHT = ("right", "to the right", "rightwards", "towards the right")

    @property
    def step(self) -> tuple[int, int]:
        """(rows, columns) of one step."""
        return {"up": (-1, 0), "down": (1, 0), "left": (0, -1), "right": (0, 1)}[self.value[0]]


class Side(Words):
    """The four sides of a grid, an object or a box."""

    TOP = ("top", "upper")
    BOTTOM = ("bottom", "lower")
    LEFT = ("left",)
    RIGHT = ("right",)

    @property
    def step(self) -> tuple[int, int]:
        """(rows, columns) of one step outwards."""
        return {"top": (-1, 0), "bottom": (1, 0), "left": (0, -1), "right": (0, 1)}[self.value[0]]
