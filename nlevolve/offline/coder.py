"""The embedded coder: bullets -> the Python program that says the same, for a sandbox to run.

A bullet that nobody understands is left out, as the checker leaves it out. Where one is understood and cannot be said in Python
yet, there is no program: whoever reads the words has to follow them then.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from nlevolve.offline.english import steps
from nlevolve.offline.families.turning import Turn, TurnGrid
from nlevolve.offline.operation import Operation

_TURNED = {
    Turn.LEFT_RIGHT: "[row[::-1] for row in grid]",
    Turn.TOP_BOTTOM: "grid[::-1]",
    Turn.CLOCKWISE: "[list(column) for column in zip(*grid[::-1])]",
    Turn.ANTICLOCKWISE: "[list(column) for column in zip(*grid)][::-1]",
    Turn.HALF: "[row[::-1] for row in grid[::-1]]",
    Turn.DIAGONAL: "[list(column) for column in zip(*grid)]",
    Turn.ANTIDIAGONAL: "[list(column)[::-1] for column in zip(*grid)][::-1]",
}


def _turn(operation: TurnGrid) -> str:
    return f"grid = {_TURNED[operation.turn]}"


SAID: Mapping[type[Operation], Callable[..., str]] = {TurnGrid: _turn}
"""Operation -> the lines that do it to `grid`."""


def program_reply(bullets: Sequence[str]) -> str:
    """A program that does what the bullets say, in a fence; or a line that names the first that cannot be said in Python."""
    lines = ["grid = [list(row) for row in grid]"]
    for bullet in bullets:
        lines.append(f"# {' '.join(bullet.split())}")
        for operation in steps(bullet) or ():
            said = SAID.get(type(operation))
            if said is None:
                return f"CANNOT: {' '.join(bullet.split())}"
            lines += said(operation).split("\n")
    return "\n".join(("```python", "def transform(grid):", *(f"    {line}" for line in (*lines, "return grid")), "```"))
