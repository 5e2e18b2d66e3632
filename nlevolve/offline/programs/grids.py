"""What is done to the grid as a whole, in Python: turned, repeated, enlarged, cut, framed."""

from __future__ import annotations

from nlevolve.offline.families.continuing import Continue, Grow, Growth, Towards
from nlevolve.offline.families.enlarging import AddCopy, Copy, ScaleUp, Tile
from nlevolve.offline.families.framing import AddBorder, Corner, CropCorner, FrameGrid, TrimBorder
from nlevolve.offline.families.layering import Fold, PutOnSheet
from nlevolve.offline.families.leaving import LeaveAsIs
from nlevolve.offline.families.mosaics import Copy as Block
from nlevolve.offline.families.mosaics import EnlargeBy, Flips, Join, TileAtColour, TileFlipped, TileItself
from nlevolve.offline.families.turning import Turn, TurnGrid
from nlevolve.offline.nouns.places import Side
from nlevolve.offline.nouns.quantities import Quantity
from nlevolve.offline.programs.step import Step, python_for
from nlevolve.offline.programs.unsaid import Unsaid

TURNED = {
    Turn.LEFT_RIGHT: "flip_horizontally(grid)",
    Turn.TOP_BOTTOM: "flip_vertically(grid)",
    Turn.CLOCKWISE: "rotate_clockwise(grid)",
    Turn.ANTICLOCKWISE: "rotate_anticlockwise(grid)",
    Turn.HALF: "rotate_half(grid)",
    Turn.DIAGONAL: "transpose(grid)",
    Turn.ANTIDIAGONAL: "flip_antidiagonally(grid)",
}
"""The grid after a turn."""


@python_for(LeaveAsIs)
def _leave(operation: LeaveAsIs, step: Step) -> str:
    return ""


@python_for(TurnGrid)
def _turn(operation: TurnGrid, step: Step) -> str:
    return f"grid = {TURNED[operation.turn]}"


@python_for(ScaleUp)
def _scale(operation: ScaleUp, step: Step) -> str:
    step.needs.append(_fits(operation.rows, operation.columns))
    return f"""
wide = [[cell for cell in row for _ in range({operation.columns})] for row in grid]
grid = [list(row) for row in wide for _ in range({operation.rows})]
"""


def _fits(rows: int, columns: int) -> str:
    """Whether so many copies are a grid."""
    down, across = f"{rows} * len(grid) <= 30", f"{columns} * len(grid[0]) <= 30"
    return down if columns == 1 else across if rows == 1 else f"{down} and {across}"


@python_for(Tile)
def _tile(operation: Tile, step: Step) -> str:
    step.needs.append(_fits(operation.rows, operation.columns))
    return f"grid = [row * {operation.columns} for _ in range({operation.rows}) for row in grid]"


@python_for(AddCopy)
def _add_copy(operation: AddCopy, step: Step) -> str:
    upright = operation.side in (Side.TOP, Side.BOTTOM)
    flipped = "flip_vertically(grid)" if upright else "flip_horizontally(grid)"
    turned = flipped if operation.copy is Copy.MIRRORED else "rotate_half(grid)"
    first, second = ("grid", turned) if operation.side in (Side.BOTTOM, Side.RIGHT) else (turned, "grid")
    step.needs.append(_fits(2, 1) if upright else _fits(1, 2))
    return f"grid = {first} + {second}" if upright else f"grid = beside({first}, {second})"


_BLOCKS = {Block.SAME: "grid", Block.EMPTY: "[[background for _ in row] for row in grid]"}


def _block(block: Block) -> str:
    return _BLOCKS.get(block) or TURNED[Turn[block.name]]


_SWAPS_SIDES = ("CLOCKWISE", "ANTICLOCKWISE", "DIAGONAL", "ANTIDIAGONAL")


@python_for(Join)
def _join(operation: Join, step: Step) -> str:
    blocks = [[_block(copy) for copy in row.copies] for row in operation.rows]
    if len({len(row) for row in blocks}) > 1 or any(copy.name in _SWAPS_SIDES for row in operation.rows for copy in row.copies):
        raise Unsaid("blocks of several sizes")
    step.needs.append(_fits(len(blocks), len(blocks[0])))
    rows = [f"[{', '.join(row)}]" for row in blocks]
    return f"""
rows = [{", ".join(rows)}]
grid = [[cell for block in row for cell in block[r]] for row in rows for r in range(len(grid))]
"""


_FLIPS = {
    Flips.ROWS: ("flip_horizontally(grid)", "r % 2"),
    Flips.ROWS_DOWN: ("flip_vertically(grid)", "r % 2"),
    Flips.COLUMNS: ("flip_horizontally(grid)", "c % 2"),
}


@python_for(TileFlipped)
def _tile_flipped(operation: TileFlipped, step: Step) -> str:
    rows, columns = operation.rows, operation.columns
    step.needs.append(_fits(rows, columns))
    if operation.flips is Flips.BOTH:
        lines = ["mirrored = flip_horizontally(grid)", "blocks = [[grid, mirrored], [flip_vertically(grid), rotate_half(grid)]]"]
        block = "blocks[r % 2][c % 2]"
    else:
        flipped, odd = _FLIPS[operation.flips]
        lines, block = [f"flipped = {flipped}"], f"(flipped if {odd} else grid)"
    whole = f"[cell for c in range({columns}) for cell in {block}[line]]"
    return "\n".join((*lines, f"grid = [{whole} for r in range({rows}) for line in range(len(grid))]"))


_QUANTITIES = {
    Quantity.COLOURS: "len(colours_in(grid, background))",
    Quantity.CELLS: "len(coloured_cells(grid, background))",
    Quantity.OBJECTS: "len(objects)",
    Quantity.EMPTY: "len(cells_of(grid, background))",
    Quantity.SHADES: "len({cell for row in grid for cell in row})",
}


@python_for(EnlargeBy)
def _enlarge(operation: EnlargeBy, step: Step) -> str:
    step.lookup("times", _QUANTITIES[operation.quantity], needed="1 <= times <= 30 // max(len(grid), len(grid[0]))")
    if operation.tiled:
        return "grid = [row * times for _ in range(times) for row in grid]"
    return """
wide = [[cell for cell in row for _ in range(times)] for row in grid]
grid = [list(row) for row in wide for _ in range(times)]
"""


def _self_tiled(where: str, rest: str) -> str:
    return f"""
high, wide = len(grid), len(grid[0])
grid = [
    [grid[r % high][c % wide] if grid[r // high][c // wide] {where} else {rest} for c in range(wide * wide)]
    for r in range(high * high)
]
"""


@python_for(TileItself)
def _tile_itself(operation: TileItself, step: Step) -> str:
    step.needs.append("max(len(grid), len(grid[0])) ** 2 <= 30")
    return _self_tiled("!= background", "background")


@python_for(TileAtColour)
def _tile_at(operation: TileAtColour, step: Step) -> str:
    step.needs.append("max(len(grid), len(grid[0])) ** 2 <= 30")
    return _self_tiled(f"== {step.colour(operation.colour)}", step.colour(operation.rest, "rest"))


@python_for(FrameGrid)
def _frame(operation: FrameGrid, step: Step) -> str:
    colour = step.colour(operation.colour)
    return f"""
for r, row in enumerate(grid):
    for c in range(len(row)):
        if r in (0, len(grid) - 1) or c in (0, len(row) - 1):
            row[c] = {colour}
"""


@python_for(AddBorder)
def _border(operation: AddBorder, step: Step) -> str:
    step.needs.append("max(len(grid), len(grid[0])) <= 28")
    colour = step.colour(operation.colour)
    return f"""
line = [{colour}] * (len(grid[0]) + 2)
grid = [line, *[[{colour}, *row, {colour}] for row in grid], list(line)]
"""


@python_for(TrimBorder)
def _trim(operation: TrimBorder, step: Step) -> str:
    n = operation.count
    step.needs.append(f"min(len(grid), len(grid[0])) > {2 * n}")
    return f"grid = [row[{n}:-{n}] for row in grid[{n}:-{n}]]"


@python_for(CropCorner)
def _corner(operation: CropCorner, step: Step) -> str:
    rows, columns = operation.rows, operation.columns
    step.needs.append(f"len(grid) >= {rows} and len(grid[0]) >= {columns}")
    down = f":{rows}" if operation.corner in (Corner.TOP_LEFT, Corner.TOP_RIGHT) else f"-{rows}:"
    across = f":{columns}" if operation.corner in (Corner.TOP_LEFT, Corner.BOTTOM_LEFT) else f"-{columns}:"
    return f"grid = [row[{across}] for row in grid[{down}]]"


@python_for(Fold)
def _fold(operation: Fold, step: Step) -> str:
    upright = operation.side in (Side.TOP, Side.BOTTOM)
    step.needs.append("len(grid) > 1" if upright else "len(grid[0]) > 1")
    folded = "first[::-1], second" if operation.side in (Side.TOP, Side.LEFT) else "second[::-1], first"
    halves = f"""
half = len(grid) // 2
first, second = grid[:half], grid[-half:]
above, below = {folded}
grid = [[a if a != background else b for a, b in zip(*rows)] for rows in zip(above, below)]
"""
    return halves if upright else f"grid = transpose(grid)\n{halves.strip()}\ngrid = transpose(grid)"


@python_for(PutOnSheet)
def _sheet(operation: PutOnSheet, step: Step) -> str:
    step.needs.append(_fits(operation.rows, operation.columns))
    top = operation.corner in (Corner.TOP_LEFT, Corner.TOP_RIGHT)
    left = operation.corner in (Corner.TOP_LEFT, Corner.BOTTOM_LEFT)
    return f"""
high, wide = len(grid), len(grid[0])
margin = [background] * ({operation.columns - 1} * wide)
empty = [[background] * ({operation.columns} * wide) for _ in range({operation.rows - 1} * high)]
sheet = [{"row + margin" if left else "margin + row"} for row in grid]
grid = {"sheet + empty" if top else "empty + sheet"}
"""


_DOWN = {"UP": "flip_vertically(grid)", "RIGHT": "transpose(grid)", "LEFT": "flip_antidiagonally(grid)"}
"""The grid so that a direction is down; the same again turns it back."""


@python_for(Continue)
def _continue(operation: Continue, step: Step) -> str:
    lines = []
    for direction in operation.towards.directions:
        turn = _DOWN.get(direction.name)
        lines += [f"grid = {turn}"] if turn else []
        lines.append("grid = continue_down(grid, background)")
        lines += [f"grid = {turn}"] if turn else []
    return "\n".join(lines)


@python_for(Grow)
def _grow(operation: Grow, step: Step) -> str:
    side = {Side.TOP: Towards.UP, Side.BOTTOM: Towards.DOWN, Side.LEFT: Towards.LEFT, Side.RIGHT: Towards.RIGHT}[operation.side]
    turn = _DOWN.get(side.name)
    high, wide = ("len(grid)", "len(grid[0])") if operation.side in (Side.TOP, Side.BOTTOM) else ("len(grid[0])", "len(grid)")
    longer = {Growth.TWICE: f"2 * {high}", Growth.HALF_MORE: f"{high} + {high} // 2", Growth.SQUARE: wide}[operation.growth]
    step.lookup("longer", longer, needed=f"{high} < longer <= 30")
    lines = [f"grid = {turn}"] if turn else []
    lines += ["step = period(grid)", "while len(grid) < longer:", "    grid = grid + [list(grid[-step])]"]
    return "\n".join([*lines, f"grid = {turn}"] if turn else lines)
