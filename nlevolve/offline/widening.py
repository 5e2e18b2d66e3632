"""Widening: other steps that do the same to what is shown, and that mean something also where the given one means nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import singledispatch

from nlevolve.offline.families.combining import Combination
from nlevolve.offline.families.cutting import CropTo
from nlevolve.offline.families.facing import Facing, is_directed
from nlevolve.offline.families.leaving import LeaveAsIs
from nlevolve.offline.families.lines import Axis, DrawRays, JoinCells
from nlevolve.offline.families.moving import MoveBy
from nlevolve.offline.families.overlaying import ComparePanels, StackPanels
from nlevolve.offline.families.painting import RecolourObjects
from nlevolve.offline.families.panels import JudgePanels, PanelAt, PickPanel, ShrinkPanels, Summary
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


@singledispatch
def wider_steps(step: Operation) -> Iterator[Operation]:
    """Steps that take less for granted, the one to be preferred last."""
    yield from ()


@wider_steps.register
def _(step: ChangeColours) -> Iterator[Operation]:
    if len(step.changes) == 1:
        yield RecolourObjects(Every(), Plain(step.changes[0].new))


@wider_steps.register
def _(step: JoinCells) -> Iterator[Operation]:
    if step.axis in (Axis.ROWS, Axis.COLUMNS):
        yield replace(step, axis=Axis.STRAIGHT)


_WIDER_WAYS = (Way.HORIZONTAL, Way.VERTICAL, Way.FALLING, Way.RISING, Way.STRAIGHT, Way.DIAGONAL)


@wider_steps.register
def _(step: DrawRays) -> Iterator[Operation]:
    yield from (replace(step, way=way) for way in _WIDER_WAYS if set(step.way.steps) < set(way.steps))


@wider_steps.register
def _(step: CropTo) -> Iterator[Operation]:
    if not step.alone:
        yield replace(step, alone=True)


@wider_steps.register
def _(step: Repair) -> Iterator[Operation]:
    yield from (RepairUnder(order, step.cropped) for order in (step.order, Order.PERIOD, Order.ANY))
    if step.order is Order.SYMMETRY and not step.cropped:
        yield from (MakeSymmetric(axis, OfGrid()) for axis in (Symmetry.LEFT_RIGHT, Symmetry.TOP_BOTTOM))


@wider_steps.register
def _(step: LeaveOut) -> Iterator[Operation]:
    if step == LeaveOut(Which.BOTH, Waste.EMPTY):
        yield LeaveOut(Which.BOTH, Waste.PLAIN)


@wider_steps.register
def _(step: Roll) -> Iterator[Operation]:
    # that what leaves the grid comes in again is much to say when nothing leaves it
    yield from (MoveBy(Every(), direction, distance) for distance in (3, 2, 1) for direction in Direction)


@wider_steps.register
def _(step: ShrinkPanels) -> Iterator[Operation]:
    if step.summary is Summary.COMMON:
        yield replace(step, summary=Summary.COLOURED)
    yield from _any_way(step)


@wider_steps.register(ComparePanels)
@wider_steps.register(StackPanels)
@wider_steps.register(PickPanel)
@wider_steps.register(PanelAt)
@wider_steps.register(JudgePanels)
def _any_way(step: ComparePanels | StackPanels | PickPanel | PanelAt | JudgePanels | ShrinkPanels) -> Iterator[Operation]:
    """The same whether the parts lie one above the other or side by side."""
    if isinstance(step.panels, EqualParts) and 1 in (step.panels.rows, step.panels.columns):
        yield replace(step, panels=Halves() if step.panels.rows * step.panels.columns == 2 else Squares())


def facing_steps(step: Operation, examples: Examples) -> Iterator[Operation]:
    """The same with its directions told by what the grids show, if it has directions."""
    if not isinstance(step, Combination | Definition | LeaveAsIs) and is_directed(step, examples):
        yield from (Facing(side, step) for side in Side)
