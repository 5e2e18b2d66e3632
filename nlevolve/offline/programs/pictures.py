"""Pictures in Python: mended where something covers them, completed so that they are symmetric."""

from __future__ import annotations

from nlevolve.offline.families.repairing import Order, Repair, RepairUnder
from nlevolve.offline.families.symmetrizing import MakeSymmetric, OfGrid, OfObjects, Symmetry
from nlevolve.offline.programs.step import Step, python_for
from nlevolve.offline.programs.unsaid import Unsaid

_ORDERS = {Order.SYMMETRY: '"symmetric"', Order.PERIOD: '"repeating"', Order.ANY: '"either"'}


@python_for(Repair)
def _repair(operation: Repair, step: Step) -> str:
    return _mended(step.colour(operation.colour), _ORDERS[operation.order], operation.cropped)


@python_for(RepairUnder)
def _repair_under(operation: RepairUnder, step: Step) -> str:
    order = _ORDERS[operation.order]
    step.lookup("cover", f"misfit(grid, {order})", needed="cover is not None")
    return _mended("cover", order, operation.cropped)


def _mended(cover: str, order: str, cropped: bool) -> str:
    shown = f"crop(picture, box_of(cells_of(grid, {cover})))" if cropped else "picture"
    return f"picture = mended(grid, {cover}, {order})\nif picture is not None:\n    grid = {shown}"


_IMAGES = {
    Symmetry.LEFT_RIGHT: "[flip_horizontally(grid)]",
    Symmetry.TOP_BOTTOM: "[flip_vertically(grid)]",
    Symmetry.BOTH: "[flip_horizontally(grid), flip_vertically(grid), rotate_half(grid)]",
    Symmetry.HALF: "[rotate_half(grid)]",
}
"""Those that keep the sides of a grid, about its own centre."""
_TURNS = {
    Symmetry.LEFT_RIGHT: ["left_right"],
    Symmetry.TOP_BOTTOM: ["top_bottom"],
    Symmetry.BOTH: ["left_right", "top_bottom", "half"],
    Symmetry.QUARTERS: ["clockwise", "anticlockwise", "half"],
    Symmetry.ALL: ["left_right", "top_bottom", "clockwise", "anticlockwise", "half", "diagonal", "antidiagonal"],
    Symmetry.DIAGONAL: ["diagonal"],
    Symmetry.ANTIDIAGONAL: ["antidiagonal"],
    Symmetry.HALF: ["half"],
}


@python_for(MakeSymmetric)
def _symmetric(operation: MakeSymmetric, step: Step) -> str:
    turns = str(_TURNS[operation.symmetry]).replace("'", '"')
    match operation.centre:
        case OfGrid() if operation.symmetry in _IMAGES:
            return f"""
for image in {_IMAGES[operation.symmetry]}:
    grid = [[a if a != background else b for a, b in zip(*rows)] for rows in zip(grid, image)]
"""
        case OfGrid():
            return f"grid = completed(grid, background, {turns}, len(grid) - 1, len(grid[0]) - 1)"
        case OfObjects(objects):
            step.objects(objects, needed=True)
            return f"""
top, left, bottom, right = box_of([cell for o in chosen for cell in o])
grid = completed(grid, background, {turns}, top + bottom, left + right)
"""
    raise Unsaid(type(operation.centre).__name__)
