"""Widening: other steps that say the same of what is shown, and something also where that one says nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from nlevolve.offline.families.combining import Combination
from nlevolve.offline.families.cutting import CropTo
from nlevolve.offline.families.facing import Facing, is_directed
from nlevolve.offline.families.leaving import LeaveAsIs
from nlevolve.offline.families.lines import Axis, DrawRays, JoinCells
from nlevolve.offline.families.painting import RecolourObjects
from nlevolve.offline.families.moving import MoveBy
from nlevolve.offline.families.panels import ShrinkPanels, Summary
from nlevolve.offline.families.recolouring import ChangeColours
from nlevolve.offline.families.repairing import Order, Repair, RepairUnder
from nlevolve.offline.families.rows import LeaveOut, Roll, Waste, Which
from nlevolve.offline.families.symmetrizing import MakeSymmetric, OfGrid, Symmetry
from nlevolve.offline.nouns.objects import Every
from nlevolve.offline.nouns.panels import EqualParts, Halves, Squares
from nlevolve.offline.nouns.places import Direction, Side
from nlevolve.offline.nouns.rays import Way
from nlevolve.offline.nouns.shades import Plain
from nlevolve.offline.operation import Definition, Examples, Operation


_WIDER_WAYS = (Way.HORIZONTAL, Way.VERTICAL, Way.FALLING, Way.RISING, Way.STRAIGHT, Way.DIAGONAL)


def facing_steps(step: Operation, examples: Examples) -> Iterator[Operation]:
    """The same with directions told by what the grids show, if it has directions."""
    if not isinstance(step, Combination | Definition | LeaveAsIs) and is_directed(step, examples):
        yield from (Facing(side, step) for side in Side)


def wider_steps(step: Operation) -> Iterator[Operation]:
    """Steps that take less for granted, the one to be preferred last."""
    if isinstance(step, ChangeColours) and len(step.changes) == 1:
        yield RecolourObjects(Every(), Plain(step.changes[0].new))
    elif isinstance(step, JoinCells) and step.axis in (Axis.ROWS, Axis.COLUMNS):
        yield replace(step, axis=Axis.STRAIGHT)
    elif isinstance(step, DrawRays):
        yield from (replace(step, way=way) for way in _WIDER_WAYS if set(step.way.steps) < set(way.steps))
    elif isinstance(step, CropTo) and not step.alone:
        yield replace(step, alone=True)
    elif isinstance(step, Repair):
        yield from (RepairUnder(order, step.cropped) for order in (step.order, Order.PERIOD, Order.ANY))
        if step.order is Order.SYMMETRY and not step.cropped:
            yield from (MakeSymmetric(axis, OfGrid()) for axis in (Symmetry.LEFT_RIGHT, Symmetry.TOP_BOTTOM))
    elif step == LeaveOut(Which.BOTH, Waste.EMPTY):
        yield LeaveOut(Which.BOTH, Waste.PLAIN)
    elif isinstance(step, Roll):
        yield from (MoveBy(Every(), direction, distance) for distance in (3, 2, 1) for direction in Direction)
    elif isinstance(step, ShrinkPanels) and step.summary is Summary.COMMON:
        yield replace(step, summary=Summary.COLOURED)
    elif isinstance(getattr(step, "panels", None), EqualParts):
        yield from _any_way(step, step.panels)


def _any_way(step: Operation, panels: EqualParts) -> Iterator[Operation]:
    """The same whether the parts lie one above or one beside the other."""
    count = panels.rows * panels.columns
    if count == max(panels.rows, panels.columns):
        yield replace(step, panels=Halves() if count == 2 else Squares())
