"""Following a description on a small grid, both as plain text: a digit a cell, spaces between rows."""

from __future__ import annotations

from nlevolve.offline import english
from nlevolve.offline.scene import Scene, cells


def followed(description: str, rows: str) -> str:
    """The grid after the bullets, one a line; what cannot be followed is an error."""
    bullets = [line.strip() for line in description.splitlines() if line.strip()]
    after = english.follow(bullets, Scene(cells([list(map(int, row)) for row in rows.split()])))
    assert not after.note, after.note
    return " ".join("".join(map(str, row)) for row in after.scene.grid.tolist())
