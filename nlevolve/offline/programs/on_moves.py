"""Helpers of programs, for objects that move to others. Their text goes into the programs that use them."""

from __future__ import annotations

from nlevolve.offline.programs.on_grids import Cells, Grid, is_inside
from nlevolve.offline.programs.on_objects import around, box_of, colours_of


def gap(cells: Cells, other: Cells) -> tuple[int, int]:
    """Empty rows and columns between, summed; fewer shifts sideways first."""
    (top, left, bottom, right), (first, start, last, end) = box_of(cells), box_of(other)
    down, across = max(first - bottom, top - last, 0), max(start - right, left - end, 0)
    return min(down, across), down + across


def nearest(cells: Cells, goals: list[Cells]) -> Cells:
    return min(goals, key=lambda goal: gap(cells, goal))


def direction_to(cells: Cells, goal: Cells) -> tuple[int, int]:
    """One step: to a side where they share rows or columns, else diagonal."""
    (top, left, bottom, right), (first, start, last, end) = box_of(cells), box_of(goal)
    down = int(first > bottom) - int(top > last)
    across = int(start > right) - int(left > end)
    return down, across


def approach(grid: Grid, cells: Cells, goal: Cells, target: Cells) -> tuple[int, int]:
    """How far it goes towards the goal until it touches the target; nowhere if it never does."""
    down, right = direction_to(cells, goal)
    near = set(around(grid, target, bool(down and right)))
    for steps in range(30):
        moved = [(r + down * steps, c + right * steps) for r, c in cells]
        if not all(is_inside(grid, r, c) for r, c in moved):
            break
        if near & set(moved):
            return down * steps, right * steps
    return 0, 0


def largest_alike(grid: Grid, objects: list[Cells], cells: Cells) -> Cells:
    """The largest object of its colour."""
    return max([o for o in objects if colours_of(grid, o) == colours_of(grid, cells)], key=len)


def middle_shift(cells: Cells, box: tuple[int, int, int, int]) -> tuple[int, int]:
    """How far it is to the middle of a box."""
    top, left, bottom, right = box_of(cells)
    return (box[0] + box[2] - top - bottom) // 2, (box[1] + box[3] - left - right) // 2
