"""Grids as text: a digit a cell, dots for black, rows separated by blanks."""

from __future__ import annotations

from nlevolve.offline import english
from nlevolve.offline.scene import Cells, Scene, cells


def grid(text: str) -> Cells:
    """`grid("..1 .1.")` has two rows and three columns."""
    return cells([[0 if c == "." else int(c) for c in row] for row in text.split()])


def follow(bullets: str | list[str], before: str) -> str:
    """What bullets make of a grid, both as text. A bullet that is not read or makes no sense is an error."""
    followed = english.follow([bullets] if isinstance(bullets, str) else bullets, Scene(grid(before)))
    assert not followed.note, followed.note
    return " ".join("".join("." if c == 0 else str(c) for c in row) for row in followed.scene.grid)
