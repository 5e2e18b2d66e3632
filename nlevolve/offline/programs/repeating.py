"""Steps made of steps, in Python."""

from __future__ import annotations

from nlevolve.offline.families.combining import MOST_REPEATS, Repeat
from nlevolve.offline.families.facing import Facing
from nlevolve.offline.families.lattices import OnPanels
from nlevolve.offline.nouns.places import Side
from nlevolve.offline.programs.step import EACH_STEP, Step, python_for, write
from nlevolve.offline.programs.unsaid import Unsaid


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


@python_for(OnPanels)
def _on_panels(operation: OnPanels, step: Step) -> str:
    if step.sight.background_is_said:
        raise Unsaid("what is background on the small grid")
    step.holds_steps = True
    step.setup += [f"background = {EACH_STEP}", "layout = separated(grid, background)"]
    step.lookup("small", "one_cell_each(grid, layout)", needed="small")
    inner = "\n".join(write(operation.step, step.sight))
    return f"""
whole, before, grid = grid, small, small
{inner}
if len(grid) == len(before) and len(grid[0]) == len(before[0]):
    colours = [colour for row in grid for colour in row]
    panels = cut(whole, layout)
    set_panels(whole, layout, [[[colour for _ in row] for row in panel] for panel, colour in zip(panels, colours)])
grid = whole
"""
