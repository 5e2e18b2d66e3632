"""Steps made of steps, in Python."""

from __future__ import annotations

from nlevolve.offline.families.combining import MOST_REPEATS, Repeat
from nlevolve.offline.families.facing import Facing
from nlevolve.offline.nouns.places import Side
from nlevolve.offline.programs.step import EACH_STEP, Step, python_for, write


@python_for(Repeat)
def _repeat(operation: Repeat, step: Step) -> str:
    step.holds_steps = True
    inner = "\n".join(f"    {line}" for line in write(operation.step, step.sight))
    return f"""
for _ in range({MOST_REPEATS}):
    before = [list(row) for row in grid]
{inner}
    if grid == before:
        break
"""


_AROUND = (Side.TOP, Side.LEFT, Side.BOTTOM, Side.RIGHT)
"""In the order in which a quarter turn anticlockwise takes each to the next."""


@python_for(Facing)
def _facing(operation: Facing, step: Step) -> str:
    step.holds_steps = True
    if not step.sight.background_is_said:
        step.setup.append(f"background = {EACH_STEP}")
    step.setup.append("fullest = fullest_border(grid, original, background)")
    step.needs.append("fullest is not None")
    inner = "\n".join(write(operation.step, step.sight))
    return f"""
turns = ({_AROUND.index(operation.side)} - fullest) % 4
for _ in range(turns):
    grid = rotate_anticlockwise(grid)
{inner}
for _ in range(turns):
    grid = rotate_clockwise(grid)
"""
