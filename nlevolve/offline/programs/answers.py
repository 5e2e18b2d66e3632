"""Small outputs that say what was found, in Python: one colour, lists and bars of colours."""

from __future__ import annotations

from nlevolve.offline.families.answering import OneColour
from nlevolve.offline.families.listing import Along, Bars, Commonness, ListByCommonness, ListColours
from nlevolve.offline.nouns.places import Side
from nlevolve.offline.programs.objects import order
from nlevolve.offline.programs.step import Step, python_for


@python_for(OneColour)
def _one_colour(operation: OneColour, step: Step) -> str:
    colour = step.colour(operation.colour)
    return f"grid = [[{colour}] * {operation.columns} for _ in range({operation.rows})]"


@python_for(ListColours)
def _list(operation: ListColours, step: Step) -> str:
    chosen = step.objects(operation.objects)
    step.needs.append(f"0 < len({chosen}) <= 30")
    listed = f"sorted({chosen}, key=lambda o: {order(operation.order)})"
    return f"colours = [colour_of(grid, o) for o in {listed}]\n{_laid_out(operation.along, operation.wide)}"


def _laid_out(along: Along, wide: int) -> str:
    """The line that makes a grid of `colours`."""
    if along is Along.COLUMN:
        return f"grid = [[colour] * {wide} for colour in colours]"
    return f"grid = [list(colours) for _ in range({wide})]"


@python_for(ListByCommonness)
def _by_commonness(operation: ListByCommonness, step: Step) -> str:
    step.lookup("colours", _ranked(operation.order), needed="colours")
    return _laid_out(operation.along, operation.wide)


def _ranked(order: Commonness) -> str:
    return f"colours_in(grid, background){'' if order is Commonness.MOST else '[::-1]'}"


_SIDES = {
    Side.LEFT: "bars",
    Side.RIGHT: "flip_horizontally(bars)",
    Side.TOP: "transpose(bars)",
    Side.BOTTOM: "flip_vertically(transpose(bars))",
}


@python_for(Bars)
def _bars(operation: Bars, step: Step) -> str:
    step.lookup("colours", _ranked(operation.order))
    step.lookup("counts", "[len(cells_of(grid, colour)) for colour in colours]", needed="0 < max([0, *counts]) <= 30")
    return f"""
longest = max(counts)
bars = [[colour] * count + [background] * (longest - count) for colour, count in zip(colours, counts)]
grid = {_SIDES[operation.side]}
"""
