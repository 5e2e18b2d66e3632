"""Steps made of steps, in Python."""

from __future__ import annotations

from nlevolve.offline.families.combining import MOST_REPEATS, Repeat
from nlevolve.offline.programs.step import Step, python_for, write


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
