"""Helpers of programs, for objects: lists of (row, column), row by row. Their text goes into the programs that use them."""

from __future__ import annotations

from nlevolve.offline.programs.on_grids import Cells, Grid, is_inside, most_common


def connected(cells: Cells, diagonal: bool) -> list[Cells]:
    """The cells in groups of those that touch, in the order of their first cells."""
    steps = [(-1, 0), (1, 0), (0, -1), (0, 1)]
    if diagonal:
        steps += [(-1, -1), (-1, 1), (1, -1), (1, 1)]
    left, groups = set(cells), []
    for first in sorted(cells):
        if first not in left:
            continue
        left.discard(first)
        group, waiting = [first], [first]
        while waiting:
            row, column = waiting.pop()
            for down, right in steps:
                near = (row + down, column + right)
                if near in left:
                    left.discard(near)
                    group.append(near)
                    waiting.append(near)
        groups.append(sorted(group))
    return groups


def cells_of(grid: Grid, colour: int) -> Cells:
    return [(r, c) for r, row in enumerate(grid) for c, cell in enumerate(row) if cell == colour]


def coloured_cells(grid: Grid, background: int) -> Cells:
    return [(r, c) for r, row in enumerate(grid) for c, cell in enumerate(row) if cell != background]


def objects_of(grid: Grid, background: int, diagonal: bool = True) -> list[Cells]:
    """Connected cells of one colour."""
    colours = {colour for row in grid for colour in row if colour != background}
    return sorted(o for colour in colours for o in connected(cells_of(grid, colour), diagonal))


def layers_of(grid: Grid, background: int) -> list[Cells]:
    """All cells of each colour, wherever they are."""
    colours = {colour for row in grid for colour in row if colour != background}
    return sorted(cells_of(grid, colour) for colour in colours)


def box_of(cells: Cells) -> tuple[int, int, int, int]:
    """Top, left, bottom and right, the last ones included."""
    rows, columns = [row for row, _ in cells], [column for _, column in cells]
    return min(rows), min(columns), max(rows), max(columns)


def height(cells: Cells) -> int:
    top, _, bottom, _ = box_of(cells)
    return bottom - top + 1


def width(cells: Cells) -> int:
    _, left, _, right = box_of(cells)
    return right - left + 1


def crop(grid: Grid, box: tuple[int, int, int, int]) -> Grid:
    top, left, bottom, right = box
    return [row[left : right + 1] for row in grid[top : bottom + 1]]


def colours_of(grid: Grid, cells: Cells) -> list[int]:
    return sorted({grid[row][column] for row, column in cells})


def colour_of(grid: Grid, cells: Cells) -> int:
    """The most common one."""
    return most_common([grid[row][column] for row, column in cells])


def shared_colour(grid: Grid, objects: list[Cells]) -> int | None:
    """The colour that all the objects have."""
    found = {colour_of(grid, o) for o in objects}
    return found.pop() if len(found) == 1 else None


def only(colours: list[int], but: list[int]) -> int | None:
    """The single colour among them, some left aside."""
    found = set(colours) - set(but)
    return found.pop() if len(found) == 1 else None


def form_of(cells: Cells) -> Cells:
    """Equal for objects of one form, wherever they are."""
    top, left, _, _ = box_of(cells)
    return [(row - top, column - left) for row, column in cells]


def holes_in(cells: Cells) -> int:
    """Areas that it cuts off from the outside."""
    top, left, bottom, right = box_of(cells)
    taken = set(cells)
    others = [(r, c) for r in range(top - 1, bottom + 2) for c in range(left - 1, right + 2) if (r, c) not in taken]
    return len(connected(others, False)) - 1


def enclosed_by(cells: Cells) -> Cells:
    """The cells of its holes."""
    top, left, bottom, right = box_of(cells)
    taken = set(cells)
    others = [(r, c) for r in range(top - 1, bottom + 2) for c in range(left - 1, right + 2) if (r, c) not in taken]
    return [cell for area in connected(others, False)[1:] for cell in area]


def is_full(cells: Cells) -> bool:
    """Whether it fills its box."""
    return len(cells) == height(cells) * width(cells)


def is_frame(cells: Cells) -> bool:
    """Whether it is the outline of a rectangle."""
    top, left, bottom, right = box_of(cells)
    outline = all(r in (top, bottom) or c in (left, right) for r, c in cells)
    return outline and min(height(cells), width(cells)) > 2 and len(cells) == 2 * (height(cells) + width(cells)) - 4


def rim_of(cells: Cells) -> Cells:
    """Its cells that have something else, or nothing, on some side or corner."""
    own = set(cells)
    near = [(down, right) for down in (-1, 0, 1) for right in (-1, 0, 1)]
    return [(r, c) for r, c in cells if any((r + down, c + right) not in own for down, right in near)]


def at_border(grid: Grid, cells: Cells) -> bool:
    top, left, bottom, right = box_of(cells)
    return top == 0 or left == 0 or bottom == len(grid) - 1 or right == len(grid[0]) - 1


def is_symmetric(grid: Grid, cells: Cells) -> bool:
    """Whether it is its own mirror image, left to right or top to bottom."""
    top, left, bottom, right = box_of(cells)
    picture = {(r, c): grid[r][c] for r, c in cells}
    across = {(r, left + right - c): colour for (r, c), colour in picture.items()}
    down = {(top + bottom - r, c): colour for (r, c), colour in picture.items()}
    return picture in (across, down)


def around(grid: Grid, cells: Cells, diagonal: bool) -> Cells:
    """The cells of the grid beside it."""
    steps = [(-1, 0), (1, 0), (0, -1), (0, 1)]
    if diagonal:
        steps += [(-1, -1), (-1, 1), (1, -1), (1, 1)]
    near = {(r + down, c + right) for r, c in cells for down, right in steps} - set(cells)
    return sorted((r, c) for r, c in near if is_inside(grid, r, c))


def touches(grid: Grid, cells: Cells, colour: int) -> bool:
    return any(grid[r][c] == colour for r, c in around(grid, cells, False))


def in_line_with(grid: Grid, cells: Cells, colour: int) -> bool:
    """Whether there is a cell of the colour outside it, in a row or column of its box."""
    top, left, bottom, right = box_of(cells)
    others = [cell for cell in cells_of(grid, colour) if cell not in cells]
    return any(top <= r <= bottom or left <= c <= right for r, c in others)


def lies_within(cells: Cells, other: Cells) -> bool:
    """Whether its box lies in the other's."""
    top, left, bottom, right = box_of(cells)
    first, start, last, end = box_of(other)
    return cells != other and first <= top and bottom <= last and start <= left and right <= end


def foremost(objects: list[Cells], values: list[int], place: int = 0) -> list[Cells]:
    """The object with the lowest value, or next to it; none when there is a tie."""
    ranked = sorted(values)
    if place >= len(ranked) or values.count(ranked[place]) > 1 or ranked.index(ranked[place]) != place:
        return []
    return [objects[values.index(ranked[place])]]


def commonest(objects: list[Cells]) -> list[Cells]:
    """One object of the form that occurs most often; none when there is a tie."""
    forms = [form_of(o) for o in objects]
    counts = [forms.count(form) for form in forms]
    first = counts.index(max(counts)) if counts else 0
    alike = [o for o, count in zip(objects, counts) if count == max(counts)]
    return alike[:1] if all(form_of(o) == forms[first] for o in alike) else []


def odd_one_out(objects: list[Cells], kinds: list[object]) -> list[Cells]:
    """The only one of its kind."""
    single = [o for o, kind in zip(objects, kinds) if kinds.count(kind) == 1]
    return single if len(single) == 1 and len(objects) > 2 else []


def paint(grid: Grid, cells: Cells, colour: int) -> None:
    for row, column in cells:
        grid[row][column] = colour


def move(grid: Grid, objects: list[Cells], steps: list[tuple[int, int]], background: int) -> Grid:
    """The grid after each object has moved by its step; what leaves the grid is lost."""
    moved = [list(row) for row in grid]
    for cells in objects:
        paint(moved, cells, background)
    for cells, (down, right) in zip(objects, steps):
        for row, column in cells:
            if is_inside(grid, row + down, column + right):
                moved[row + down][column + right] = grid[row][column]
    return moved
