"""Objects that move to others, in Python: towards them, into line with them, into their middle."""

from __future__ import annotations

from nlevolve.offline.families.approaching import AlignWith, MoveBetween, MoveToKin, MoveTowards, StepTowards
from nlevolve.offline.nouns.places import Side
from nlevolve.offline.programs.nouns import picked
from nlevolve.offline.programs.step import Step, python_for

_MOVED = "grid = move(grid, chosen, [{shift} for o in chosen], background)"


def _two(operation: AlignWith | MoveBetween | MoveTowards | StepTowards, step: Step, goals: str = "goals") -> None:
    """Look up the goals, and those that move: a goal stays where it is."""
    step.lookup("goals", picked(operation.goal))
    step.lookup("chosen", f"[o for o in {picked(operation.objects)} if o not in goals]")
    step.needs += ["chosen", goals]


@python_for(MoveTowards)
def _towards(operation: MoveTowards, step: Step) -> str:
    _two(operation, step)
    step.lookup("goal_cells", "[cell for goal in goals for cell in goal]")
    return _MOVED.format(shift="approach(grid, o, nearest(o, goals), goal_cells)")


@python_for(StepTowards)
def _step(operation: StepTowards, step: Step) -> str:
    _two(operation, step)
    return _MOVED.format(shift="direction_to(o, nearest(o, goals))")


@python_for(MoveToKin)
def _to_kin(operation: MoveToKin, step: Step) -> str:
    step.lookup("kin", f"[(o, largest_alike(grid, objects, o)) for o in {picked(operation.objects)}]")
    step.lookup("moving", "[(o, goal) for o, goal in kin if len(goal) > len(o)]", needed="moving")
    shifts = "[approach(grid, o, goal, goal) for o, goal in moving]"
    return f"grid = move(grid, [o for o, _ in moving], {shifts}, background)"


_SIDES = {Side.TOP: 0, Side.LEFT: 1, Side.BOTTOM: 2, Side.RIGHT: 3}
"""Places in a box."""


@python_for(AlignWith)
def _align(operation: AlignWith, step: Step) -> str:
    _two(operation, step, "len(goals) == 1")
    place = _SIDES[operation.side]
    far = f"box_of(goals[0])[{place}] - box_of(o)[{place}]"
    return _MOVED.format(shift=f"({far}, 0)" if operation.side in (Side.TOP, Side.BOTTOM) else f"(0, {far})")


@python_for(MoveBetween)
def _between(operation: MoveBetween, step: Step) -> str:
    _two(operation, step)
    return "box = box_of([cell for goal in goals for cell in goal])\n" + _MOVED.format(shift="middle_shift(o, box)")
