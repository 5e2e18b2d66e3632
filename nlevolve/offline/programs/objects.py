"""What is done to objects, in Python: recoloured, painted in part, kept, cut out, moved."""

from __future__ import annotations

import re

from nlevolve.offline.families.cutting import CropNear, CropTo, KeepOrRemove
from nlevolve.offline.families.moving import Far, MoveBy, MoveFar
from nlevolve.offline.families.painting import MOST_PAINTED, PaintPart, RecolourObjects
from nlevolve.offline.families.ranking import RecolourByMeasure, RecolourEither, RecolourInOrder
from nlevolve.offline.families.stamping import Place, Surround
from nlevolve.offline.nouns.measures import Measure, Order
from nlevolve.offline.nouns.parts import Part
from nlevolve.offline.nouns.places import Direction
from nlevolve.offline.nouns.shades import Plain, Shade
from nlevolve.offline.programs.nouns import name_of, shade
from nlevolve.offline.programs.step import Step, python_for
from nlevolve.offline.programs.traits import true_of
from nlevolve.offline.programs.unsaid import Unsaid

_ALL_CELLS = "[cell for o in {chosen} for cell in o]"


def _ink(phrase: Shade, step: Step) -> str:
    """An expression for the colour of an object `o`; it may come to None unless it is a name."""
    return step.colour(phrase.colour) if isinstance(phrase, Plain) else shade(phrase)


def _painted(chosen: str, colour: str, cells: str = "o", *, box: bool = False) -> str:
    """Paint cells of every chosen object `o`, those that have such a colour; all colours are read before any changes."""
    if colour.isidentifier() and cells == "o":
        return f"for o in {chosen}:\n    paint(grid, o, {colour})"
    lines = ["top, left, bottom, right = box_of(o)"] if box else []
    if colour.isidentifier():
        lines.append(f"paint(painted, {cells}, {colour})")
    else:
        lines += [f"colour = {colour}", "if colour is not None:", f"    paint(painted, {cells}, colour)"]
    each = "\n".join(f"    {line}" for line in lines)
    return f"painted = [list(row) for row in grid]\nfor o in {chosen}:\n{each}\ngrid = painted"


@python_for(RecolourObjects)
def _recolour(operation: RecolourObjects, step: Step) -> str:
    return _painted(step.objects(operation.objects), _ink(operation.shade, step))


@python_for(RecolourEither)
def _either(operation: RecolourEither, step: Step) -> str:
    chosen = step.objects(operation.objects)
    some = step.lookup("some", f"[o for o in {chosen} if {true_of(operation.trait)}]")
    return _painted(chosen, f"{shade(operation.shade)} if o in {some} else {shade(operation.other)}")


_MEASURES = {
    Measure.SIZE: "len(o)",
    Measure.HOLES: "holes_in(o)",
    Measure.WIDTH: "width(o)",
    Measure.HEIGHT: "height(o)",
    Measure.LENGTH: "max(height(o), width(o))",
    Measure.COLOURS: "len(colours_of(grid, o))",
}
_ORDERS = {
    Order.LARGEST: "-len(o)",
    Order.SMALLEST: "len(o)",
    Order.LEFT: "box_of(o)[1]",
    Order.RIGHT: "-box_of(o)[3]",
    Order.TOP: "box_of(o)[0]",
    Order.BOTTOM: "-box_of(o)[2]",
    Order.TALLEST: "-height(o)",
    Order.SHORTEST: "height(o)",
    Order.WIDEST: "-width(o)",
    Order.NARROWEST: "width(o)",
    Order.HOLES: "-holes_in(o)",
}


def order(phrase: Order) -> str:
    """What objects are ordered by."""
    return _ORDERS[phrase]


@python_for(RecolourByMeasure)
def _by_measure(operation: RecolourByMeasure, step: Step) -> str:
    chosen = step.objects(operation.objects)
    cases = ", ".join(f"{case.number}: {name_of(case.colour)}" for case in operation.cases)
    return f"""
colours = {{{cases}}}
for o in {chosen}:
    if {_MEASURES[operation.measure]} in colours:
        paint(grid, o, colours[{_MEASURES[operation.measure]}])
"""


@python_for(RecolourInOrder)
def _in_order(operation: RecolourInOrder, step: Step) -> str:
    step.objects(operation.objects)
    step.needs.append("len(chosen) > 1")
    colours = ", ".join(map(name_of, operation.colours))
    value = _ORDERS[operation.order]
    return f"""
colours = [{colours}]
values = sorted({{{value} for o in chosen}})
for number, o in enumerate(sorted(chosen, key=lambda o: {value})):
    place = number if len(chosen) == len(colours) else values.index({value})
    if place < len(colours):
        paint(grid, o, colours[place])
"""


_PARTS = {
    Part.HOLES: "[(r, c) for r, c in enclosed_by(o) if is_inside(grid, r, c)]",
    Part.BESIDE: "[(r, c) for r, c in around(grid, o, False) if grid[r][c] == background]",
    Part.AROUND: "[(r, c) for r, c in around(grid, o, True) if grid[r][c] == background]",
    Part.INSIDE: "[(r, c) for r in range(top + 1, bottom) for c in range(left + 1, right)]",
    Part.CORNERS: "[(r, c) for r in (top, bottom) for c in (left, right)]",
    Part.GAPS: "[(r, c) for r in range(top, bottom + 1) for c in range(left, right + 1) if grid[r][c] == background]",
    Part.ABOVE: "[(r, c) for r in range(top) for c in range(left, right + 1) if grid[r][c] == background]",
    Part.BELOW: "[(r, c) for r in range(bottom + 1, len(grid)) for c in range(left, right + 1) if grid[r][c] == background]",
    Part.LEFT: "[(r, c) for r in range(top, bottom + 1) for c in range(left) if grid[r][c] == background]",
    Part.RIGHT: "[(r, c) for r in range(top, bottom + 1) for c in range(right + 1, len(grid[0])) if grid[r][c] == background]",
    Part.ROWS: "[(r, c) for r in range(top, bottom + 1) for c in range(len(grid[0])) if grid[r][c] == background]",
    Part.COLUMNS: "[(r, c) for r in range(len(grid)) for c in range(left, right + 1) if grid[r][c] == background]",
    Part.LEFT_HALF: "[(r, c) for r, c in o if c < left + width(o) // 2]",
    Part.RIGHT_HALF: "[(r, c) for r, c in o if c > right - width(o) // 2]",
    Part.TOP_HALF: "[(r, c) for r, c in o if r < top + height(o) // 2]",
    Part.BOTTOM_HALF: "[(r, c) for r, c in o if r > bottom - height(o) // 2]",
    Part.DIAGONAL: (
        "[(r, c) for r, c in around(grid, o, True) if grid[r][c] == background and (r, c) not in around(grid, o, False)]"
    ),
    Part.RIM: "rim_of(o)",
    Part.CORE: "[cell for cell in o if cell not in rim_of(o)]",
    Part.CENTRE: (
        "[(r, c) for r in range((top + bottom) // 2, (top + bottom + 1) // 2 + 1)"
        " for c in range((left + right) // 2, (left + right + 1) // 2 + 1)]"
    ),
    Part.FRAME: (
        "[(r, c) for r in range(top - 1, bottom + 2) for c in range(left - 1, right + 2)"
        " if is_inside(grid, r, c) and (r in (top - 1, bottom + 1) or c in (left - 1, right + 1))]"
    ),
}


@python_for(PaintPart)
def _part(operation: PaintPart, step: Step) -> str:
    cells = _PARTS.get(operation.part)
    if cells is None:
        raise Unsaid(operation.part.name)
    chosen = f"{step.objects(operation.objects)}[:{MOST_PAINTED}]"
    return _painted(chosen, _ink(operation.shade, step), cells, box=bool(re.search("top|left|bottom|right", cells)))


@python_for(CropTo)
def _crop(operation: CropTo, step: Step) -> str:
    chosen = step.objects(operation.objects, needed=True)
    cells = _ALL_CELLS.format(chosen=chosen)
    if not operation.alone:
        return f"grid = crop(grid, box_of({cells}))"
    return f"""
cells = {cells}
alone = [[background for _ in row] for row in grid]
for r, c in cells:
    alone[r][c] = grid[r][c]
grid = crop(alone, box_of(cells))
"""


@python_for(CropNear)
def _crop_near(operation: CropNear, step: Step) -> str:
    chosen = step.objects(operation.objects, needed=True)
    sign, back = ("-", "+") if operation.margin > 0 else ("+", "-")
    return f"""
top, left, bottom, right = box_of({_ALL_CELLS.format(chosen=chosen)})
top, left, bottom, right = top {sign} 1, left {sign} 1, bottom {back} 1, right {back} 1
if is_inside(grid, top, left) and is_inside(grid, bottom, right) and top <= bottom and left <= right:
    grid = crop(grid, (top, left, bottom, right))
"""


@python_for(KeepOrRemove)
def _keep(operation: KeepOrRemove, step: Step) -> str:
    chosen = step.objects(operation.objects, needed=True)
    if not operation.kept:
        return f"for o in {chosen}:\n    paint(grid, o, background)"
    return f"""
kept = [[background for _ in row] for row in grid]
for o in {chosen}:
    for r, c in o:
        kept[r][c] = grid[r][c]
grid = kept
"""


@python_for(MoveBy)
def _move(operation: MoveBy, step: Step) -> str:
    chosen = step.objects(operation.objects)
    down, right = (n * operation.distance for n in operation.direction.step)
    return f"grid = move(grid, {chosen}, [({down}, {right}) for o in {chosen}], background)"


_ROOM = {
    Direction.UP: "box_of(o)[0]",
    Direction.DOWN: "len(grid) - 1 - box_of(o)[2]",
    Direction.LEFT: "box_of(o)[1]",
    Direction.RIGHT: "len(grid[0]) - 1 - box_of(o)[3]",
}


@python_for(MoveFar)
def _move_far(operation: MoveFar, step: Step) -> str:
    chosen, (down, right) = step.objects(operation.objects), operation.direction.step
    room = _ROOM[operation.direction]
    if operation.far is not Far.CONTACT:
        far = {Far.OWN_HEIGHT: "height(o)", Far.OWN_WIDTH: "width(o)"}.get(operation.far, room)
        sign = "-" if down + right < 0 else ""
        shift = f"({sign}{_bare(far, sign)}, 0)" if down else f"(0, {sign}{_bare(far, sign)})"
        return f"grid = move(grid, {chosen}, [{shift} for o in {chosen}], background)"
    return f"""
for o in sorted({chosen}, key=lambda o: {room}):
    colours = [grid[r][c] for r, c in o]
    paint(grid, o, background)
    while all(is_inside(grid, r + {down}, c + {right}) and grid[r + {down}][c + {right}] == background for r, c in o):
        o = [(r + {down}, c + {right}) for r, c in o]
    for (r, c), colour in zip(o, colours):
        grid[r][c] = colour
""".replace("+ -", "- ").replace(" + 0", "")


def _bare(far: str, sign: str) -> str:
    return f"({far})" if sign and " " in far else far


_ROWS = {"ABOVE": "(top - 1,)", "TOP": "(top - 1,)", "BELOW": "(bottom + 1,)", "BOTTOM": "(bottom + 1,)"}
_COLUMNS = {"LEFT": "(left - 1,)", "RIGHT": "(right + 1,)"}


def _cells_at(place: Place) -> str:
    words = place.name.split("_")
    rows = _ROWS.get(words[0], "range(top, bottom + 1)")
    columns = _COLUMNS.get(words[-1], "range(left, right + 1)")
    return f"[(r, c) for r in {rows} for c in {columns}]"


@python_for(Surround)
def _surround(operation: Surround, step: Step) -> str:
    chosen = step.objects(operation.objects)
    places = "\n".join(f"        ({name_of(p.colour)}, {_cells_at(p.place)})," for p in operation.placements)
    return f"""
drawn = [list(row) for row in grid]
for o in {chosen}:
    top, left, bottom, right = box_of(o)
    for colour, cells in [
{places}
    ]:
        for r, c in cells:
            if is_inside(grid, r, c) and grid[r][c] == background:
                drawn[r][c] = colour
grid = drawn
"""
