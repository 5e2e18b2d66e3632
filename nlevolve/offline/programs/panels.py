"""Panels in Python: laid over each other, shrunk, judged, filled, freed from their lines."""

from __future__ import annotations

from nlevolve.offline.families.overlaying import ComparePanels, Logic, StackPanels
from nlevolve.offline.families.panels import (
    FillPanels,
    JudgePanels,
    PanelAt,
    PickPanel,
    RemoveSeparators,
    ShrinkPanels,
    Spot,
    Summary,
)
from nlevolve.offline.nouns.choosing import HasCells, HasColour, HasTrait, Trait, Which
from nlevolve.offline.nouns.colours import Named
from nlevolve.offline.nouns.panels import EqualParts, Halves, Panels, Separated, Squares
from nlevolve.offline.programs.nouns import name_of
from nlevolve.offline.programs.step import Step, python_for
from nlevolve.offline.programs.unsaid import Unsaid


def laid_out(phrase: Panels) -> str:
    """Where the panels are. Raises Unsaid."""
    match phrase:
        case Separated():
            return "separated(grid, background)"
        case EqualParts(rows, columns):
            return f"equal_parts(grid, {rows}, {columns})"
        case Halves():
            return "halves(grid)"
        case Squares():
            return "squares(grid)"
    raise Unsaid(type(phrase).__name__)


def even(phrase: Panels) -> str:
    """The panels of one size."""
    return f"even_panels(grid, {laid_out(phrase)})"


_HOLDS = {
    Logic.ALL: "all(coloured)",
    Logic.NONE: "not any(coloured)",
    Logic.SOME: "any(coloured)",
    Logic.ONE: "coloured.count(True) == 1",
    Logic.FIRST: "coloured[0] and not any(coloured[1:])",
    Logic.SECOND: "coloured[1] and not coloured[0]",
}


@python_for(ComparePanels)
def _compare(operation: ComparePanels, step: Step) -> str:
    step.lookup("panels", even(operation.panels), needed="len(panels) > 1")
    cases = [(_HOLDS[case.logic], step.colour(case.colour, f"colour_{n}")) for n, case in enumerate(operation.cases, 1)]
    rest = step.colour(operation.rest, "rest")
    choices = "\n".join(
        f"        {'el' * (n > 0)}if {holds}:\n            result[r][c] = {colour}" for n, (holds, colour) in enumerate(cases)
    )
    return f"""
result = [[{rest} for _ in row] for row in panels[0]]
for r, row in enumerate(result):
    for c in range(len(row)):
        coloured = [panel[r][c] != background for panel in panels]
{choices}
grid = result
"""


@python_for(StackPanels)
def _stack(operation: StackPanels, step: Step) -> str:
    order = [ordinal.index for ordinal in operation.order]
    step.lookup("panels", even(operation.panels), needed=f"len(panels) > {max([*order, len(order) - 1])}")
    return f"""
grid = [list(row) for row in panels[{order[-1]}]]
for panel in [{", ".join(f"panels[{n}]" for n in order[-2::-1])}]:
    for r, c in coloured_cells(panel, background):
        grid[r][c] = panel[r][c]
"""


_SUMMARIES = {
    Summary.COMMON: "most_common([cell for row in panel for cell in row])",
    Summary.COLOURED: "panel_colour(panel, background)",
}


@python_for(ShrinkPanels)
def _shrink(operation: ShrinkPanels, step: Step) -> str:
    summary = _SUMMARIES.get(operation.summary)
    if summary is None:
        raise Unsaid(operation.summary.name)
    step.lookup("layout", laid_out(operation.panels), needed="layout")
    return f"""
colours = [{summary} for panel in cut(grid, layout)]
wide = len(layout[1])
grid = [colours[start : start + wide] for start in range(0, len(colours), wide)]
"""


_SIZE = "coloured_in(panel, background)"
_COLOURS = "len({cell for row in panel for cell in row})"
_SYMMETRIC = "panel in (flip_horizontally(panel), flip_vertically(panel))"
_TRAITS = {
    Trait.MOST: f"[{_SIZE} for panel in panels]|max",
    Trait.FEWEST: f"[{_SIZE} for panel in panels]|min",
    Trait.COLOURFUL: f"[{_COLOURS} for panel in panels]|max",
    Trait.PLAIN: f"[{_COLOURS} for panel in panels]|min",
    Trait.ODD: "[panels.count(panel) == 1 and len(panels) > 2 for panel in panels]",
    Trait.SYMMETRIC: f"[{_SYMMETRIC} for panel in panels]",
    Trait.ASYMMETRIC: f"[not ({_SYMMETRIC}) for panel in panels]",
    Trait.DIAGONAL: "[panel == transpose(panel) for panel in panels]",
    Trait.CROOKED: "[panel != transpose(panel) for panel in panels]",
    Trait.FULL: "[all(background not in row for row in panel) for panel in panels]",
    Trait.EMPTY: f"[{_SIZE} == 0 for panel in panels]",
    Trait.COLOURED: f"[{_SIZE} > 0 for panel in panels]",
}


def _meant(which: Which) -> str:
    """Lines that give `meant` a truth for every one of `panels`. Raises Unsaid."""
    match which:
        case HasTrait(trait):
            values, _, best = _TRAITS[trait].partition("|")
            return f"values = {values}\nmeant = [value == {best}(values) for value in values]" if best else f"meant = {values}"
        case HasCells(count):
            return f"meant = [{_SIZE} == {count} for panel in panels]"
        case HasColour(Named() as colour):
            return f"meant = [any({name_of(colour)} in row for row in panel) for panel in panels]"
    raise Unsaid(type(which).__name__)


@python_for(PickPanel)
def _pick(operation: PickPanel, step: Step) -> str:
    step.lookup("panels", f"cut(grid, {laid_out(operation.panels)})", needed="panels")
    return f"""
{_meant(operation.which)}
found = [panel for panel, is_meant in zip(panels, meant) if is_meant]
if found and all(panel == found[0] for panel in found):
    grid = found[0]
"""


@python_for(JudgePanels)
def _judge(operation: JudgePanels, step: Step) -> str:
    step.lookup("layout", laid_out(operation.panels), needed="layout")
    colour, rest = step.colour(operation.colour), step.colour(operation.rest, "rest")
    return f"""
panels = cut(grid, layout)
{_meant(operation.which)}
wide = len(layout[1])
colours = [{colour} if is_meant else {rest} for is_meant in meant]
grid = [colours[start : start + wide] for start in range(0, len(colours), wide)]
"""


@python_for(FillPanels)
def _fill(operation: FillPanels, step: Step) -> str:
    step.lookup("layout", laid_out(operation.panels), needed="layout")
    colour = step.colour(operation.colour)
    other = "[[background for _ in row] for row in panel]" if operation.emptied else "panel"
    return f"""
panels = cut(grid, layout)
{_meant(operation.which)}
filled = [[[{colour} for _ in row] for row in panel] if is_meant else {other} for panel, is_meant in zip(panels, meant)]
set_panels(grid, layout, filled)
"""


@python_for(RemoveSeparators)
def _remove(operation: RemoveSeparators, step: Step) -> str:
    step.lookup("layout", "separated(grid, background)", needed="layout")
    return """
rows = [r for top, bottom in layout[0] for r in range(top, bottom)]
columns = [c for left, right in layout[1] for c in range(left, right)]
grid = [[grid[r][c] for c in columns] for r in rows]
"""


_CORNERS = {Spot.TOP_LEFT: (0, 0), Spot.TOP_RIGHT: (0, -1), Spot.BOTTOM_LEFT: (-1, 0), Spot.BOTTOM_RIGHT: (-1, -1)}


@python_for(PanelAt)
def _at(operation: PanelAt, step: Step) -> str:
    if operation.spot not in _CORNERS:
        raise Unsaid(operation.spot.name)
    row, column = _CORNERS[operation.spot]
    step.lookup("layout", laid_out(operation.panels), needed="layout")
    return f"""
(top, bottom), (left, right) = layout[0][{row}], layout[1][{column}]
grid = [row[left:right] for row in grid[top:bottom]]
"""
