"""Helpers of programs, for panels: parts of a grid, row by row. Their text goes into the programs that use them."""

from __future__ import annotations

from nlevolve.offline.programs.on_grids import Grid, most_common, transpose

Layout = tuple[list[tuple[int, int]], list[tuple[int, int]]]


def cut(grid: Grid, layout: Layout | None) -> list[Grid]:
    """The panels, row by row."""
    down, across = layout or ([], [])
    return [[row[left:right] for row in grid[top:bottom]] for top, bottom in down for left, right in across]


def is_even(layout: Layout) -> bool:
    """Whether all panels have one size."""
    return all(len({end - start for start, end in spans}) == 1 for spans in layout)


def even_panels(grid: Grid, layout: Layout | None) -> list[Grid]:
    return cut(grid, layout) if layout and is_even(layout) else []


def equal_parts(grid: Grid, rows: int, columns: int) -> Layout | None:
    if len(grid) % rows or len(grid[0]) % columns:
        return None
    high, wide = len(grid) // rows, len(grid[0]) // columns
    down = [(k * high, (k + 1) * high) for k in range(rows)]
    return down, [(k * wide, (k + 1) * wide) for k in range(columns)]


def shared_colours(panels: list[Grid]) -> set[int]:
    """Colours that all of the panels have."""
    sets = [{colour for row in panel for colour in row} for panel in panels]
    return {colour for colour in range(10) if sets and all(colour in some for some in sets)}


def halves(grid: Grid) -> Layout | None:
    """The halves that are less alike; in a tie the longer side of the grid is cut."""
    ways = [equal_parts(grid, 2, 1), equal_parts(grid, 1, 2)]
    if len(grid) < len(grid[0]):
        ways = ways[::-1]
    layouts = [way for way in ways if way]
    return min(layouts, key=lambda layout: len(shared_colours(cut(grid, layout)))) if layouts else None


def squares(grid: Grid) -> Layout | None:
    """As many squares as the longer side holds of the shorter one."""
    short, long = sorted([len(grid), len(grid[0])])
    if long % short or long == short or long // short > 10:
        return None
    return equal_parts(grid, len(grid) // short, len(grid[0]) // short)


def spans(is_line: list[bool]) -> list[tuple[int, int]]:
    """Runs of what is no line."""
    found, start = [], 0
    for at, line in enumerate([*is_line, True]):
        if line:
            if at > start:
                found.append((start, at))
            start = at + 1
    return found


def separated(grid: Grid, background: int) -> Layout | None:
    """Panels between full lines of one colour: rather not the background, panels of one size, a colour of lines alone."""
    columns = transpose(grid)
    full = {line[0] for line in grid + columns if len(set(line)) == 1}
    found = []
    for colour in full:
        rows_full = [set(row) == {colour} for row in grid]
        columns_full = [set(column) == {colour} for column in columns]
        layout = spans(rows_full), spans(columns_full)
        count = len(layout[0]) * len(layout[1])
        if count < 2:
            continue
        inside = [cell for panel in cut(grid, layout) for row in panel for cell in row]
        strays = inside.count(colour)
        if is_even(layout) or colour != background or 2 * strays < len(inside):
            lines = len(grid) * len(columns) - len(inside)
            found.append(((colour == background, not is_even(layout), strays > 0, -lines, colour), layout))
    return min(found)[1] if found else None


def set_panels(grid: Grid, layout: Layout, panels: list[Grid]) -> None:
    """Put panels where they were cut from."""
    down, across = layout
    places = [(top, left) for top, _ in down for left, _ in across]
    for (top, left), panel in zip(places, panels):
        for row, line in enumerate(panel):
            grid[top + row][left : left + len(line)] = line


def panel_colour(panel: Grid, background: int) -> int:
    """Its most common colour besides the background, if it has one."""
    cells = [cell for row in panel for cell in row if cell != background]
    return most_common(cells) if cells else background


def coloured_in(panel: Grid, background: int) -> int:
    """How many of its cells are coloured."""
    return len([cell for row in panel for cell in row if cell != background])


def one_cell_each(grid: Grid, layout: Layout | None) -> Grid:
    """The small grid that panels of one colour form; empty when one has several."""
    panels = cut(grid, layout)
    if not layout or any(len({cell for row in panel for cell in row}) != 1 for panel in panels):
        return []
    colours, wide = [panel[0][0] for panel in panels], len(layout[1])
    return [colours[start : start + wide] for start in range(0, len(colours), wide)]
