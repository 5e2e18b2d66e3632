"""What is done to cells, rows, columns and areas, in Python: recoloured, filled, spread, dropped, left out, joined."""

from __future__ import annotations

from nlevolve.offline.families.cellwise import RecolourCells, RecolourCellsTwice
from nlevolve.offline.families.denoising import RemoveSparse, Smooth
from nlevolve.offline.families.falling import CellsFall
from nlevolve.offline.families.filling import FillAreas, FillBlocks, Spread, SpreadDiagonally
from nlevolve.offline.families.lines import DrawRays, JoinCells, Over
from nlevolve.offline.families.recolouring import ChangeColours, SwapBoth, SwapColours
from nlevolve.offline.families.rows import FillLines, Kind, LeaveOut, Lines, Roll, SortLines, Waste, Which
from nlevolve.offline.families.rows import Key as SortKey
from nlevolve.offline.nouns import areas, cells, rays
from nlevolve.offline.nouns.areas import AreaFact, Areas, Bound
from nlevolve.offline.nouns.cells import CellTrait, Course, HowMany, Spot
from nlevolve.offline.nouns.colours import Background, Named
from nlevolve.offline.nouns.owners import ColourOf
from nlevolve.offline.nouns.places import Direction
from nlevolve.offline.nouns.rays import Reach, Starts
from nlevolve.offline.programs.nouns import colour_expression, name_of
from nlevolve.offline.programs.step import Step, python_for
from nlevolve.offline.programs.unsaid import Unsaid


@python_for(ChangeColours)
def _change(operation: ChangeColours, step: Step) -> str:
    pairs = [
        (step.colour(change.old, f"old_{n}"), step.colour(change.new, f"new_{n}"))
        for n, change in enumerate(operation.changes, 1)
    ]
    cases = ", ".join(f"{old}: {new}" for old, new in pairs)
    return f"changes = {{{cases}}}\ngrid = [[changes.get(cell, cell) for cell in row] for row in grid]"


@python_for(SwapColours)
def _swap(operation: SwapColours, step: Step) -> str:
    if isinstance(operation.one, ColourOf) or isinstance(operation.other, ColourOf):
        raise Unsaid("the colour of an object is that object's alone")
    one, other = step.colour(operation.one, "one"), step.colour(operation.other, "other")
    return f"swapped = {{{one}: {other}, {other}: {one}}}\ngrid = [[swapped.get(cell, cell) for cell in row] for row in grid]"


@python_for(SwapBoth)
def _swap_both(operation: SwapBoth, step: Step) -> str:
    step.lookup("both", "sorted({cell for row in grid for cell in row})", needed="len(both) == 2")
    return "grid = [[both[1] if cell == both[0] else both[0] for cell in row] for row in grid]"


_SPOTS = {
    Spot.BORDER: "r in (0, len(grid) - 1) or c in (0, len(grid[0]) - 1)",
    Spot.INNER: "0 < r < len(grid) - 1 and 0 < c < len(grid[0]) - 1",
    Spot.CORNER: "r in (0, len(grid) - 1) and c in (0, len(grid[0]) - 1)",
    Spot.ODD_ROW: "r % 2 == 0",
    Spot.EVEN_ROW: "r % 2 == 1",
    Spot.ODD_COLUMN: "c % 2 == 0",
    Spot.EVEN_COLUMN: "c % 2 == 1",
    Spot.CHESS: "(r + c) % 2 == 1",
    Spot.ALONE: 'grid[r][c] not in neighbours(grid, r, c, "any")',
    Spot.INNERMOST: 'neighbours(grid, r, c, "side").count(grid[r][c]) == 4',
    Spot.OUTERMOST: 'neighbours(grid, r, c, "side").count(grid[r][c]) < 4',
}


def _cell(trait: CellTrait) -> str:
    """The condition on the cell in row `r` and column `c`. Raises Unsaid."""
    match trait:
        case cells.AtSpot(spot) if spot in _SPOTS:
            return _SPOTS[spot]
        case cells.Touches(Named() | Background() as colour, near):
            return f'{colour_expression(colour)} in neighbours(grid, r, c, "{near.name.lower()}")'
        case cells.TouchesColoured(near):
            return f'any(cell != background for cell in neighbours(grid, r, c, "{near.name.lower()}"))'
        case cells.HasNeighbours(how, count, Named() | Background() as colour, near):
            compared = "==" if how is HowMany.EXACTLY else ">="
            return f'neighbours(grid, r, c, "{near.name.lower()}").count({colour_expression(colour)}) {compared} {count}'
        case cells.InLine(course, Named() as colour):
            return f"{name_of(colour)} in {_line(course)}"
        case cells.Between(Named() as colour, course):
            before, behind = _line(course, before=True), _line(course, behind=True)
            return f"{name_of(colour)} in {before} and {name_of(colour)} in {behind} and grid[r][c] != {name_of(colour)}"
        case cells.BetweenColoured(course):
            before, behind = _line(course, before=True), _line(course, behind=True)
            return f"grid[r][c] == background and set({before}) - {{background}} and set({behind}) - {{background}}"
    raise Unsaid(type(trait).__name__)


def _line(course: Course, *, before: bool = False, behind: bool = False) -> str:
    """The colours of a cell's row or column, or those on one side of it."""
    if course is Course.ROW:
        return f"grid[r]{'[:c]' if before else '[c + 1 :]' if behind else ''}"
    return f"[row[c] for row in grid{'[:r]' if before else '[r + 1 :]' if behind else ''}]"


@python_for(RecolourCells, RecolourCellsTwice)
def _recolour(operation: RecolourCells | RecolourCellsTwice, step: Step) -> str:
    old, new = step.colour(operation.old, "old"), step.colour(operation.new, "new")
    conditions = [_cell(operation.trait)]
    if isinstance(operation, RecolourCellsTwice):
        conditions.append(_cell(operation.also))
    conditions = [f"({c})" if " or " in c else c for c in conditions]
    return f"""
changed = [list(row) for row in grid]
for r, row in enumerate(grid):
    for c, cell_colour in enumerate(row):
        if cell_colour == {old} and {" and ".join(conditions)}:
            changed[r][c] = {new}
grid = changed
"""


_AREA_FACTS = {
    AreaFact.SQUARE: "is_full(o) and height(o) == width(o)",
    AreaFact.OBLONG: "not (is_full(o) and height(o) == width(o))",
    AreaFact.RECTANGLE: "is_full(o)",
    AreaFact.IRREGULAR: "not is_full(o)",
    AreaFact.ODD: "len(o) % 2 == 1",
    AreaFact.EVEN: "len(o) % 2 == 0",
    AreaFact.ODD_SIDE: "width(o) % 2 == 1",
    AreaFact.EVEN_SIDE: "width(o) % 2 == 0",
}
_BOUNDS = {Bound.EXACTLY: "==", Bound.MORE: ">", Bound.FEWER: "<"}


def _area(phrase: Areas) -> str:
    """The condition on an area `o`. Raises Unsaid."""
    match phrase:
        case areas.Open():
            return "at_border(grid, o)"
        case areas.Enclosed() | areas.EnclosedMost():
            return "not at_border(grid, o)"
        case areas.EnclosedThat(fact):
            return f"not at_border(grid, o) and {_AREA_FACTS[fact]}"
        case areas.EnclosedOf(bound, size):
            return f"not at_border(grid, o) and len(o) {_BOUNDS[bound]} {size}"
    raise Unsaid(type(phrase).__name__)


@python_for(FillAreas)
def _fill(operation: FillAreas, step: Step) -> str:
    colour = step.colour(operation.colour)
    if isinstance(operation.areas, areas.Open):
        step.needs.append("coloured_cells(grid, background)")
    step.lookup("areas", "connected(cells_of(grid, background), False)")
    step.lookup("chosen", f"[o for o in areas if {_area(operation.areas)}]", needed="chosen")
    if isinstance(operation.areas, areas.EnclosedMost):
        best = "max" if operation.areas.extreme is areas.Extreme.LARGEST else "min"
        return (
            f"size = {best}(len(o) for o in chosen)\nfor o in chosen:\n    if len(o) == size:\n        paint(grid, o, {colour})"
        )
    return f"for o in chosen:\n    paint(grid, o, {colour})"


@python_for(Spread, SpreadDiagonally)
def _spread(operation: Spread | SpreadDiagonally, step: Step) -> str:
    colour = step.colour(operation.colour)
    step.needs.append(f"{colour} != background")
    return f"grid = spread(grid, {colour}, background, {isinstance(operation, SpreadDiagonally)})"


@python_for(FillBlocks)
def _blocks(operation: FillBlocks, step: Step) -> str:
    rows, columns, colour = operation.rows, operation.columns, step.colour(operation.colour)
    return f"""
filled = [list(row) for row in grid]
for top in range(len(grid) - {rows - 1}):
    for left in range(len(grid[0]) - {columns - 1}):
        block = [(r, c) for r in range(top, top + {rows}) for c in range(left, left + {columns})]
        if all(grid[r][c] == background for r, c in block):
            paint(filled, block, {colour})
grid = filled
""".replace(" - 0)", ")")


@python_for(CellsFall)
def _fall(operation: CellsFall, step: Step) -> str:
    match operation.direction:
        case Direction.RIGHT:
            return "grid = [fall(row, background) for row in grid]"
        case Direction.LEFT:
            return "grid = [fall(row[::-1], background)[::-1] for row in grid]"
        case Direction.DOWN:
            return "grid = transpose([fall(column, background) for column in transpose(grid)])"
    return "grid = transpose([fall(column[::-1], background)[::-1] for column in transpose(grid)])"


_WASTE = {
    Waste.EMPTY: "set(line) != {background}",
    Waste.REPEATED: "n == 0 or line != lines[n - 1]",
    Waste.SEEN: "line not in lines[:n]",
    Waste.PLAIN: "len(set(line)) > 1",
}


@python_for(LeaveOut)
def _leave_out(operation: LeaveOut, step: Step) -> str:
    condition = _WASTE[operation.waste]
    for name, lines, meant in (("rows", "grid", Which.COLUMNS), ("columns", "transpose(grid)", Which.ROWS)):
        if operation.which is meant:
            step.lookup(name, f"range(len({'grid' if name == 'rows' else 'grid[0]'}))")
        else:
            step.lookup("lines", lines)
            step.lookup(name, f"[n for n, line in enumerate(lines) if {condition}]", needed=name)
    return "grid = [[grid[r][c] for c in columns] for r in rows]"


@python_for(SortLines)
def _sort(operation: SortLines, step: Step) -> str:
    sign = "" if operation.key is SortKey.FEWEST else "-"
    key = f"key=lambda line: {sign}len([cell for cell in line if cell != background])"
    if operation.lines is Lines.ROWS:
        return f"grid = sorted(grid, {key})"
    return f"grid = transpose(sorted(transpose(grid), {key}))"


@python_for(Roll)
def _roll(operation: Roll, step: Step) -> str:
    down, right = (n * operation.count for n in operation.direction.step)
    high, wide = "len(grid)", "len(grid[0])"
    if down:
        return f"grid = [list(grid[(r {'-' if down > 0 else '+'} {abs(down)}) % {high}]) for r in range({high})]"
    return f"grid = [[row[(c {'-' if right > 0 else '+'} {abs(right)}) % {wide}] for c in range({wide})] for row in grid]"


_KINDS = {Kind.PLAIN: "len(set(line)) == 1", Kind.COLOURED: "set(line) != {background}", Kind.EMPTY: "set(line) == {background}"}


@python_for(FillLines)
def _fill_lines(operation: FillLines, step: Step) -> str:
    colour = step.colour(operation.colour)
    filled = f"[[{colour}] * len(line) if {_KINDS[operation.kind]} else line for line in lines]"
    if operation.lines is Lines.ROWS:
        return f"lines = grid\ngrid = {filled}"
    return f"lines = transpose(grid)\ngrid = transpose({filled})"


@python_for(RemoveSparse)
def _sparse(operation: RemoveSparse, step: Step) -> str:
    return f"""
kept = [[background for _ in row] for row in grid]
for r, c in coloured_cells(grid, background):
    near = [cell for cell in neighbours(grid, r, c, "any") if cell != background]
    if len(near) >= {operation.count}:
        kept[r][c] = grid[r][c]
grid = kept
"""


def _starts(phrase: Starts, step: Step) -> str:
    """The cells that are meant. Raises Unsaid."""
    match phrase:
        case rays.Coloured():
            return "coloured_cells(grid, background)"
        case rays.OfColour(Named() as colour):
            return f"cells_of(grid, {name_of(colour)})"
        case rays.Lone():
            return "[o[0] for o in objects if len(o) == 1]"
    raise Unsaid(type(phrase).__name__)


@python_for(Smooth)
def _smooth(operation: Smooth, step: Step) -> str:
    step.lookup("noise", _starts(operation.starts, step), needed="noise")
    return """
smooth = [list(row) for row in grid]
for r, c in noise:
    # the background wins a tie with what is around
    near = [grid[y][x] for y, x in around(grid, [(r, c)], True) if (y, x) not in noise] + [background]
    smooth[r][c] = max(set(near), key=lambda colour: (near.count(colour), colour != background, -colour))
grid = smooth
"""


_REACHED = {
    Reach.OVER: "ray(grid, r, c, step)",
    Reach.BORDER: "[(y, x) for y, x in ray(grid, r, c, step) if grid[y][x] == background]",
    Reach.STOP: "until_blocked(grid, ray(grid, r, c, step), background)",
    Reach.HIT: "until_hit(grid, ray(grid, r, c, step), background)",
}


@python_for(DrawRays)
def _rays(operation: DrawRays, step: Step) -> str:
    reached = _REACHED.get(operation.reach)
    if reached is None:
        raise Unsaid(operation.reach.name)
    step.lookup("starts", _starts(operation.starts, step), needed="0 < len(starts) <= 300")
    ink = step.colour(operation.ink.colour) if isinstance(operation.ink, rays.In) else "grid[r][c]"
    steps = ", ".join(map(str, operation.way.steps))
    return f"""
drawn, taken = [list(row) for row in grid], set(starts)
for r, c in starts:
    for step in [{steps}]:
        for y, x in {reached}:
            if (y, x) not in taken:
                taken.add((y, x))
                drawn[y][x] = {ink}
grid = drawn
"""


@python_for(JoinCells)
def _join(operation: JoinCells, step: Step) -> str:
    if operation.over is not Over.FREE or isinstance(operation.starts, rays.Lone):
        raise Unsaid(operation.over.name)
    starts = _starts(operation.starts, step)
    ink = step.colour(operation.ink.colour) if isinstance(operation.ink, rays.In) else "grid[r][c]"
    steps = ", ".join(map(str, operation.axis.steps))
    return f"""
joined = [list(row) for row in grid]
for step in [{steps}]:
    for r, c in {starts}:
        line = ray(grid, r, c, step)
        between = until_blocked(grid, line, background)
        end = line[len(between) : len(between) + 1]
        if end and grid[end[0][0]][end[0][1]] == grid[r][c]:
            paint(joined, between, {ink})
grid = joined
"""
